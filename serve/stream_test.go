package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// sseEvent is one event, parsed by the WHATWG's rules: see eventStream.
type sseEvent struct{ id, event, data string }

func stream(t *testing.T, ctx context.Context, url, body string, headers ...string) *http.Response {
	t.Helper()
	method := "POST"
	if body == "" {
		method = "GET"
	}
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	return resp
}

func TestStream(t *testing.T) {
	hold := make(chan struct{})
	close(hold)
	_, ts := start(t, hold, nil)
	resp := stream(t, t.Context(), ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"one two"}}`)
	defer resp.Body.Close()
	var kinds []string
	for i, e := range parseSSE(t, resp.Body, 0) {
		var event chain.Event
		if err := json.Unmarshal([]byte(e.data), &event); err != nil || string(event.Kind) != e.event {
			t.Errorf("event %d: %v %+v", i, err, e)
		}
		kinds = append(kinds, e.event)
	}
	if got := strings.Join(kinds, " "); got != "run.started step.started token token step.finished run.finished" {
		t.Errorf("events %s", got)
	}
}

// A reader whose connection breaks comes back and misses nothing.
func TestResume(t *testing.T) {
	hold := make(chan struct{})
	_, ts := start(t, hold, &serve.Options{ResumeWindow: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	resp := stream(t, ctx, ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"one two"}}`)
	first := parseSSE(t, resp.Body, 3)
	cancel()
	resp.Body.Close()
	close(hold)
	again := stream(t, t.Context(), ts.URL+resp.Header.Get("Location"), "", "Last-Event-ID", first[2].id)
	defer again.Body.Close()
	rest := parseSSE(t, again.Body, 0)
	if len(rest) != 3 || rest[0].id != "4" || !strings.Contains(rest[0].data, `"two"`) || rest[2].event != "run.finished" {
		t.Errorf("after event 3 came %+v", rest)
	}
	if end, _ := ask(t, "GET", ts.URL+resp.Header.Get("Location"), "", "Last-Event-ID", "6"); end.StatusCode != http.StatusNoContent {
		t.Errorf("after the last event: %s", end.Status)
	}
}

// Whoever goes away for good cancels the run, and with it what it waits for.
func TestGoneReaderCancels(t *testing.T) {
	cancelled := make(chan error, 1)
	waits := made(t, "waits", func(ctx context.Context, _ in) (string, error) {
		<-ctx.Done()
		cancelled <- ctx.Err()
		return "", ctx.Err()
	})
	ts := httptest.NewServer(serve.New([]*chain.Chain{waits}, &serve.Options{ResumeWindow: time.Millisecond}))
	defer func() { ts.Close(); http.DefaultClient.CloseIdleConnections() }()
	ctx, cancel := context.WithCancel(t.Context())
	resp := stream(t, ctx, ts.URL+"/v1/chains/waits/runs", `{"input":{"text":"one"}}`)
	parseSSE(t, resp.Body, 2)
	cancel()
	resp.Body.Close()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("the step was ended with %v", err)
	}
}

func TestStreamOfAFailure(t *testing.T) {
	_, ts := start(t, nil, nil)
	resp := stream(t, t.Context(), ts.URL+"/v1/chains/fails/runs", `{"input":{"text":"a"}}`)
	defer resp.Body.Close()
	all := parseSSE(t, resp.Body, 0)
	last := all[len(all)-1]
	if last.event != "problem" || !strings.Contains(last.data, "run-failed") {
		t.Errorf("the stream ended with %+v", last)
	}
	for _, e := range all {
		if strings.Contains(e.data, "secret") {
			t.Errorf("an event tells what a step said: %s", e.data)
		}
	}
}

func TestHeartbeat(t *testing.T) {
	_, ts := start(t, nil, &serve.Options{Heartbeat: 10 * time.Millisecond, ResumeWindow: -1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp := stream(t, ctx, ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"a"}}`)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), ":") {
			return
		}
	}
	t.Error("the stream was silent")
}

func TestWebSocket(t *testing.T) {
	hold := make(chan struct{}, 1)
	_, ts := start(t, hold, nil)
	conn, _, err := websocket.Dial(t.Context(), ts.URL+"/v1/chains/slow/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	send := func(m string) {
		t.Helper()
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	until := func(event string) string {
		t.Helper()
		for {
			_, data, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var e struct {
				Event string          `json:"event"`
				Data  json.RawMessage `json:"data"`
			}
			if err := json.Unmarshal(data, &e); err != nil {
				t.Fatal(err)
			}
			if e.Event == event {
				return string(e.Data)
			}
		}
	}
	send(`{"type":"run","input":{"text":"one"}}`)
	until("token")
	send(`{"type":"run","input":{"text":"two"}}`)
	if p := until("problem"); !strings.Contains(p, `"busy"`) {
		t.Errorf("a second run: %s", p)
	}
	send(`{"type":"cancel"}`)
	if p := until("problem"); !strings.Contains(p, `"cancelled"`) {
		t.Errorf("cancelled: %s", p)
	}
	send(`{"type":"dance"}`)
	if p := until("problem"); !strings.Contains(p, "bad-message") {
		t.Errorf("an unknown message: %s", p)
	}
	hold <- struct{}{}
	send(`{"type":"run","input":{"text":"three"}}`)
	if f := until("run.finished"); !strings.Contains(f, "done") {
		t.Errorf("finished: %s", f)
	}
}
