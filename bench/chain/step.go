package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/prompts"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/templates"
)

// instant is a model that costs next to nothing.
type instant struct{}

var reply = &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "an answer", StopReason: "end_turn"}}}

func (instant) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	return reply, nil
}

func (instant) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", nil }

// kilobyte is the text of a prompt of 1 KiB over four variables, in the two
// ways of writing them.
func kilobyte(open, end string) string {
	v := func(name string) string { return open + name + end }
	return strings.Repeat("Answer in the tone of a friendly clerk. ", 24) + v("a") + " and " + v("b") + ", then " + v("c") + ", last " + v("d")
}

func benchStep(ctx context.Context) error {
	in := map[string]any{"a": "A", "b": "B", "c": "C", "d": "D"}
	cs := []contender{}
	for _, n := range []int{10, 100} {
		ours, err := ourSteps(n)
		if err != nil {
			return err
		}
		cs = append(cs, contender{fmt.Sprintf("causeway, %d steps", n), perStep(n, func() error { _, err := ours.Run(ctx, in, nil); return err })})
	}
	for _, format := range []struct {
		name, text string
		as         prompts.TemplateFormat
	}{{"langchaingo f-string", kilobyte("{", "}"), prompts.TemplateFormatFString}, {"langchaingo go-template", kilobyte("{{.", "}}"), prompts.TemplateFormatGoTemplate}} {
		p := prompts.NewPromptTemplate(format.text, []string{"a", "b", "c", "d"})
		p.TemplateFormat = format.as
		c := chains.NewLLMChain(instant{}, p)
		cs = append(cs, contender{format.name, func() error { _, err := chains.Call(ctx, c, in); return err }})
	}
	return race("one step with its prompt, no network", 2000, cs...)
}

// perStep spreads a chain's cost over its steps.
func perStep(n int, run func() error) func() error {
	left := 0
	return func() error {
		if left > 0 {
			left--
			return nil
		}
		left = n - 1
		return run()
	}
}

func ourSteps(n int) (*chain.Chain, error) {
	t, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: kilobyte\ninput: {required: [a, b, c, d], properties: " +
		"{a: {type: string}, b: {type: string}, c: {type: string}, d: {type: string}}}\nmessages: [{user: \"" + kilobyte("{{", "}}") + "\"}]\n"))
	if err != nil {
		return nil, err
	}
	steps := make([]chain.Step, n)
	for i := range steps {
		steps[i] = chain.Prompt(fmt.Sprintf("s%d", i), instant{}, chain.Template(t), nil)
	}
	return chain.New("steps", steps, nil)
}
