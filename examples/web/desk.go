package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

//go:embed chain.yaml replies.yaml prompts index.html page
var files embed.FS

// load puts the parts of the chain together and says who answers.
func load(ctx context.Context, modelID string, live bool) (desk *chain.Chain, where string, err error) {
	client, where, err := client(ctx, live)
	if err != nil {
		return nil, "", err
	}
	model, err := bedrock.New(client, modelID, nil)
	if err != nil {
		return nil, "", err
	}
	patient := retry.Wrap(model, nil) // throttled calls wait and try again
	lookup, err := tools.New("lookup_order", "Look up an order by its number, such as A-1001.", lookupOrder, nil)
	if err != nil {
		return nil, "", err
	}
	orders, err := tools.NewSet(lookup)
	if err != nil {
		return nil, "", err
	}
	folder, err := fs.Sub(files, "prompts")
	if err != nil {
		return nil, "", err
	}
	prompts, err := templates.NewLibrary(templates.FromFS(folder), nil)
	if err != nil {
		return nil, "", err
	}
	desk, err = chain.Load(ctx, files, "chain.yaml", &chain.Registry{
		Model:     func(string) (llms.Model, error) { return patient, nil },
		Templates: prompts,
		Tools:     orders,
		Memory:    map[string]memory.Store{"default": memory.NewInProcess()},
	})
	return desk, where, err
}

// client is Bedrock, or what answers in its place: from a script, and throttled
// now and then, so that waits can be seen.
func client(ctx context.Context, live bool) (bedrock.Client, string, error) {
	if live {
		c, err := bedrock.NewClient(ctx, nil)
		if err != nil {
			return nil, "", err
		}
		return c, "Amazon Bedrock in " + c.Options().Region, nil
	}
	script, err := emulator.ScriptFile(files, "replies.yaml")
	if err != nil {
		return nil, "", err
	}
	busy := emulator.Throttle(1)
	again := emulator.Fault{Every: 4, Error: busy.Error}
	emu := emulator.New(&emulator.Options{Responder: script, Faults: []emulator.Fault{busy, again}})
	return emu.Client(), "scripted replies from the Bedrock emulator", nil
}

// query is what the model fills in; the tags become its JSON Schema.
type query struct {
	Number string `json:"number" jsonschema:"the order number, such as A-1001" pattern:"^[A-Z]-[0-9]{4}$"`
}

type order struct {
	Number  string   `json:"number"`
	Items   []string `json:"items"`
	Status  string   `json:"status"`
	Arrives string   `json:"arrives"`
}

// lookupOrder is the tool: a plain Go function. Its error would go back to the
// model, which can then ask the customer.
func lookupOrder(_ context.Context, q query) (order, error) {
	if q.Number != "A-1001" {
		return order{}, fmt.Errorf("there is no order %s", q.Number)
	}
	return order{Number: q.Number, Items: []string{"a wooden train", "a box of birthday candles"}, Status: "on its way", Arrives: "tomorrow before noon"}, nil
}
