package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// Any request at all is answered, and what is refused is refused in JSON.
func FuzzRequest(f *testing.F) {
	echo, err := chain.New("echo", []chain.Step{chain.Func("out", upper, nil)}, nil)
	if err != nil {
		f.Fatal(err)
	}
	s := serve.New([]*chain.Chain{echo}, &serve.Options{MaxBody: 4096, Origins: []string{"https://app.example.com"}})
	f.Add("POST", "/v1/chains/echo/runs", "application/json", "application/json", "1", "key", "https://app.example.com", []byte(echoBody))
	f.Add("GET", "/v1/runs/x/events", "", "text/event-stream", "99", "wait=3", "null", []byte(nil))
	f.Add("POST", "/v1/runs/x/feedback", "application/json", "*/*", "-1", "a,b", "http://example.com", []byte(`{"score":3}`))
	f.Add("POST", "/v1/chat/completions", "application/json", ";;", "", "", "", []byte(`{"model":"echo","messages":[{"role":"user","content":"hi"}]}`))
	f.Add("GET", "/v1/chains/echo/ws", "", "", "", "", "", []byte(nil))
	f.Add("OPTIONS", "/v1/../%2e%2e//x", "a/b; c=", "text/event-stream;q=", "0", "\x00", "://", []byte("{"))
	f.Fuzz(func(t *testing.T, method, path, kind, accept, last, key, origin string, body []byte) {
		u, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(u.Path, "/") || method == "" {
			return // net/http lets none of these through
		}
		r := httptest.NewRequest("GET", "/", bytes.NewReader(body))
		r.Method, r.URL, r.RequestURI = method, u, path
		for name, value := range map[string]string{
			"Content-Type": kind, "Accept": accept, "Last-Event-ID": last, "Idempotency-Key": key, "Prefer": key, "Origin": origin, "Sec-Fetch-Site": key, "Authorization": key,
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 200 || w.Code >= 600 || w.Code/100 == 3 || w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		kindOf := w.Header().Get("Content-Type")
		if w.Code >= 400 && method != "HEAD" && strings.Contains(kindOf, "json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func upper(_ context.Context, i in) (string, error) { return strings.ToUpper(i.Text), nil }
