package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

const prompt = `
schema: causeway.prompt/v1
name: desk
input: {required: [complaint], properties: {complaint: {type: string}}}
system: You handle complaints. Look the order up before you pay anything back.
messages: [{user: "{{complaint}}"}]
`

type lookup struct {
	ID string `json:"id" jsonschema:"the order's number"`
}

type refund struct {
	ID  string  `json:"id" jsonschema:"the order's number"`
	EUR float64 `json:"eur" minimum:"0"`
}

// newDesk is the chain: every process makes it anew, and the folder holds what
// runs have done.
func newDesk(dir string) (*chain.Chain, error) {
	checkpoints, err := chain.NewFileCheckpoints(filepath.Join(dir, "runs"))
	if err != nil {
		return nil, err
	}
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: replies()}).Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, err
	}
	t, err := templates.Parse([]byte(prompt))
	if err != nil {
		return nil, err
	}
	look, err := tools.New("lookup_order", "Look up an order.", func(context.Context, lookup) (string, error) {
		return "one lamp, 25.00 EUR, delivered on Monday", nil
	}, nil)
	if err != nil {
		return nil, err
	}
	pay, err := tools.New("refund", "Pay money back.", bank{filepath.Join(dir, "bank")}.pay, nil)
	if err != nil {
		return nil, err
	}
	set, err := tools.NewSet(look, pay)
	if err != nil {
		return nil, err
	}
	agent := chain.Agent("answer", retry.Wrap(model, nil), chain.Template(t), set, &chain.AgentOptions{Approve: []string{"refund"}})
	return chain.New("desk", []chain.Step{agent}, &chain.Options{Checkpoints: checkpoints})
}

// bank is a service that is told an idempotency key, by which it can pay once.
type bank struct{ book string }

func (b bank) pay(ctx context.Context, r refund) (string, error) {
	f, err := os.OpenFile(b.book, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, "  paid %.2f EUR for order %s, key %s\n", r.EUR, r.ID, tools.IdempotencyKey(ctx))
	return "paid", err
}

func replies() emulator.Responder {
	return emulator.Script(
		emulator.Turn{When: emulator.Match{ResultOf: "refund"}, Text: "I am sorry about the lamp. Your 25 EUR are on their way."},
		emulator.Turn{
			When: emulator.Match{ResultOf: "lookup_order"}, Text: "It was delivered and cost 25 EUR.",
			ToolCalls: []emulator.ToolCall{{Name: "refund", Input: map[string]any{"id": "1017", "eur": 25}}},
		},
		emulator.Turn{ToolCalls: []emulator.ToolCall{{Name: "lookup_order", Input: map[string]any{"id": "1017"}}}},
	)
}
