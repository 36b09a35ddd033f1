// Typed uses a chain as a plain Go function: structs in, structs out, held
// against the chain's schemas once, when the program starts. Replies are
// scripted.
//
//	go run ./examples/typed
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

const prompt = `
schema: causeway.prompt/v1
name: typed/invoice
model: {id: m, maxTokens: 300, temperature: 0}
input: {required: [text], properties: {text: {type: string}}}
system: Read the invoice.
messages: [{user: "{{text}}"}]
output:
  schema:
    type: object
    required: [vendor, total, paid]
    properties:
      vendor: {type: string}
      total: {type: number}
      paid: {type: boolean}
`

type letter struct {
	Text string `json:"text"`
}

type invoice struct {
	Vendor string  `json:"vendor"`
	Total  float64 `json:"total"`
	Paid   bool    `json:"paid"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "typed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	c, err := build()
	if err != nil {
		return err
	}
	read, err := chain.Typed[letter, invoice](c)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "scripted replies from the Bedrock emulator")
	got, err := read(ctx, letter{Text: "Hill & Sons, 3 lamps, 75.50 EUR, received with thanks"})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %.2f EUR, paid: %v\n", got.Vendor, got.Total, got.Paid)

	// A struct that the chain cannot fill is found before anything runs.
	_, err = chain.Typed[letter, struct {
		Vendor string `json:"vendor"`
		Total  string `json:"total"`
	}](c)
	fmt.Fprintln(out, "a wrong struct:", err)
	return nil
}

func build() (*chain.Chain, error) {
	replies := emulator.Script( // the first answer does not fit the schema, and is sent back
		emulator.Turn{When: emulator.Match{Question: "does not fit"}, Text: `{"vendor": "Hill & Sons", "total": 75.5, "paid": true}`},
		emulator.Turn{Text: `{"vendor": "Hill & Sons", "total": "75.50 EUR"}`},
	)
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: replies}).Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, err
	}
	t, err := templates.Parse([]byte(prompt))
	if err != nil {
		return nil, err
	}
	return chain.New("invoices", []chain.Step{chain.Prompt("invoice", retry.Wrap(model, nil), chain.Template(t), nil)}, nil)
}
