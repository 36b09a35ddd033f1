package lcchain_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/callbacks"
	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/llms"
	lcmemory "github.com/tmc/langchaingo/memory"
	"github.com/tmc/langchaingo/prompts"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/lcchain"
	"github.com/causeway-go/causeway/message"
)

// heard notes what a langchaingo handler is told.
type heard struct {
	callbacks.SimpleHandler
	lines []string
}

func (h *heard) HandleChainStart(context.Context, map[string]any) { h.note("chain start") }
func (h *heard) HandleChainEnd(context.Context, map[string]any)   { h.note("chain end") }
func (h *heard) HandleChainError(_ context.Context, err error)    { h.note("chain error " + err.Error()) }
func (h *heard) HandleToolStart(_ context.Context, in string)     { h.note("tool " + in) }
func (h *heard) HandleToolEnd(_ context.Context, out string)      { h.note("tool end " + out) }
func (h *heard) HandleToolError(_ context.Context, err error)     { h.note("tool error " + err.Error()) }
func (h *heard) HandleStreamingFunc(_ context.Context, b []byte)  { h.note("token " + string(b)) }
func (h *heard) HandleLLMGenerateContentEnd(_ context.Context, r *llms.ContentResponse) {
	h.note("model " + r.Choices[0].Content)
}
func (h *heard) note(line string) { h.lines = append(h.lines, line) }

func TestCallOptionsReachTheModel(t *testing.T) {
	m := &model{}
	l := lcchain.New(build(t, nil, ask(t, m, "a", "{{q}}", "q")), nil)
	if _, err := chains.Run(t.Context(), l, "hi", chains.WithTemperature(0.7), chains.WithMaxTokens(99)); err != nil {
		t.Fatal(err)
	}
	if o := m.opts[0]; o.Temperature != 0.7 || o.MaxTokens != 99 {
		t.Errorf("options: %+v", o)
	}
}

// streaming is a model that streams word by word.
type streaming struct{ model }

func (s *streaming) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	resp, err := s.model.GenerateContent(ctx, msgs, opts...)
	if tell := message.ObserverOf(ctx).Delta; tell != nil && err == nil {
		for _, w := range strings.SplitAfter(resp.Choices[0].Content, " ") {
			if err := tell(message.Delta{Kind: message.DeltaText, Text: w}); err != nil {
				return nil, err
			}
		}
	}
	return resp, err
}

func TestStreamingAndCallbacks(t *testing.T) {
	h := &heard{}
	l := lcchain.New(build(t, nil, ask(t, &streaming{}, "a", "{{q}}", "q")), &lcchain.Options{Callbacks: h})
	var tokens []string
	_, err := chains.Run(t.Context(), l, "hi", chains.WithStreamingFunc(func(_ context.Context, b []byte) error {
		tokens = append(tokens, string(b))
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"re: ", "hi"}, tokens); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"chain start", "token re: ", "token hi", "model re: hi", "chain end"}, h.lines); diff != "" {
		t.Error(diff)
	}
	enough := errors.New("enough")
	_, err = chains.Run(t.Context(), l, "hi", chains.WithStreamingFunc(func(context.Context, []byte) error { return enough }))
	if !errors.Is(err, enough) {
		t.Errorf("a callback that fails: %v", err)
	}
}

func TestEventsOfAnAgent(t *testing.T) {
	h := &heard{}
	c := agent(t, &model{answer: calling("weather")}, func(context.Context, forecast) (string, error) { return "sun", nil })
	if _, err := c.Run(t.Context(), chain.Values{"q": "?"}, &chain.RunOptions{Events: lcchain.Events(t.Context(), h)}); err != nil {
		t.Fatal(err)
	}
	want := []string{"chain start", `tool {"city":"Bern","days":2}`, "tool end sun", "model done", "chain end"}
	if diff := cmp.Diff(want, h.lines); diff != "" {
		t.Error(diff)
	}
}

func TestTheirChainAsOurStep(t *testing.T) {
	m := &model{}
	old := theirs(t, m, "{{.topic}}?", "text", "topic")
	old.Memory = lcmemory.NewConversationBuffer(lcmemory.WithMemoryKey("topic"))
	if in := lcchain.Step("x", old, nil).Inputs(); len(in) != 0 {
		t.Errorf("what its memory loads is an input: %v", in)
	}
	old.Memory = lcmemory.NewSimple()
	c := build(t, nil, lcchain.Step("one", old, &lcchain.StepOptions{Outputs: map[string]string{"text": "first"}}), lcchain.Step("two", old, nil))
	res, err := c.Run(t.Context(), chain.Values{"topic": "tea"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(chain.Values{"first": "re: tea?", "text": "re: tea?"}, res.Values); diff != "" {
		t.Error(diff)
	}
}

func TestPrompter(t *testing.T) {
	p := lcchain.Prompter(prompt(t, "{{q}}?", "q"))
	values := map[string]any{"q": "why", "history": []llms.ChatMessage{llms.HumanChatMessage{Content: "before"}, llms.AIChatMessage{Content: "yes"}}}
	formatted, err := p.FormatPrompt(values)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range formatted.Messages() {
		got = append(got, string(m.GetType())+": "+m.GetContent())
	}
	if diff := cmp.Diff([]string{"system: You are a judge.", "human: before", "ai: yes", "human: why?"}, got); diff != "" {
		t.Error(diff)
	}
	m := &model{}
	step, err := lcchain.Ask("a", m, p, nil) // ours need no trust
	if err != nil {
		t.Fatal(err)
	}
	if res, err := build(t, nil, step).Run(t.Context(), chain.Values{"q": "why"}, nil); err != nil || res.Values["a"] != "re: why?" {
		t.Errorf("%+v, %v", res, err)
	}
	var _ prompts.FormatPrompter = p
}

func TestAQuestionIsAnError(t *testing.T) {
	l := lcchain.New(build(t, nil, chain.Approve("ok", "Sure?", nil)), nil)
	_, err := chains.Call(t.Context(), l, nil)
	if e, ok := errors.AsType[*chain.InterruptError](err); !ok || e.RunID == "" || e.Interrupt.Question != "Sure?" {
		t.Errorf("got %v", err)
	}
}
