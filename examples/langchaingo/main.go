// Langchaingo moves a program over: its prompts and its caller stay, and five
// lines put a Causeway chain between them. Before, in langchaingo v0.1.14, the
// third step could not see the first one's input. Replies are scripted.
//
//	go run ./examples/langchaingo
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/prompts"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/lcchain"
	"github.com/causeway-go/causeway/retry"
)

// What the program had: prompts in langchaingo's form.
var (
	outline = prompts.NewPromptTemplate("Outline a talk on {{.topic}}.", []string{"topic"})
	jokes   = prompts.NewPromptTemplate("A joke for this outline: {{.outline}}", []string{"outline"})
	speech  = prompts.NewPromptTemplate("Write the talk on {{.topic}}.\n{{.outline}}\nOpen with: {{.joke}}", []string{"topic", "outline", "joke"})
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "langchaingo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	model, err := scripted()
	if err != nil {
		return err
	}
	input := map[string]any{"topic": "bridges"}

	before, err := theirs(model)
	if err != nil {
		return err
	}
	if _, err := chains.Call(ctx, before, input); err != nil {
		fmt.Fprintln(out, "before:", err)
	}
	after, err := ours(model)
	if err != nil {
		return err
	}
	got, err := chains.Call(ctx, after, input, chains.WithTemperature(0.3))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "after: ", got["speech"])
	return nil
}

// theirs is the program before.
func theirs(model llms.Model) (chains.Chain, error) {
	step := func(p prompts.PromptTemplate, output string) chains.Chain {
		c := chains.NewLLMChain(model, p)
		c.OutputKey = output
		return c
	}
	return chains.NewSequentialChain(
		[]chains.Chain{step(outline, "outline"), step(jokes, "joke"), step(speech, "speech")}, []string{"topic"}, []string{"speech"})
}

// ours is the program after: still a chains.Chain.
func ours(model llms.Model) (chains.Chain, error) {
	trusted := &lcchain.AskOptions{Trusted: true} // the prompts are ours, in this file
	first, err1 := lcchain.Ask("outline", model, outline, trusted)
	second, err2 := lcchain.Ask("joke", model, jokes, trusted)
	third, err3 := lcchain.Ask("speech", model, speech, trusted)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	c, err := chain.New("talk", []chain.Step{first, second, third}, &chain.Options{Output: []string{"speech"}})
	if err != nil {
		return nil, err
	}
	return lcchain.New(c, nil), nil
}

func scripted() (llms.Model, error) {
	replies := emulator.Script(
		emulator.Turn{When: emulator.Match{Question: "Outline a talk"}, Text: "1. arches 2. cables"},
		emulator.Turn{When: emulator.Match{Question: "A joke"}, Text: "It got over it."},
		emulator.Turn{When: emulator.Match{Question: "talk on bridges"}, Text: "A bridge walks into a bar. It got over it. First, arches ..."},
	)
	m, err := bedrock.New(emulator.New(&emulator.Options{Responder: replies}).Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, err
	}
	return retry.Wrap(m, nil), nil
}
