package serve

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTimeoutOfPrefer(t *testing.T) {
	s := New(nil, &Options{Timeout: time.Minute})
	for header, want := range map[string]time.Duration{
		"":                          time.Minute,
		"wait=5":                    5 * time.Second,
		"respond-async, wait=5":     5 * time.Second,
		"wait=600":                  time.Minute,
		"wait=-1":                   time.Minute,
		"wait=soon":                 time.Minute,
		"wait=99999999999999999999": time.Minute,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Prefer", header)
		if got := s.timeout(r); got != want {
			t.Errorf("Prefer: %s gives %v, want %v", header, got, want)
		}
	}
}

func TestSlowReadersAreTold(t *testing.T) {
	l := newLive("r", func() {}, 0)
	big := strings.Repeat("a", maxKept/4)
	for range 8 {
		l.add("token", big)
	}
	if _, _, _, err := l.next(0); err != errLagged {
		t.Errorf("error %v: what was dropped would be skipped in silence", err)
	}
	events, _, _, err := l.next(6)
	if err != nil || len(events) != 2 {
		t.Errorf("after event 6: %d events, %v; want 2", len(events), err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"input":{"a":1},"session":"s","labels":{"k":"v"}}`))
	f.Add([]byte(`{"input":[[["\""]]]}`))
	f.Add([]byte("\xff{"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var q RunRequest
		p := decode(body, &q)
		if p == nil && !json.Valid(body) {
			t.Errorf("took what is not JSON: %q", body)
		}
		if p != nil && (p.Status < 400 || p.Status > 499) {
			t.Errorf("%d for %q", p.Status, body)
		}
	})
}
