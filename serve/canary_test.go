package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/templates"
)

// canary marks what a person, a prompt, a model or a step said.
const canary = "CANARY"

// parrot is a model that answers, or fails, with a canary.
type parrot struct{ err error }

func (p parrot) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	if p.err != nil {
		return nil, p.err
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: `{"queue":"` + canary + `-answer"}`}}}, nil
}

func (p parrot) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", p.err }

// throttle is an error as Bedrock's service has them.
type throttle struct{}

func (throttle) Error() string     { return canary + "-model: too many requests" }
func (throttle) ErrorCode() string { return "ThrottlingException" }

// leaky are chains of which each fails in its own way, near canaries.
func leaky(t *testing.T) []*chain.Chain {
	t.Helper()
	p, err := templates.Parse([]byte(`
schema: causeway.prompt/v1
name: triage
model: {id: m, maxTokens: 10}
input: {required: [text], properties: {text: {type: string}}}
messages: [{user: "` + canary + `-prompt {{text}}"}]
output: {schema: {type: object, required: [queue], properties: {queue: {enum: [bug, other]}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	said := errors.New(canary + "-model: the input was refused")
	var all []*chain.Chain
	for name, err := range map[string]error{
		"misfit": nil, "model": said,
		"throttled": &retry.Error{Class: retry.ThrottleTokens, Err: said},
		"down":      &retry.Error{Class: retry.Transient, Err: said},
		"overflow":  &retry.Error{Class: retry.Overflow, Err: said},
		"fatal":     &retry.Error{Class: retry.Fatal, Err: said},
	} {
		c, err := chain.New(name, []chain.Step{chain.Prompt("answer", parrot{err}, chain.Template(p), nil)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	again := retry.Wrap(parrot{throttle{}}, &retry.Options{MaxElapsed: soon})
	retried, err := chain.New("retried", []chain.Step{chain.Prompt("answer", again, chain.Template(p), nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, retried,
		made(t, "fails", func(_ context.Context, i in) (string, error) { return "", errors.New("cannot read " + i.Text) }),
		made(t, "panics", func(_ context.Context, i in) (string, error) { panic("cannot read " + i.Text) }),
		made(t, "indexes", func(_ context.Context, i in) (string, error) { return i.Text[1000:], nil }),
		fallible(t, "unwritable", func(_ context.Context, i in) (any, error) { return map[string]any{i.Text: math.NaN()}, nil }),
	)
}

func fallible(t *testing.T, name string, fn func(context.Context, in) (any, error)) *chain.Chain {
	t.Helper()
	c, err := chain.New(name, []chain.Step{chain.Func("out", fn, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// faults picks what a stream says of faults: the rest of it is the run's own.
func faults(event, data string) string {
	var e struct {
		Error string
		Retry struct{ Error string }
	}
	if event == "problem" {
		return data
	}
	_ = json.Unmarshal([]byte(data), &e)
	return e.Error + e.Retry.Error
}

// safe fails when an answer or its header holds a canary.
func safe(t *testing.T, what string, h http.Header, said string) {
	t.Helper()
	var all strings.Builder
	_ = h.Write(&all)
	if all.WriteString(said); strings.Contains(all.String(), canary) {
		t.Errorf("%s tells what was said: %.500s", what, all.String())
	}
}

func TestFailuresTellNothing(t *testing.T) {
	backend, err := jobs.NewFolder(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var log safeBuffer
	s := serve.New(leaky(t), &serve.Options{Jobs: backend, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	ts := httptest.NewServer(s)
	defer func() { ts.Close(); http.DefaultClient.CloseIdleConnections() }()
	const body = `{"input":{"text":"` + canary + `-input"},"session":"` + canary + `","labels":{"a":"` + canary + `"}}`
	for _, c := range leaky(t) {
		name := c.Name()
		url := ts.URL + "/v1/chains/" + name
		log.take()
		resp, said := ask(t, "POST", url+"/runs", body, "Idempotency-Key", canary)
		if resp.StatusCode < 400 {
			t.Errorf("%s did not fail: %s", name, said)
		}
		safe(t, name, resp.Header, said)
		for _, e := range events(t, url+"/runs", body) {
			safe(t, name+" streamed", nil, faults(e.event, e.data))
		}
		for _, e := range socketEvents(t, url+"/ws", `{"type":"run",`+body[1:]) {
			safe(t, name+" over a socket", nil, faults(e.event, e.data))
		}
		// The log has the errors of steps and models as they are; ours tell nothing.
		if logged := strings.ReplaceAll(log.take(), canary+"-model", ""); name != "fails" && name != "panics" && strings.Contains(logged, canary) {
			t.Errorf("the log of %s tells what was said: %.500s", name, logged)
		}
	}
}

// events runs a chain over SSE.
func events(t *testing.T, url, body string) []sseEvent {
	t.Helper()
	resp := stream(t, t.Context(), url, body)
	defer resp.Body.Close()
	all := parseSSE(t, resp.Body, 0)
	if len(all) == 0 || all[len(all)-1].event != "problem" {
		t.Errorf("%s: the stream does not end with a problem", url)
	}
	return all
}

// socketEvents runs a chain over a WebSocket.
func socketEvents(t *testing.T, url, message string) []sseEvent {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
	var all []sseEvent
	for {
		_, data, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var e struct {
			Event string
			Data  json.RawMessage
		}
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, sseEvent{event: e.Event, data: string(e.Data)})
		if e.Event == "problem" {
			return all
		}
	}
}

// What every endpoint that takes a body says of a bad one tells nothing of it.
func TestBadBodiesAreNotTold(t *testing.T) {
	backend, err := jobs.NewFolder(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var log safeBuffer
	_, ts := start(t, nil, &serve.Options{Jobs: backend, MaxBody: 2000, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	long := strings.Repeat(canary, 20)
	tested := 0
	for _, path := range postPaths(t, ts.URL) {
		for name, tt := range map[string]struct{ kind, body string }{
			"text":          {"text/plain", long},
			"no JSON":       {"application/json", `{"` + long + `":` + canary},
			"a long field":  {"application/json", `{"` + long + `":1}`},
			"no object":     {"application/json", `"` + canary + `"`},
			"wrong types":   {"application/json", `{"input":"` + canary + `","answer":"` + canary + `","messages":"` + canary + `","score":"` + canary + `"}`},
			"wrong inputs":  {"application/json", `{"input":{"text":["` + canary + `"]},"answer":{"a":"` + canary + `"}}`},
			"wrong chat":    {"application/json", `{"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":["` + canary + `"]}]}]}`},
			"unknown chat":  {"application/json", `{"model":"echo","messages":[{"role":"user","content":"` + canary + `"}],"temperature":"` + canary + `"}`},
			"too large":     {"application/json", `{"input":{"text":"` + strings.Repeat(canary, 1000) + `"}}`},
			"too deep":      {"application/json", strings.Repeat(`{"`+canary+`":`, 100)},
			"bad feedback":  {"application/json", `{"thumbs":"` + canary + `","comment":"` + canary + `"}`},
			"two documents": {"application/json", `{} "` + canary + `"`},
		} {
			resp, said := ask(t, "POST", ts.URL+path, tt.body, "Content-Type", tt.kind)
			if resp.StatusCode < 400 || resp.StatusCode >= 500 || len(said) > 4096 {
				t.Errorf("%s: %s: %s, %d bytes", path, name, resp.Status, len(said))
			}
			safe(t, path+": "+name, resp.Header, said)
			tested++
		}
	}
	if tested < 50 {
		t.Errorf("%d requests: the OpenAPI document lists too little", tested)
	}
	if logged := log.take(); strings.Contains(logged, canary) || !strings.Contains(logged, "/v1/chains/echo/runs") {
		t.Errorf("the log: %.1000s", logged)
	}
}

// postPaths are the endpoints that take a POST, with ids filled in.
func postPaths(t *testing.T, url string) []string {
	t.Helper()
	_, body := ask(t, "GET", url+"/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	var all []string
	for path, operations := range doc.Paths {
		if operations["post"] != nil {
			all = append(all, strings.NewReplacer("{id}", "nope", "{name}", "echo").Replace(path))
		}
	}
	return all
}

// safeBuffer is written by requests side by side.
type safeBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

// take returns what was written since it was last called.
func (b *safeBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.all.String()
	b.all.Reset()
	return s
}
