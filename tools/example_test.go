package tools_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

// The schema comes from the struct, and every call is answered: the second
// one, which is wrong, with what would be right.
func Example() {
	type lookup struct {
		Order string `json:"order" jsonschema:"the order's number" pattern:"^A-[0-9]+$"`
		Items bool   `json:"items" jsonschema:"list what was in it" default:"true"`
	}
	find, err := tools.New("lookup_order", "Find an order and where it is.",
		func(_ context.Context, in lookup) (map[string]any, error) {
			return map[string]any{"order": in.Order, "status": "shipped", "items": in.Items}, nil
		}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := tools.NewSet(find, tools.Calculator())
	if err != nil {
		fmt.Println(err)
		return
	}
	results := set.Run(context.Background(), []llms.ToolCall{
		{ID: "1", FunctionCall: &llms.FunctionCall{Name: "lookup_order", Arguments: `{"order":"A-1001"}`}},
		{ID: "2", FunctionCall: &llms.FunctionCall{Name: "lookup_order", Arguments: `{"order":1001,"item":false}`}},
		{ID: "3", FunctionCall: &llms.FunctionCall{Name: "calculator", Arguments: `{"expression":"0.1 + 0.2"}`}},
	}, nil)
	for _, r := range results {
		text, _ := message.Text(r.Parts[0])
		fmt.Println(r.ToolCallID, r.IsError, text)
	}
	// Output:
	// 1 false {"items":true,"order":"A-1001","status":"shipped"}
	// 2 true the arguments of lookup_order are wrong; nothing was run
	// - order: want a string, got a whole number
	// - there is no field "item"; did you mean "items"? the fields are order, items
	// 3 false 0.3
}

// A tool that needs approval runs when somebody has allowed the call.
func ExampleRunOptions_approve() {
	type refund struct {
		Cents int `json:"cents" minimum:"1"`
	}
	pay, err := tools.New("refund", "Pay money back.", func(ctx context.Context, in refund) (string, error) {
		return fmt.Sprintf("paid %d cents, key %s", in.Cents, tools.IdempotencyKey(ctx)), nil
	}, &tools.Options{NeedsApproval: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := tools.NewSet(pay)
	if err != nil {
		fmt.Println(err)
		return
	}
	small := func(_ context.Context, r tools.Request) (tools.Decision, error) {
		if r.Call.FunctionCall.Arguments == `{"cents":500}` {
			return tools.Decision{Allow: true}, nil
		}
		return tools.Decision{Reason: "only up to 5 euros"}, nil
	}
	for _, r := range set.Run(context.Background(), []llms.ToolCall{
		{ID: "1", FunctionCall: &llms.FunctionCall{Name: "refund", Arguments: `{"cents":500}`}},
		{ID: "2", FunctionCall: &llms.FunctionCall{Name: "refund", Arguments: `{"cents":99999}`}},
	}, &tools.RunOptions{Approve: small, IdempotencyKey: "run-7/answer/1"}) {
		text, _ := message.Text(r.Parts[0])
		fmt.Println(text)
	}
	// Output:
	// paid 500 cents, key run-7/answer/1/1
	// the call of refund was not approved and was not run: only up to 5 euros
}

// The author decides what a model is told of an error; the program hears what
// really happened.
func ExampleOptions_errorText() {
	down := errors.New("dial tcp 10.0.0.7:5432: connection refused")
	tool, err := tools.New("stock", "Tell the stock.", func(context.Context, struct{}) (int, error) { return 0, down },
		&tools.Options{ErrorText: func(error) string { return "the warehouse does not answer; try later" }})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := tools.NewSet(tool)
	if err != nil {
		fmt.Println(err)
		return
	}
	set.Run(context.Background(), []llms.ToolCall{{ID: "1", FunctionCall: &llms.FunctionCall{Name: "stock"}}},
		&tools.RunOptions{Finished: func(r tools.Report) {
			text, _ := message.Text(r.Result.Parts[0])
			fmt.Println("model:", text)
			fmt.Println("log:  ", r.Err)
		}})
	// Output:
	// model: the warehouse does not answer; try later
	// log:   dial tcp 10.0.0.7:5432: connection refused
}
