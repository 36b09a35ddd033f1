package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type in struct {
	Text string `json:"text"`
}

// chains are an echo, one that emits and waits, and ones that fail.
func chains(t *testing.T, hold chan struct{}) []*chain.Chain {
	t.Helper()
	return []*chain.Chain{
		made(t, "echo", func(_ context.Context, i in) (string, error) { return strings.ToUpper(i.Text), nil }),
		made(t, "slow", func(ctx context.Context, i in) (string, error) {
			for word := range strings.FieldsSeq(i.Text) {
				chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: word})
			}
			select {
			case <-hold:
				return "done", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}),
		made(t, "fails", func(context.Context, in) (string, error) { return "", errors.New("the secret is 42") }),
		made(t, "panics", func(context.Context, in) (string, error) { panic("the secret is 42") }),
	}
}

func made(t *testing.T, name string, fn func(context.Context, in) (string, error)) *chain.Chain {
	t.Helper()
	c, err := chain.New(name, []chain.Step{chain.Func("out", fn, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func start(t *testing.T, hold chan struct{}, o *serve.Options) (*serve.Server, *httptest.Server) {
	t.Helper()
	s := serve.New(chains(t, hold), o)
	ts := httptest.NewServer(s)
	t.Cleanup(func() {
		ts.CloseClientConnections()
		ts.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return s, ts
}

// ask sends one request, with headers given as pairs.
func ask(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(data)
}

func TestRun(t *testing.T) {
	_, ts := start(t, nil, nil)
	resp, body := ask(t, "POST", ts.URL+"/v1/chains/echo/runs", `{"input": {"text": "hi"}, "labels": {"team": "a"}}`)
	var got struct {
		Chain  string         `json:"chain"`
		RunID  string         `json:"runId"`
		Values map[string]any `json:"values"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	if got.Chain != "echo" || got.Values["out"] != "HI" || got.RunID == "" {
		t.Errorf("got %+v", got)
	}
	if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("the security headers are missing")
	}
}

func TestProblems(t *testing.T) {
	_, ts := start(t, nil, &serve.Options{MaxBody: 200})
	run := ts.URL + "/v1/chains/echo/runs"
	for _, tt := range []struct {
		name, method, url, body string
		headers                 []string
		status                  int
		code                    string
	}{
		{"no chain", "POST", ts.URL + "/v1/chains/nope/runs", `{"input":{}}`, nil, 404, "no-chain"},
		{"nothing there", "GET", ts.URL + "/v1/nothing", "", nil, 404, "no-endpoint"},
		{"a path trick", "GET", ts.URL + "/v1/chains/..%2f..%2fetc/ws", "", nil, 404, "no-endpoint"},
		{"wrong method", "GET", run, "", nil, 405, "bad-method"},
		{"wrong type", "POST", run, `{}`, []string{"Content-Type", "text/plain"}, 415, "not-json"},
		{"too large", "POST", run, `{"input":{"text":"` + strings.Repeat("a", 300) + `"}}`, nil, 413, "too-large"},
		{"too deep", "POST", run, strings.Repeat("[", 70) + strings.Repeat("]", 70), nil, 400, "too-deep"},
		{"no JSON", "POST", run, `{"input":`, nil, 400, "bad-json"},
		{"unknown field", "POST", run, `{"inputs":{}}`, nil, 400, "bad-json"},
		{"two values", "POST", run, `{"input":{"text":"a"}} {}`, nil, 400, "bad-json"},
		{"missing input", "POST", run, `{"input":{}}`, nil, 422, "bad-input"},
		{"foreign page", "POST", run, `{"input":{"text":"a"}}`, []string{"Origin", "https://evil.example"}, 403, "bad-origin"},
		{"failed run", "POST", ts.URL + "/v1/chains/fails/runs", `{"input":{"text":"a"}}`, nil, 500, "run-failed"},
		{"panic", "POST", ts.URL + "/v1/chains/panics/runs", `{"input":{"text":"a"}}`, nil, 500, "run-failed"},
		{"unknown run", "GET", ts.URL + "/v1/runs/nope/events", "", nil, 404, "no-run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := ask(t, tt.method, tt.url, tt.body, tt.headers...)
			var p problem.Problem
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				t.Fatalf("not a problem: %s", body)
			}
			if resp.StatusCode != tt.status || p.Code != tt.code || p.Status != tt.status || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %+v, want %d %s", resp.Status, p, tt.status, tt.code)
			}
			if strings.Contains(body, "secret") {
				t.Errorf("the problem tells what a step said: %s", body)
			}
		})
	}
}

func TestDeadlineOfTheClient(t *testing.T) {
	_, ts := start(t, nil, nil)
	resp, body := ask(t, "POST", ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"a"}}`, "Prefer", "wait=1")
	if resp.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("%s: %s", resp.Status, body)
	}
}

func TestBusy(t *testing.T) {
	hold := make(chan struct{})
	_, ts := start(t, hold, &serve.Options{MaxRuns: 1})
	holder := stream(t, t.Context(), ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"a"}}`)
	defer holder.Body.Close()
	resp, _ := ask(t, "POST", ts.URL+"/v1/chains/echo/runs", `{"input":{"text":"a"}}`)
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("beside a run that holds the only place: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	close(hold)
	if all := parseSSE(t, holder.Body, 0); all[len(all)-1].event != "run.finished" {
		t.Errorf("the run that held the place ended with %+v", all[len(all)-1])
	}
}

func TestIdempotencyKey(t *testing.T) {
	ran := 0
	counter := made(t, "count", func(context.Context, in) (string, error) { ran++; return "x", nil })
	s := serve.New([]*chain.Chain{counter}, nil)
	ts := httptest.NewServer(s)
	defer func() { ts.Close(); http.DefaultClient.CloseIdleConnections() }()
	url := ts.URL + "/v1/chains/count/runs"
	_, first := ask(t, "POST", url, `{"input":{"text":"a"}}`, "Idempotency-Key", "k")
	resp, second := ask(t, "POST", url, `{"input":{"text":"a"}}`, "Idempotency-Key", "k")
	if first != second || ran != 1 || resp.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("ran %d times; answers\n%s\n%s", ran, first, second)
	}
	if resp, _ := ask(t, "POST", url, `{"input":{"text":"b"}}`, "Idempotency-Key", "k"); resp.StatusCode != 422 {
		t.Errorf("another request under the same key: %s", resp.Status)
	}
	if _, third := ask(t, "POST", url, `{"input":{"text":"a"}}`, "Idempotency-Key", "k", "Authorization", "Bearer other"); third == first {
		t.Error("another caller got the first one's answer")
	}
}

func TestAuth(t *testing.T) {
	_, ts := start(t, nil, &serve.Options{Auth: serve.BearerKeys("", "k1", "k2")})
	for _, tt := range []struct {
		path, header string
		status       int
	}{
		{"/", "", 401},
		{"/", "Bearer nope", 401},
		{"/", "Bearer ", 401},
		{"/", "Basic k1", 401},
		{"/", "Bearer k1", 200},
		{"/", "bearer k2", 200},
		{"/healthz", "", 200},
		{"/readyz", "", 200},
		{"/openapi.json", "", 401},
	} {
		resp, _ := ask(t, "GET", ts.URL+tt.path, "", "Authorization", tt.header)
		if resp.StatusCode != tt.status {
			t.Errorf("%s with %q: %s, want %d", tt.path, tt.header, resp.Status, tt.status)
		}
	}
}

func TestNoKeyAdmitsNobody(t *testing.T) {
	_, ts := start(t, nil, &serve.Options{Auth: serve.BearerKeys("")})
	if resp, _ := ask(t, "GET", ts.URL+"/", "", "Authorization", "Bearer "); resp.StatusCode != 401 {
		t.Errorf("an unset key opened the door: %s", resp.Status)
	}
}

func TestFeedback(t *testing.T) {
	store := serve.NewInProcessFeedback()
	_, ts := start(t, nil, &serve.Options{Feedback: store})
	_, body := ask(t, "POST", ts.URL+"/v1/chains/echo/runs", `{"input":{"text":"hi"}, "labels":{"variant":"b"}}`)
	var run struct {
		RunID string `json:"runId"`
	}
	if err := json.Unmarshal([]byte(body), &run); err != nil {
		t.Fatal(err)
	}
	url := ts.URL + "/v1/runs/" + run.RunID + "/feedback"
	for _, bad := range []string{`{}`, `{"score":6}`, `{"thumbs":"sideways"}`, `{"stars":5}`} {
		if resp, _ := ask(t, "POST", url, bad); resp.StatusCode < 400 {
			t.Errorf("%s was taken", bad)
		}
	}
	if resp, body := ask(t, "POST", url, `{"score":4,"thumbs":"up","comment":"fine"}`); resp.StatusCode != 204 {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	all := store.All()
	if len(all) != 1 || all[0].Chain != "echo" || *all[0].Score != 4 || all[0].Labels["variant"] != "b" {
		t.Errorf("kept %+v", all)
	}
	if resp, _ := ask(t, "POST", ts.URL+"/v1/runs/nope/feedback", `{"score":4}`); resp.StatusCode != 404 {
		t.Errorf("feedback on an unknown run: %s", resp.Status)
	}
}

func TestReplaceAndPage(t *testing.T) {
	s, ts := start(t, nil, nil)
	resp, page := ask(t, "GET", ts.URL+"/", "")
	if !strings.Contains(page, "<h2>echo</h2>") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the page: %s", page)
	}
	s.Replace(nil)
	if resp, _ := ask(t, "POST", ts.URL+"/v1/chains/echo/runs", `{"input":{"text":"a"}}`); resp.StatusCode != 404 {
		t.Errorf("a chain that was taken away: %s", resp.Status)
	}
}

func TestShutdownWaitsThenCancels(t *testing.T) {
	s, ts := start(t, nil, nil)
	running := stream(t, t.Context(), ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"a"}}`)
	defer running.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shut down with %v, want the deadline: a run went on", err)
	}
	if all := parseSSE(t, running.Body, 0); all[len(all)-1].event != "problem" {
		t.Errorf("the run ended with %+v", all[len(all)-1])
	}
	for _, tt := range []struct{ method, path, body string }{{"GET", "/readyz", ""}, {"POST", "/v1/chains/echo/runs", `{"input":{"text":"a"}}`}} {
		if resp, _ := ask(t, tt.method, ts.URL+tt.path, tt.body); resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s after shutdown: %s", tt.path, resp.Status)
		}
	}
}

func TestListenRefusesTheWorldWithoutAuth(t *testing.T) {
	err := serve.ListenAndServe(t.Context(), "0.0.0.0:0", serve.New(nil, nil))
	if err == nil || !strings.Contains(err.Error(), "BearerKeys") {
		t.Errorf("error %v, want one that says what to set", err)
	}
}
