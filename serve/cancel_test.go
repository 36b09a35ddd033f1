package serve_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/serve"
)

// Cancelling does not wait for the reader to stay away, and tells it.
func TestCancel(t *testing.T) {
	_, ts := start(t, nil, &serve.Options{ResumeWindow: time.Hour})
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	resp := stream(t, ctx, ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"one two"}}`)
	defer resp.Body.Close()
	run := strings.TrimSuffix(resp.Header.Get("Location"), "/events")
	for range 2 { // the second finds it cancelled
		if deleted, body := ask(t, http.MethodDelete, ts.URL+run, ""); deleted.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %s", deleted.Status, body)
		}
	}
	all := parseSSE(t, resp.Body, 0)
	if last := all[len(all)-1]; last.event != "problem" || !strings.Contains(last.data, `"code":"cancelled"`) {
		t.Errorf("the stream ended with %+v", last)
	}
	if missing, body := ask(t, http.MethodDelete, ts.URL+"/v1/runs/nope", ""); missing.StatusCode != http.StatusNotFound || !strings.Contains(body, "no-run") {
		t.Errorf("%s: %s", missing.Status, body)
	}
}
