package jobs_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/serve/jobs"
)

// The message of the specification's own libraries' tests.
const specSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func specMessage() (http.Header, []byte) {
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	return h, []byte(`{"test": 2432232314}`)
}

// at runs f when the clock shows t.
func at(t *testing.T, when int64, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { // the clock starts in 2000
		time.Sleep(time.Until(time.Unix(when, 0)))
		f(t)
	})
}

func TestVerifyCallback(t *testing.T) {
	at(t, 1614265330, func(t *testing.T) {
		if h, body := specMessage(); jobs.VerifyCallback(specSecret, h, body) != nil {
			t.Error("the specification's message is refused")
		}
		for _, tt := range []struct {
			name, want string
			change     func(http.Header)
		}{
			{"another secret's beside", "", func(h http.Header) {
				h.Set("webhook-signature", "v1,AAAA v1a,g0hM9SsE v2,x "+h.Get("webhook-signature"))
			}},
			{"no id", "missing", func(h http.Header) { h.Del("webhook-id") }},
			{"no time", "missing", func(h http.Header) { h.Del("webhook-timestamp") }},
			{"no signature", "missing", func(h http.Header) { h.Del("webhook-signature") }},
			{"another id", "no signature fits", func(h http.Header) { h.Set("webhook-id", "msg_other") }},
			{"another time", "no signature fits", func(h http.Header) { h.Set("webhook-timestamp", "1614265331") }},
			{"a moved dot", "holds a dot", func(h http.Header) { h.Set("webhook-id", "msg.1614265330") }},
			{"no number", "number of seconds", func(h http.Header) { h.Set("webhook-timestamp", "now") }},
			{"cut", "no signature fits", func(h http.Header) { h.Set("webhook-signature", "v1,g0hM9SsE") }},
			{"empty", "no signature fits", func(h http.Header) { h.Set("webhook-signature", "v1,") }},
			{"without version", "no signature fits", func(h http.Header) {
				h.Set("webhook-signature", strings.TrimPrefix(h.Get("webhook-signature"), "v1,"))
			}},
		} {
			h, body := specMessage()
			tt.change(h)
			err := jobs.VerifyCallback(specSecret, h, body)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		h, body := specMessage()
		if jobs.VerifyCallback(specSecret, h, append(body, '\n')) == nil || jobs.VerifyCallback(secret, h, body) == nil {
			t.Error("another body or another secret fits")
		}
		if err := jobs.VerifyCallback("hush", h, body); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("no secret: %v", err)
		}
	})
}

func TestVerifyCallbackInTime(t *testing.T) {
	for off, fits := range map[int64]bool{-301: false, -300: true, 300: true, 301: false} {
		at(t, 1614265330+off, func(t *testing.T) {
			h, body := specMessage()
			if err := jobs.VerifyCallback(specSecret, h, body); (err == nil) != fits {
				t.Errorf("a clock %d s off: %v", off, err)
			}
		})
	}
	h, body := specMessage()
	for _, far := range []string{"-9223372036854775808", "9223372036854775807", "0"} {
		h.Set("webhook-timestamp", far)
		if err := jobs.VerifyCallback(specSecret, h, body); err == nil || !strings.Contains(err.Error(), "off") {
			t.Errorf("%s: %v", far, err)
		}
	}
}

// Nobody finds a message that fits without the secret.
func FuzzVerifyCallback(f *testing.F) {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	f.Add("id", now, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", []byte("{}"))
	f.Add("a.b", now, "v1, v1,", []byte(nil))
	f.Add("", "-1", "v1,=", []byte("x"))
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
		if jobs.VerifyCallback(secret, h, body) == nil {
			t.Fatalf("%q %q %q fits %q", id, timestamp, signature, body)
		}
	})
}

// A receiver in Go.
func ExampleVerifyCallback() {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	receive := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
		if err == nil {
			err = jobs.VerifyCallback(secret, r.Header, body)
		}
		if err != nil {
			http.Error(w, "not from us", http.StatusUnauthorized)
			return
		}
		fmt.Println("job", r.Header.Get("webhook-id"), "is over")
	}
	forged := httptest.NewRequest("POST", "/done", bytes.NewReader([]byte(`{"state": "succeeded"}`)))
	w := httptest.NewRecorder()
	receive(w, forged)
	fmt.Println(w.Code)
	// Output: 401
}
