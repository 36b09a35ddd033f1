package tools_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/tools"
)

type fiveFields struct {
	Order    string   `json:"order" jsonschema:"the order's number"`
	Quantity int      `json:"quantity" jsonschema:"how many"`
	Price    float64  `json:"price" jsonschema:"of one"`
	Gift     bool     `json:"gift" jsonschema:"wrap it"`
	Tags     []string `json:"tags" jsonschema:"for the warehouse"`
}

const fiveArguments = `{"order":"A-1001","quantity":3,"price":12.5,"gift":true,"tags":["fragile","blue"]}`

func fiveTool(tb testing.TB) *tools.Tool {
	tb.Helper()
	tool, err := tools.New("order", "Order.", func(context.Context, fiveFields) (string, error) { return "ok", nil }, &tools.Options{Timeout: -1})
	if err != nil {
		tb.Fatal(err)
	}
	return tool
}

// plainJSONSchema decodes and validates as one does with jsonschema-go alone.
func plainJSONSchema(tb testing.TB) func() {
	tb.Helper()
	s, err := jsonschema.For[fiveFields](nil)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return func() {
		var v map[string]any
		if err := json.Unmarshal([]byte(fiveArguments), &v); err != nil {
			tb.Fatal(err)
		}
		if err := r.Validate(v); err != nil {
			tb.Fatal(err)
		}
		var in fiveFields
		if err := json.Unmarshal([]byte(fiveArguments), &in); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestAllocations gates what a call costs beyond its function: everything from
// the arguments to the result, goroutine included.
func TestAllocations(t *testing.T) {
	set := mustSet(t, fiveTool(t))
	calls := []llms.ToolCall{call("1", "order", fiveArguments)}
	ours := testing.AllocsPerRun(200, func() {
		if r := set.Run(t.Context(), calls, nil); r[0].IsError {
			t.Fatal(textOf(r[0]))
		}
	})
	plain := testing.AllocsPerRun(200, plainJSONSchema(t))
	t.Logf("a whole call: %.0f allocations; decoding and validating with jsonschema-go alone: %.0f", ours, plain)
	if ours > 45 || ours > plain {
		t.Errorf("a call of five fields takes %.0f allocations; the gate is 45, and jsonschema-go's %.0f", ours, plain)
	}
}

func BenchmarkCall(b *testing.B) {
	set, err := tools.NewSet(fiveTool(b))
	if err != nil {
		b.Fatal(err)
	}
	calls := []llms.ToolCall{call("1", "order", fiveArguments)}
	b.ReportAllocs()
	for b.Loop() {
		set.Run(b.Context(), calls, nil)
	}
}

func BenchmarkJSONSchemaAlone(b *testing.B) {
	run := plainJSONSchema(b)
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}
