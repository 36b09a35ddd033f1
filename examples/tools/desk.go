package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/tools"
)

// The types make the schemas that the model sees, and what it sends is held
// against them before a function runs.
type (
	lookup struct {
		Order string `json:"order" jsonschema:"the order's number, such as A-1001" pattern:"^A-[0-9]+$"`
	}
	order struct {
		Order string         `json:"order"`
		Items map[string]int `json:"items"`
		Cents map[string]int `json:"price_cents"`
	}
	payback struct {
		Order  string `json:"order" pattern:"^A-[0-9]+$"`
		Cents  int    `json:"cents" jsonschema:"how much, in cents" minimum:"1" maximum:"10000"`
		Reason string `json:"reason" enum:"broken,late,lost"`
	}
)

func lookupOrder(_ context.Context, in lookup) (order, error) {
	if in.Order != "A-1001" {
		return order{}, errors.New("there is no such order; ask the customer for its number")
	}
	return order{in.Order, map[string]int{"mug": 4, "teapot": 1}, map[string]int{"mug": 1250, "teapot": 3900}}, nil
}

// refund would call the bank. The key makes it pay once, however often the
// call is repeated after a crash.
func (d desk) refund(ctx context.Context, in payback) (string, error) {
	fmt.Fprintf(d.out, "bank:     %d.%02d EUR for %s, idempotency key %s\n", in.Cents/100, in.Cents%100, in.Order, tools.IdempotencyKey(ctx))
	return "paid back", nil
}

// approve asks the human. What comes of it, the model is told.
func (d desk) approve(_ context.Context, r tools.Request) (tools.Decision, error) {
	fmt.Fprintf(d.out, "\nThe model wants to call %s with %s\nAllow it? [y/N] ", r.Tool.Name(), r.Call.FunctionCall.Arguments)
	if d.yes {
		fmt.Fprintln(d.out, "y (by -yes)")
		return tools.Decision{Allow: true}, nil
	}
	line, err := d.in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return tools.Decision{}, err
	}
	if err != nil {
		fmt.Fprintln(d.out, "(nobody there)")
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer == "y" || answer == "yes" {
		return tools.Decision{Allow: true}, nil
	}
	return tools.Decision{Reason: "the clerk said no; a colleague will look at it"}, nil
}

// replies are what the emulator answers in the model's place. The first call
// has a fault, as models make them: the answer to it says what would be right.
func replies() emulator.Responder {
	use := func(name string, input map[string]any) []emulator.ToolCall {
		return []emulator.ToolCall{{Name: name, Input: input}}
	}
	return emulator.Script(
		emulator.Turn{When: emulator.Match{ToolResult: "not approved"}, Text: "I cannot pay you back myself; a colleague will look at it today."},
		emulator.Turn{When: emulator.Match{ResultOf: "refund"}, Text: "I am sorry about the mugs! 25.00 EUR are on their way back to you."},
		emulator.Turn{When: emulator.Match{ResultOf: "calculator"}, ToolCalls: use("refund", map[string]any{"order": "A-1001", "cents": 2500, "reason": "broken"})},
		emulator.Turn{When: emulator.Match{ToolResult: "price_cents"}, ToolCalls: use("calculator", map[string]any{"expression": "2 * 1250"})},
		emulator.Turn{When: emulator.Match{ToolResult: "are wrong"}, ToolCalls: use("lookup_order", map[string]any{"order": "A-1001"})},
		emulator.Turn{ToolCalls: use("lookup_order", map[string]any{"order_id": "A-1001"})},
	)
}
