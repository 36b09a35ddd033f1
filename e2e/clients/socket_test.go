package clients

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The server's sockets, with a client of another make than the one that the
// server is written with.
func TestSockets(t *testing.T) {
	o := guarded()
	o.Heartbeat = 200 * time.Millisecond
	s := newSite(t, o)
	end := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { go s.stop() }))
	defer end.Close()
	t.Setenv("END_URL", end.URL)
	got := run(t, s.url(), "socket.mjs")
	got.expect(t, "run", map[string]any{
		"kinds": "run.started step.started token token step.finished run.finished", "ids": "1 2 3 4 5 6", "out": "done", "code": 1000.0,
	})
	got.expect(t, "cancel", map[string]any{"busy": "busy", "code": "cancelled"})
	s.wasCancelled("cancelled")
	s.wasCancelled("again")
	got.expect(t, "answer", map[string]any{
		"question": "Is it good?", "shows": "about rain", "misfit": "bad-input", "twice": "not-waiting", "again": "Shall it be sent?", "late": "not-waiting", "unknown": "no-run",
		"values": map[string]any{"draft": "about rain", "good": map[string]any{"approved": true}, "send": map[string]any{"approved": true, "reason": "fine"}},
	})
	got.expect(t, "ping", map[string]any{"pong": "are you there", "out": "alive"})
	got.expect(t, "large", map[string]any{"whole": true, "code": 1009.0})
	got.expect(t, "fragments", map[string]any{"out": "in pieces"})
	got.expect(t, "bad", map[string]any{"codes": "bad-json bad-json bad-json bad-message bad-json bad-input too-deep bad-json", "out": "after all that"})
	got.expect(t, "refused", map[string]any{"key": 401.0, "chain": 404.0, "page": 403.0})
	got.expect(t, "end", map[string]any{"code": 1001.0})
}

// What a page has: the WebSocket of browsers, and fetch.
func TestBrowserAPIs(t *testing.T) {
	s := newSite(t, nil)
	got := run(t, s.url(), "browser.mjs", "--experimental-websocket", "--no-warnings")
	got.expect(t, "asks", map[string]any{"first": "good", "second": "send", "send": false, "code": 1000.0, "wasClean": true})
	got.expect(t, "fetched", map[string]any{"lines": true, "out": "a\u2028b"})
}

// An EventSource reads a run's events over connections that break.
func TestEventSource(t *testing.T) {
	o := guarded()
	o.ResumeWindow = time.Minute
	s := newSite(t, o)
	p := newProxy(t, s.addr, 2, 3000)
	t.Setenv("PROXY_URL", "http://"+p)
	got := run(t, s.url(), "events.mjs")
	got.expect(t, "resumes", map[string]any{"complete": true, "ids": true, "first": "", "later": true, "last": "run.finished"})
	if n, _ := got["resumes"]["connections"].(float64); n < 4 {
		t.Errorf("the source connected %v times: two connections were cut, and one was to hear that there is no more", n)
	}
	got.expect(t, "answered", map[string]any{"kinds": "interrupted interrupted run.finished", "rising": true})
}
