// Summarise makes one summary of many documents without retrieval: a summary
// of each, some at a time, then one of all (map and reduce). A document that
// fails is left out and named. Replies are scripted.
//
//	go run ./examples/summarise
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

const (
	mapPrompt = `
schema: causeway.prompt/v1
name: summarise/one
model: {id: m, maxTokens: 100, temperature: 0}
input: {required: [doc], properties: {doc: {type: string, minLength: 1}}}
system: Summarise the document in one sentence.
messages: [{user: "<document>{{doc}}</document>"}]
`
	reducePrompt = `
schema: causeway.prompt/v1
name: summarise/all
model: {id: m, maxTokens: 200, temperature: 0}
input: {required: [summaries], properties: {summaries: {type: array, items: {type: string}}}}
system: Say what these summaries have in common.
messages: [{user: "{{#summaries}}- {{.}}\n{{/summaries}}"}]
`
)

var documents = []any{
	"Minutes of March: the roof leaks above the stage.",
	"Minutes of April: the roof still leaks. A bucket was bought.",
	"", // an empty page: the prompt refuses it
	"Minutes of May: the bucket is full.",
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "summarise:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	summarise, err := build()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "scripted replies from the Bedrock emulator")
	res, err := summarise.Run(ctx, chain.Values{"documents": documents}, nil)
	if err != nil {
		return err
	}
	for i, s := range res.Values["summaries"].([]any) {
		if s != nil {
			fmt.Fprintf(out, "%d. %v\n", i+1, s)
		}
	}
	for _, f := range res.Values["failed"].([]any) {
		failed := f.(map[string]any)
		fmt.Fprintf(out, "%d. left out: %s\n", failed["index"].(int)+1, lastPart(failed["error"].(string)))
	}
	fmt.Fprintf(out, "\n%s\n(%d model calls, %d tokens in, %d out)\n", res.Values["summary"], res.Attempts, res.Usage.Input, res.Usage.Output)
	return nil
}

func build() (*chain.Chain, error) {
	replies := emulator.Script(
		emulator.Turn{When: emulator.Match{System: "in common"}, Text: "A leaking roof that nobody mends."},
		emulator.Turn{When: emulator.Match{Question: "/Minutes of (\\w+): (.*)</document>/"}, Text: "In {{group 1}}: {{group 2}}"},
	)
	client := emulator.New(&emulator.Options{Responder: replies}).Client()
	bare, err := bedrock.New(client, "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, err
	}
	model := retry.Wrap(bare, nil)
	one, err := templates.Parse([]byte(mapPrompt))
	if err != nil {
		return nil, err
	}
	all, err := templates.Parse([]byte(reducePrompt))
	if err != nil {
		return nil, err
	}
	return chain.New("summarise", []chain.Step{
		chain.ForEach("summaries", "documents", []chain.Step{chain.Prompt("one", model, chain.Template(one), nil)},
			&chain.ForEachOptions{As: "doc", Max: 4, Errors: "failed"}),
		chain.With(chain.Prompt("summary", model, chain.Template(all), nil),
			&chain.StepOptions{With: map[string]string{"summaries": "filter(summaries, # != nil)"}}),
	}, nil)
}

func lastPart(text string) string { return text[strings.LastIndex(text, ": ")+2:] }
