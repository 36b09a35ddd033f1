package serve_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve"
)

// A panic of somebody's middleware is a problem, or cuts an answer that has
// begun; the log hears where, and not what it says.
func TestPanicsAroundTheHandler(t *testing.T) {
	var log safeBuffer
	for name, middleware := range map[string]http.HandlerFunc{
		"before":    func(http.ResponseWriter, *http.Request) { panic(canary) },
		"an index":  func(_ http.ResponseWriter, r *http.Request) { _ = canary[len(r.URL.Path)+100] },
		"afterward": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "begun"); panic(canary) },
	} {
		s := serve.New(chains(t, nil), &serve.Options{
			Auth: func(http.Handler) http.Handler { return middleware },
			Log:  slog.New(slog.NewTextHandler(&log, nil)),
		})
		ts := httptest.NewServer(s)
		resp, err := http.Get(ts.URL + "/")
		if err == nil {
			var body []byte
			body, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			safe(t, name, resp.Header, string(body))
			if name != "afterward" && (resp.StatusCode != 500 || codeOf(resp, string(body)) != "panic") {
				t.Errorf("%s: %s %s", name, resp.Status, body)
			}
		}
		if (name == "afterward") != (err != nil) {
			t.Errorf("%s: the answer ended with %v", name, err)
		}
		ts.Close()
		http.DefaultClient.CloseIdleConnections()
		said := log.take()
		if strings.Contains(said, canary) || !strings.Contains(said, "panic_test.go") {
			t.Errorf("%s: the log: %.500s", name, said)
		}
	}
}
