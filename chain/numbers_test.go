package chain

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
)

// Input that was decoded with UseNumber is numbers to schemas and conditions.
func TestInputDecodedWithUseNumber(t *testing.T) {
	decoded := func(text string) Values {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var in Values
		if err := d.Decode(&in); err != nil {
			t.Fatal(err)
		}
		return in
	}
	type input struct {
		Amount float64 `json:"amount"`
		Ids    []int64 `json:"ids"`
	}
	var ids []int64
	c, err := New("pay", []Step{
		With(Func("large", func(_ context.Context, in input) (bool, error) { ids = in.Ids; return true, nil }, nil), &StepOptions{When: "amount > 5"}),
	}, &Options{Input: &jsonschema.Schema{
		Type: "object", Required: []string{"amount", "ids"},
		Properties: map[string]*jsonschema.Schema{
			"amount": {Type: "number", Minimum: new(1.0)},
			"ids":    {Type: "array", Items: &jsonschema.Schema{Type: "integer"}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	in := decoded(`{"amount": 7.5, "ids": [9007199254740993]}`)
	before := decoded(`{"amount": 7.5, "ids": [9007199254740993]}`)
	if _, err := c.Run(t.Context(), in, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{9007199254740993}, ids); diff != "" {
		t.Errorf("digits were lost: %s", diff)
	}
	if diff := cmp.Diff(before, in); diff != "" {
		t.Errorf("the caller's values changed: %s", diff)
	}
	for _, bad := range []string{`{"amount": 0.5, "ids": []}`, `{"amount": "7", "ids": []}`, `{"amount": 7, "ids": ["7"]}`, `{"amount": 7, "ids": [1.5]}`} {
		if err := c.CheckInput(decoded(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	text, err := New("say", []Step{Func("out", func(_ context.Context, in struct{ Text string }) (string, error) { return in.Text, nil }, nil)},
		&Options{Input: &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{"Text": {Type: "string"}}, Required: []string{"Text"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := text.CheckInput(decoded(`{"Text": 5}`)); err == nil {
		t.Error("a number was taken for a text")
	}
}

func TestAnswerDecodedWithUseNumber(t *testing.T) {
	i := Interrupt{Step: "pay", Answer: &jsonschema.Schema{Properties: map[string]*jsonschema.Schema{"amount": {Type: "number"}, "name": {Type: "string"}}}}
	if err := i.Check(Values{"amount": json.Number("2.5")}); err != nil {
		t.Errorf("a number was refused: %v", err)
	}
	if err := i.Check(Values{"name": json.Number("2.5")}); err == nil {
		t.Error("a number was taken for a text")
	}
}
