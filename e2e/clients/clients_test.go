package clients

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/e2e/internal/npm"
	"github.com/causeway-go/causeway/serve"
)

const reply = "Hello, \u2028this is a\nscripted reply."

// seen is what a script reports: by check, by value.
type seen map[string]map[string]any

// run runs a script against the server at url and decodes what it reports.
func run(t *testing.T, url, script string, flags ...string) seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append(flags, script)...)
	cmd.Dir = npm.Installed(t)
	cmd.Env = append(os.Environ(), "SERVER_URL="+url, "SERVER_KEY="+key)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, out, complaint.String())
	}
	var got seen
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s printed %s: %v", script, out, err)
	}
	for name, check := range got {
		if check["threw"] != nil {
			t.Errorf("%s: %s threw %v", script, name, check["threw"])
		}
	}
	return got
}

// expect holds some values of a check against what they must be.
func (s seen) expect(t *testing.T, name string, want map[string]any) {
	t.Helper()
	for k, v := range want {
		if !reflect.DeepEqual(s[name][k], v) {
			t.Errorf("%s: %s is %#v, want %#v", name, k, s[name][k], v)
		}
	}
}

func guarded() *serve.Options { return &serve.Options{Auth: serve.BearerKeys(key)} }

func TestOpenAI(t *testing.T) {
	s := newSite(t, guarded())
	got := run(t, s.url(), "openai.mjs")
	usage := map[string]any{
		"prompt_tokens": 13.0, "completion_tokens": 5.0, "total_tokens": 18.0,
		"prompt_tokens_details": map[string]any{"cached_tokens": 3.0}, "completion_tokens_details": map[string]any{"reasoning_tokens": 0.0},
	}
	got.expect(t, "plain", map[string]any{"text": reply, "role": "assistant", "finish": "stop", "usage": usage, "model": "chat", "same": true})
	got.expect(t, "stream", map[string]any{"text": reply, "finish": "stop", "usage": nil, "ids": 1.0})
	if n, _ := got["stream"]["chunks"].(float64); n < 4 {
		t.Errorf("the stream came in %v chunks", n)
	}
	got.expect(t, "usage", map[string]any{"text": reply, "usage": usage})
	got.expect(t, "helper", map[string]any{"text": reply, "finish": "stop", "total": 18.0})
	got.expect(t, "conversation", map[string]any{"text": "You are Ada."})
	got.expect(t, "cut", map[string]any{"finish": "length"})
	got.expect(t, "one", map[string]any{"text": "as it is", "chunks": 1.0, "finish": "stop"})
	got.expect(t, "abort", map[string]any{"text": "aborted"})
	s.wasCancelled("aborted")
	got.expect(t, "abortPlain", map[string]any{"name": "APIUserAbortError"})
	s.wasCancelled("gone")
	got.expect(t, "models", map[string]any{"ids": "asks breaks chat echo fails slow", "one": "model"})
}

// The official client throws the exception that its users catch.
func TestOpenAIExceptions(t *testing.T) {
	s := newSite(t, guarded())
	got := run(t, s.url(), "openai.mjs")
	for name, want := range map[string]map[string]any{
		"broken":        {"name": "APIError", "code": "run-failed", "type": "server_error"},
		"wrongKey":      {"name": "AuthenticationError", "status": 401.0, "code": "invalid_api_key"},
		"noModel":       {"name": "NotFoundError", "status": 404.0, "code": "model_not_found", "param": "model"},
		"noChatModel":   {"name": "BadRequestError", "status": 400.0, "code": "not_a_chat_model", "param": "model"},
		"tools":         {"name": "BadRequestError", "status": 400.0, "code": "unsupported_parameter", "param": "tools"},
		"asks":          {"name": "UnprocessableEntityError", "status": 422.0, "code": "run_interrupted"},
		"quota":         {"name": "RateLimitError", "status": 429.0, "code": "rate_limit_exceeded", "after": "10"},
		"quotaStreamed": {"name": "RateLimitError", "status": 429.0, "after": "10"},
		"fails":         {"name": "InternalServerError", "status": 500.0, "code": "run-failed"},
		"noSuchModel":   {"name": "NotFoundError", "status": 404.0},
	} {
		got.expect(t, name, want)
		if message, _ := got[name]["message"].(string); message == "" || strings.Contains(message, "secret") {
			t.Errorf("%s says %q", name, message)
		}
	}
	if n := s.failed.Load(); n != 1 {
		t.Errorf("a run that fails was made %d times: the client tried again", n)
	}
	if run, _ := got["fails"]["run"].(string); run == "" {
		t.Error("the exception does not know the run")
	}
}

// A client that is told to come back later does, and then is served.
func TestOpenAIComesBack(t *testing.T) {
	o := guarded()
	o.MaxRuns = 1
	s := newSite(t, o)
	got := run(t, s.url(), "busy.mjs")
	got.expect(t, "busy", map[string]any{"name": "RateLimitError", "status": 429.0, "after": "1", "text": "held"})
	if ms, _ := got["busy"]["waited"].(float64); ms < 900 {
		t.Errorf("the client came back after %v ms, though it was told a second", ms)
	}
	s.wasCancelled("held")
}

func TestAISDK(t *testing.T) {
	s := newSite(t, guarded())
	got := run(t, s.url(), "aisdk.mjs")
	got.expect(t, "plain", map[string]any{"text": reply, "finish": "stop", "total": 18.0})
	got.expect(t, "stream", map[string]any{"text": reply, "finish": "stop", "total": 18.0})
	got.expect(t, "abort", map[string]any{"text": "left"})
	s.wasCancelled("left")
	got.expect(t, "wrongKey", map[string]any{"status": 401.0})
	got.expect(t, "noModel", map[string]any{"status": 404.0})
	got.expect(t, "broken", map[string]any{"text": "one", "failed": true})
	for _, c := range s.emu.Calls() {
		if c.Request != nil && c.Request.SystemText() != "Be kind." {
			t.Errorf("the client's system message was taken for the chain's: %q", c.Request.SystemText())
		}
	}
}
