// Package tools turns Go functions into tools that a model may call, and runs
// the calls of a turn.
//
//	type Lookup struct {
//		Order string `json:"order" jsonschema:"the order's number" pattern:"^A-[0-9]+$"`
//	}
//	lookup, err := tools.New("lookup_order", "Find an order and where it is.",
//		func(ctx context.Context, in Lookup) (Order, error) { return db.Find(ctx, in.Order) }, nil)
//	if err != nil {
//		return err
//	}
//	set, err := tools.NewSet(lookup, tools.Calculator())
//	// offer set.Definitions() to the model, then answer what it asked for:
//	results := set.Run(ctx, choice.ToolCalls, nil)
//
// The schema the model sees is made from the input type. What the model sends
// is checked against it before the function runs: unknown fields, missing
// fields, wrong types and values out of range are answered with everything
// that is wrong and what would be right. Numbers reach the function exactly.
//
// Nothing a tool does ends a run. An error, a panic, a timeout, an unknown
// name, arguments that are not JSON: each becomes a result marked as an error,
// so that the model can put it right. What the model is told is the author's
// choice ([Options].ErrorText); what really happened goes to [RunOptions].Finished.
package tools
