package chain

import (
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

func ticketOnly() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"ticket"}, Properties: map[string]*jsonschema.Schema{"ticket": {Type: "string"}}}
}

func TestWhatDoesNotFit(t *testing.T) {
	text, whole, flag := &jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "integer"}, &jsonschema.Schema{Type: "boolean"}
	object := func(props map[string]*jsonschema.Schema, required ...string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "object", Properties: props, Required: required}
	}
	closed := object(map[string]*jsonschema.Schema{"a": text})
	closed.AdditionalProperties = falseSchema()
	for name, tc := range map[string]struct {
		have typ
		want *jsonschema.Schema
		why  string
	}{
		"the same":         {typ{schema: text}, text, ""},
		"anything in":      {typ{}, text, ""},
		"anything wanted":  {typ{schema: text}, nil, ""},
		"another kind":     {typ{schema: text}, flag, "it is a string and must be a boolean"},
		"whole to number":  {typ{schema: whole}, &jsonschema.Schema{Type: "number"}, ""},
		"null":             {typ{schema: text, nullable: true}, text, "it may be null"},
		"null is fine":     {typ{schema: text, nullable: true}, &jsonschema.Schema{Types: []string{"string", "null"}}, ""},
		"one of two kinds": {typ{schema: &jsonschema.Schema{Types: []string{"string", "boolean"}}}, flag, ""},
		"an enum":          {typ{schema: &jsonschema.Schema{Enum: []any{"a", "b"}}}, flag, "it is a string and must be a boolean"},
		"inside":           {typ{schema: object(map[string]*jsonschema.Schema{"a": text})}, object(map[string]*jsonschema.Schema{"a": flag}, "a"), "at a it is a string and must be a boolean"},
		"missing inside":   {typ{schema: closed}, object(map[string]*jsonschema.Schema{"b": text}, "b"), "it has no b"},
		"items":            {typ{schema: &jsonschema.Schema{Type: "array", Items: text}}, &jsonschema.Schema{Type: "array", Items: flag}, "at [] it is a string and must be a boolean"},
		"any of":           {typ{schema: &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, whole}}}, flag, "it is an integer or a string and must be a boolean"},
	} {
		if why := misfit(tc.have, tc.want); why != tc.why {
			t.Errorf("%s: %q, want %q", name, why, tc.why)
		}
	}
}

func falseSchema() *jsonschema.Schema { return &jsonschema.Schema{Not: &jsonschema.Schema{}} }

func TestMisfitsOfValues(t *testing.T) {
	s := &jsonschema.Schema{
		Type: "object", Required: []string{"a", "b"}, AdditionalProperties: falseSchema(),
		Properties: map[string]*jsonschema.Schema{
			"a": {Enum: []any{"x", "y"}},
			"b": {Type: "array", MaxItems: new(1), Items: &jsonschema.Schema{Type: "string", MinLength: new(2), Pattern: "^z"}},
			"c": {Type: "integer", Minimum: new(3.0)},
		},
	}
	for _, tc := range []struct {
		v    any
		want string
	}{
		{map[string]any{"a": "secret"}, `b is missing; at a it must be one of "x", "y"`},
		{
			map[string]any{"a": "x", "b": []any{"z", 7.0}},
			"at b it has 2 items and must have at most 1; at b[0] it has 1 characters and must have at least 2; at b[1] it is a number and must be a string",
		},
		{"secret", "it is a string and must be an object"},
		{
			map[string]any{"a": "x", "b": []string{}, "c": 1, "d": "secret"},
			"at c it must be at least 3; it has a property that is not allowed; the properties are a, b, c",
		},
	} {
		if got := misfits(s, tc.v); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}
