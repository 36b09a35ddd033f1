package embed_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/serve/internal/embed"
)

func Example() {
	own := json.RawMessage(`{"$ref": "#/$defs/queue", "$defs": {"queue": {"enum": ["billing", "bug"]}}}`)
	part, _ := json.Marshal(embed.Schema(own, "#/components/schemas/triage", false))
	fmt.Println(string(part))
	// Output: {"$defs":{"queue":{"enum":["billing","bug"]}},"$ref":"#/components/schemas/triage/$defs/queue"}
}

// What a schema admits and refuses does not change when it becomes a part of a
// document that has others with the same anchors and definitions.
func TestSameMeaning(t *testing.T) {
	for name, tt := range map[string]struct{ schema, good, bad string }{
		"a definition":      {`{"properties": {"q": {"$ref": "#/$defs/q"}}, "$defs": {"q": {"type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"draft 7":           {`{"properties": {"q": {"$ref": "#/definitions/q"}}, "definitions": {"q": {"type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"itself":            {`{"type": "object", "properties": {"next": {"$ref": "#"}}}`, `{"next": {"next": {}}}`, `{"next": {"next": 1}}`},
		"a property":        {`{"properties": {"a": {"type": "string"}, "b": {"$ref": "#/properties/a"}}}`, `{"b": "x"}`, `{"b": 1}`},
		"names to escape":   {`{"properties": {"q": {"$ref": "#/$defs/a~1b%20c~0%25"}}, "$defs": {"a/b c~%": {"type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"an anchor":         {`{"properties": {"q": {"$ref": "#queue"}}, "$defs": {"q": {"$anchor": "queue", "type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"a dynamic anchor":  {`{"properties": {"q": {"$dynamicRef": "#node"}}, "$defs": {"q": {"$dynamicAnchor": "node", "type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"an id":             {`{"$id": "https://x.example/s", "properties": {"q": {"$ref": "https://x.example/s#/$defs/q"}}, "$defs": {"q": {"type": "string"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"an id further in":  {`{"$defs": {"q": {"type": "integer"}, "r": {"$id": "https://x.example/r", "$ref": "#/$defs/q", "$defs": {"q": {"type": "string"}}}}, "properties": {"q": {"$ref": "#/$defs/r"}}}`, `{"q": "a"}`, `{"q": 1}`},
		"a nested def":      {`{"$defs": {"q": {"type": "string"}}, "properties": {"p": {"$defs": {"q": {"type": "integer"}}, "$ref": "#/$defs/q"}}}`, `{"p": "a"}`, `{"p": 1}`},
		"in a list":         {`{"allOf": [{"properties": {"q": {"anyOf": [{"$ref": "#/$defs/q"}, {"type": "null"}]}}}], "$defs": {"q": {"type": "string"}}}`, `{"q": null}`, `{"q": 1}`},
		"a property $ref":   {`{"properties": {"$ref": {"type": "string"}}}`, `{"$ref": "#/nowhere"}`, `{"$ref": 1}`},
		"data, no schema":   {`{"enum": [{"$ref": "#/nowhere"}, {"$id": "x"}]}`, `{"$ref": "#/nowhere"}`, `{}`},
		"items":             {`{"items": {"$ref": "#/$defs/q"}, "$defs": {"q": {"type": "string"}}}`, `["a"]`, `[1]`},
		"nothing but truth": {`{"additionalProperties": false}`, `{}`, `{"a": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			part := embed.Schema(json.RawMessage(tt.schema), "#/$defs/x", false)
			check(t, part, tt.good, tt.bad)
		})
	}
}

// check validates by a document that has the schema among others, which the
// references of the first might be mistaken for.
func check(t *testing.T, part any, good, bad string) {
	t.Helper()
	wrong := map[string]any{"type": "boolean"}
	doc := map[string]any{"$ref": "#/$defs/x", "$defs": map[string]any{"x": part, "q": wrong, "queue": wrong}}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for value, want := range map[string]bool{good: true, bad: false} {
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); (err == nil) != want {
			t.Errorf("%s: %v, want it taken: %v\n%s", value, err, want, raw)
		}
	}
}

// Properties of a composed schema were roots of their own.
func TestComposed(t *testing.T) {
	const triage = `{"type": "object", "properties": {"q": {"$ref": "#/$defs/q"}, "more": {"$ref": "#"}}, "$defs": {"q": {"type": "string"}}}`
	const reply = `{"type": "object", "properties": {"q": {"$ref": "#/$defs/q"}}, "$defs": {"q": {"type": "integer"}}}`
	whole := fmt.Sprintf(`{"type": "object", "properties": {"triage": {"anyOf": [%s, {"type": "null"}]}, "reply": %s, "each": {"type": "array", "items": %s}, "q": {"type": "null"}}}`, triage, reply, triage)
	part := embed.Schema(json.RawMessage(whole), "#/$defs/x", true)
	for _, good := range []string{`{"triage": null}`, `{"triage": {"q": "a", "more": {"q": "b"}}}`, `{"reply": {"q": 1}}`, `{"each": [{"q": "a"}]}`} {
		check(t, part, good, `{"reply": {"q": "a"}}`)
	}
	for _, bad := range []string{`{"triage": {"q": 1}}`, `{"triage": {"more": {"q": 1}}}`, `{"triage": {"more": null}}`, `{"each": [{"q": 1}]}`} {
		check(t, part, `{}`, bad)
	}
}

// Whatever it is given, it ends, and returns JSON.
func FuzzSchema(f *testing.F) {
	f.Add(`{"$ref": "#/$defs/a", "$defs": {"a": {"$anchor": "b", "$ref": "#b"}}}`, true)
	f.Add(`{"properties": {"a": {"$id": "x", "$ref": "x#/properties"}}}`, false)
	f.Add(`[{"$ref": 1}]`, false)
	f.Add(`{"items": [true, {"$ref": "#/items/0"}], "allOf": {}}`, true)
	f.Fuzz(func(t *testing.T, schema string, composed bool) {
		if !json.Valid([]byte(schema)) {
			return
		}
		if _, err := json.Marshal(embed.Schema(json.RawMessage(schema), "#/at", composed)); err != nil {
			t.Fatal(err)
		}
	})
}
