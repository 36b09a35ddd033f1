package tools

import (
	"context"
	"testing"
)

// BenchmarkDecodeAndValidate is what a call costs before its function runs;
// compare BenchmarkJSONSchemaAlone.
func BenchmarkDecodeAndValidate(b *testing.B) {
	type five struct {
		Order    string   `json:"order"`
		Quantity int      `json:"quantity"`
		Price    float64  `json:"price"`
		Gift     bool     `json:"gift"`
		Tags     []string `json:"tags"`
	}
	tool, err := New("order", "Order.", func(context.Context, five) (string, error) { return "ok", nil }, nil)
	if err != nil {
		b.Fatal(err)
	}
	arguments := []byte(`{"order":"A-1001","quantity":3,"price":12.5,"gift":true,"tags":["fragile","blue"]}`)
	b.ReportAllocs()
	for b.Loop() {
		raw, err := tool.input.check("order", arguments)
		if err != nil {
			b.Fatal(err)
		}
		var in five
		if err := decode(raw, &in, false); err != nil {
			b.Fatal(err)
		}
	}
}
