package chain

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/tmc/langchaingo/llms"
)

func TestWrites(t *testing.T) {
	text := func(name, output string) Step {
		return Func(name, func(context.Context, struct{}) (string, error) { return name, nil }, &FuncOptions{Output: output})
	}
	inner := must(t, []Step{text("sort", "topic"), text("write", "answer")}, &Options{Output: []string{"topic", "answer"}})
	c := must(t, []Step{
		text("plan", "plan"),
		Branch("way", []Case{
			{When: `plan == "a"`, Steps: []Step{inner.Step("deep")}},
			{Steps: []Step{text("think", "thought"), With(text("short", "answer"), &StepOptions{OnError: []Step{text("sorry", "answer")}})}},
		}, nil),
		Loop("again", 2, []Step{text("count", "n"), text("polish", "final")}, nil),
	}, nil)
	for path, want := range map[string]bool{
		"way/deep/write":          true,
		"way/deep/sort":           false,
		"way/short":               true,
		"way/short/onError/sorry": true,
		"way/think":               false,
		"way/nobody":              false,
		"plan":                    false,
		"way":                     true,
		"":                        false,
	} {
		if c.Writes("answer", path) != want {
			t.Errorf("the answer is written by %q: %v, want %v", path, !want, want)
		}
	}
	if !c.Writes("final", "again/2/polish") || c.Writes("final", "again/2/count") || c.Writes("final", "again/2") {
		t.Error("the rounds of a loop")
	}
}

// What a chain returns is known when its prompts have been asked for.
func TestCheckLearnsTheOutputs(t *testing.T) {
	r := registry(t, says())
	c := must(t, []Step{
		Prompt("triage", says(), FromLibrary(r.Templates, "support/triage@production"), nil),
		With(Prompt("answer", says(), FromLibrary(r.Templates, "support/answer@production"), nil), &StepOptions{With: map[string]string{"queue": `"bug"`}}),
	}, &Options{Input: ticketOnly()})
	before := c.OutputSchema().Properties
	if kinds(before["answer"]) != nil || !c.Conversational() {
		t.Errorf("before the check: %v", before["answer"])
	}
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := c.OutputSchema().Properties
	if after["answer"].Type != "string" || after["triage"].Type != "object" || !c.Conversational() {
		t.Errorf("after the check: %v, %v", after["triage"], after["answer"])
	}
}

// A caller's settings go with the calls that they are meant for, also when the
// run goes on after a question.
func TestCallOptionsForSomeSteps(t *testing.T) {
	var got []string
	m := modelFunc(func(opts llms.CallOptions) string {
		got = append(got, fmt.Sprint(opts.MaxTokens))
		return "text"
	})
	said := func(output string) Step {
		return Prompt(output, m, Template(parsed(t, "schema: causeway.prompt/v1", "name: p", "messages: [{user: hi}]")), nil)
	}
	c := must(t, []Step{said("sorted"), Approve("ok", "Well?", nil), said("reply")}, nil)
	o := &RunOptions{
		RunID: "r", CallOptions: []llms.CallOption{llms.WithMaxTokens(7)},
		CallOptionsFor: func(step string) bool { return c.Writes("reply", step) },
	}
	if _, err := c.Run(t.Context(), nil, o); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resume(t.Context(), "r", Values{"approved": true}, o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []string{"0", "7"}) {
		t.Errorf("the calls' bounds were %v", got)
	}
}

// modelFunc answers with a function of a call's options.
type modelFunc func(llms.CallOptions) string

func (m modelFunc) GenerateContent(_ context.Context, _ []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, f := range opts {
		f(&o)
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: m(o)}}}, nil
}

func (m modelFunc) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}
