package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Where nobody can press Enter, the program asks itself and ends.
func TestAlone(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var out strings.Builder
	if err := run(t.Context(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", false, "127.0.0.1:0", strings.NewReader(""), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"scripted replies", "throttled", "lookup_order", "is on its way and should be", "desk/answer@production v1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output has no %q:\n%s", want, out.String())
		}
	}
}

func TestEnterStops(t *testing.T) {
	in, key := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(t.Context(), "amazon.nova-lite-v1:0", false, "127.0.0.1:0", in, io.Discard) }()
	if _, err := key.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it goes on")
	}
}

// The page is allowed what it needs and no more, and is nobody else's.
func TestSite(t *testing.T) {
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	handler := site(api, "scripted <replies>", addr)
	for _, tt := range []struct {
		method, host, path string
		status             int
		says               string
	}{
		{"GET", "127.0.0.1:8080", "/", 200, "scripted &lt;replies&gt;"},
		{"GET", "localhost:8080", "/", 200, "<title>"},
		{"GET", "127.0.0.1:8080", "/page/app.js", 200, "import"},
		{"GET", "127.0.0.1:8080", "/page/style.css", 200, ":root"},
		{"GET", "127.0.0.1:8080", "/v1/chains/desk/ws", 418, ""},
		{"GET", "127.0.0.1:8080", "/openapi.json", 418, ""},
		{"GET", "127.0.0.1:8080", "/replies.yaml", 418, ""},
		{"GET", "127.0.0.1:8080", "/page/", 418, ""},
		{"GET", "127.0.0.1:8080", "/page/none.js", 404, ""},
		{"GET", "127.0.0.1:8080", "/page/..%2freplies.yaml", 400, ""},
		{"GET", "evil.example:8080", "/", 403, "127.0.0.1:8080"},
		{"POST", "evil.example", "/v1/chains/desk/runs", 403, ""},
	} {
		r := httptest.NewRequest(tt.method, tt.path, nil)
		r.Host = tt.host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %s%s: %d %.200s", tt.method, tt.host, tt.path, w.Code, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); tt.status == 200 && !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") {
			t.Errorf("%s: policy %q", tt.path, csp)
		}
	}
}

func TestAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = run(t.Context(), "amazon.nova-lite-v1:0", false, l.Addr().String(), strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-addr") {
		t.Errorf("got %v", err)
	}
}
