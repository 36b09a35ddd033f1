// Hello is the Go example of the README: an agent with one tool, in one screen.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

type place struct {
	City string `json:"city" jsonschema:"where to look" enum:"Oslo,Lima"`
}

func weather(_ context.Context, p place) (string, error) { return "12 °C and rain in " + p.City, nil }

const prompt = `{schema: causeway.prompt/v1, name: ask, input: {required: [question], properties: {question: {type: string}}}, messages: [{user: "{{question}}"}]}`

func main() {
	ctx := context.Background()
	client := emulator.New(nil).Client() // on AWS: bedrock.NewClient(ctx, nil)
	model := must(bedrock.New(client, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil))
	desk := must(tools.NewSet(must(tools.New("weather", "The weather in a city", weather, nil))))
	agent := chain.Agent("answer", retry.Wrap(model, nil), chain.Template(must(templates.Parse([]byte(prompt)))), desk, nil)
	ask := must(chain.New("ask", []chain.Step{agent}, nil))

	for event, err := range ask.Stream(ctx, chain.Values{"question": "What is the weather in Oslo?"}, nil) {
		if err != nil {
			log.Fatal(err)
		}
		switch event.Kind { // events also tell of retries, reasoning, steps and their cost
		case chain.Token:
			fmt.Print(event.Text)
		case chain.ToolCall:
			fmt.Println("\n→", event.Tool.Name, event.Tool.Arguments)
		}
	}
	fmt.Println()
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
