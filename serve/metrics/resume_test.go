package metrics_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/serve/metrics"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

// turns answers call after call, each for 100 tokens in and 10 out: what it
// says is the name of a tool to call, "fail", or the end.
type turns struct {
	say   []string
	asked int
}

func (m *turns) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	word := m.say[m.asked]
	m.asked++
	if word == "fail" {
		return nil, errors.New("not now")
	}
	c := &llms.ContentChoice{Content: word, StopReason: "end_turn"}
	if word == "look" || word == "refund" {
		c.Content = ""
		c.ToolCalls = []llms.ToolCall{{ID: word, Type: "function", FunctionCall: &llms.FunctionCall{Name: word, Arguments: `{}`}}}
	}
	message.Attach(c, message.Info{Model: sonnet, Usage: message.Usage{Input: 100, Output: 10}, Attempts: 1})
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{c}}, nil
}

func (m *turns) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", nil }

// A run that fails, is tried again, waits twice and goes on has spent what its
// model was asked for, each time once.
func TestAResumedRunIsCountedOnce(t *testing.T) {
	prompt, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: p\nmodel: {id: m}\nmessages:\n  - user: hi\n"))
	if err != nil {
		t.Fatal(err)
	}
	var set []*tools.Tool
	for _, name := range []string{"look", "refund"} {
		tool, err := tools.New(name, "It does.", func(context.Context, struct{}) (string, error) { return "done", nil }, nil)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, tool)
	}
	all, err := tools.NewSet(set...)
	if err != nil {
		t.Fatal(err)
	}
	model := &turns{say: []string{"look", "look", "fail", "refund", "look", "refund", "fail", "bye", "bye"}}
	agent := chain.Agent("agent", model, chain.Template(prompt), all, &chain.AgentOptions{Approve: []string{"refund"}, MaxTurns: 20})
	last := chain.Prompt("last", model, chain.Template(prompt), nil)
	c, err := chain.New("c", []chain.Step{agent, last}, &chain.Options{Checkpoints: chain.NewInProcessCheckpoints()})
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New(&metrics.Options{Prices: metrics.Prices{sonnet: {Input: 1e6}}})
	o := &chain.RunOptions{RunID: "r", Events: m.Event}
	yes := chain.Values{"approved": true}
	if _, err := c.Run(t.Context(), nil, o); err == nil {
		t.Fatal("it did not fail")
	}
	for i, answer := range []chain.Values{nil, yes, yes, nil} {
		res, err := c.Resume(t.Context(), "r", answer, o)
		if failed := i == 2; failed != (err != nil) {
			t.Fatalf("attempt %d: %v", i, err)
		}
		if waits := i < 2; waits != (res.Interrupt != nil) {
			t.Fatalf("attempt %d: %+v", i, res)
		}
	}
	got := scrape(t, m.Handler())
	const answered = 7.0 // of 9 requests
	for _, tt := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{100 * answered, "causeway_model_tokens_total", []string{"kind", "input"}},
		{10 * answered, "causeway_model_tokens_total", []string{"kind", "output"}},
		{100 * answered, "causeway_estimated_cost_total", nil},
		{9, "causeway_model_requests_total", nil},
		{5, "causeway_runs_started_total", nil},
		{2, "causeway_runs_finished_total", []string{"outcome", "waiting"}},
		{2, "causeway_runs_finished_total", []string{"outcome", "failed"}},
		{1, "causeway_runs_finished_total", []string{"outcome", "ok"}},
		{3, "causeway_tool_calls_total", []string{"tool", "look"}},
		{2, "causeway_tool_calls_total", []string{"tool", "refund"}},
	} {
		if v := value(got, tt.name, tt.labels...); v != tt.want {
			t.Errorf("%s %v is %v, want %v", tt.name, tt.labels, v, tt.want)
		}
	}
	if model.asked != 9 {
		t.Errorf("the model was asked %d times", model.asked)
	}
}
