package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/templates"
)

// site is a server with chains of every kind, jobs and a worker for them.
type site struct {
	*httptest.Server
	serve *serve.Server
}

// Prompts with schemas of their own, whose references must survive.
const (
	triagePrompt = `schema: causeway.prompt/v1
name: support/triage
model: {id: m, maxTokens: 100}
input:
  required: [ticket]
  properties:
    ticket: {type: string, minLength: 1, maxLength: 200}
    language: {type: string, enum: [en, de], default: en}
messages:
  - user: "{{ticket}} {{language}}"
output:
  schema:
    type: object
    required: [queue, related]
    properties:
      queue: {$ref: "#/$defs/queue"}
      related: {type: array, items: {$ref: "#/$defs/queue"}}
    $defs:
      queue: {type: string, enum: [billing, bug, other]}
`
	askPrompt = `schema: causeway.prompt/v1
name: support/ask
model: {id: m, maxTokens: 100}
input: {required: [question], properties: {question: {type: string}}}
messages:
  - user: "{{question}}"
`
)

// awkward is a chain's name that no path and no identifier holds as it is.
const awkward = "größe/100% {id}"

func newSite(t *testing.T) *site {
	t.Helper()
	backend, err := jobs.NewFolder(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	callbacks, err := jobs.NewCallbacks([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, []string{"hooks.example.com"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := serve.New(served(t), &serve.Options{Auth: serve.BearerKeys("key"), Jobs: backend, Callbacks: callbacks, MaxBody: 5000})
	w, err := jobs.NewWorker(backend, s.Chain, &jobs.WorkerOptions{Beat: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() { w.Run(ctx) })
	ts := httptest.NewServer(s)
	t.Cleanup(func() {
		stop()
		working.Wait()
		ts.Close()
		_ = backend.Close()
	})
	return &site{ts, s}
}

type words struct {
	Text string `json:"text"`
}

func served(t *testing.T) []*chain.Chain {
	t.Helper()
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{When: emulator.Match{Text: "money"}, Text: `{"queue": "billing", "related": ["other"]}`},
		emulator.Turn{Text: "In three days."},
	)})
	inner, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	model := retry.Wrap(inner, nil)
	echo := func(_ context.Context, in words) (string, error) { return in.Text, nil }
	return []*chain.Chain{
		triage(t, prompt(t, "triage", model, triagePrompt)),
		made(t, "maybe", chain.With(prompt(t, "triage", model, triagePrompt), &chain.StepOptions{When: `ticket != "skip"`})),
		made(t, "ask", prompt(t, "answer", model, askPrompt)),
		made(t, "publish", chain.Func("draft", echo, nil), chain.Approve("ok", "Shall we?", nil)),
		made(t, "fails", chain.Func("out", func(context.Context, words) (string, error) { return "", errors.New("no") }, nil)),
		made(t, "slow", chain.Func("out", func(ctx context.Context, in words) (string, error) {
			chain.Emit(ctx, chain.Event{Text: in.Text})
			<-ctx.Done()
			return "", ctx.Err()
		}, nil)),
		made(t, awkward, chain.Func("out", echo, nil)),
	}
}

// triage says itself what it takes, with a reference, so that the server checks
// it before anything runs.
func triage(t *testing.T, step chain.Step) *chain.Chain {
	t.Helper()
	c, err := chain.New("triage", []chain.Step{step}, &chain.Options{Input: &jsonschema.Schema{
		Type: "object", Required: []string{"ticket"},
		Properties: map[string]*jsonschema.Schema{
			"ticket": {Ref: "#/$defs/ticket"}, "language": {Type: "string", Enum: []any{"en", "de"}},
		},
		Defs: map[string]*jsonschema.Schema{"ticket": {Type: "string", MinLength: new(1), MaxLength: new(200)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prompt(t *testing.T, name string, m llms.Model, source string) chain.Step {
	t.Helper()
	p, err := templates.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return chain.Prompt(name, m, chain.Template(p), nil)
}

func made(t *testing.T, name string, steps ...chain.Step) *chain.Chain {
	t.Helper()
	c, err := chain.New(name, steps, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// document is what the site says of itself.
func (s *site) document(t *testing.T) []byte {
	t.Helper()
	resp := s.send(t, s.request(t, "GET", "/openapi.json", ""))
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !json.Valid(body) {
		t.Fatalf("%s %v", resp.Status, err)
	}
	return body
}

// request makes one with the key; headers are pairs.
func (s *site) request(t *testing.T, method, path, body string, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer key")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func (s *site) send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}
