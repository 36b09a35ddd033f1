package embed

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Schema makes a JSON Schema a part of a document: a reference such as
// #/$defs/queue starts at the root of what it stands in, which is now at (a
// reference itself). References of anchors and ids become paths, and the
// anchors and ids go: two schemas of one document must not share them.
//
// A composed schema is one that chain put together out of its steps' own,
// property by property. Each of these was a root before. Nothing marks it, but
// chain's own parts define nothing: so a reference means the outermost schema
// around it where there is something at its path.
func Schema(schema json.Marshaler, at string, composed bool) any {
	raw, err := schema.MarshalJSON()
	if err != nil {
		return true // no schema that was checked
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var root any
	if d.Decode(&root) != nil {
		return true
	}
	e := embedder{composed: composed}
	return e.copy(root, []place{{at: at, schema: root}})
}

type embedder struct{ composed bool }

// place is a schema and where it stands.
type place struct {
	at     string // a reference
	schema any
}

// under returns the places around and the schema found below the last by keys.
func under(around []place, schema any, keys ...string) []place {
	var at strings.Builder
	at.WriteString(around[len(around)-1].at)
	for _, k := range keys {
		at.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(k)))
	}
	return append(slices.Clip(around), place{at.String(), schema})
}

// Which keywords hold schemas (JSON Schema 2020-12, and those of draft 7 that
// it has renamed). What other keywords hold is data, whatever it looks like.
var (
	oneSchema = []string{
		"additionalProperties", "items", "not", "if", "then", "else", "contains", "propertyNames",
		"unevaluatedItems", "unevaluatedProperties", "contentSchema", "additionalItems",
	}
	listOfSchemas = []string{"allOf", "anyOf", "oneOf", "prefixItems", "items"}
	mapOfSchemas  = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)

// copy returns the last place's schema as the document has it.
func (e embedder) copy(schema any, around []place) any {
	s, ok := schema.(map[string]any)
	if !ok {
		return schema // true or false
	}
	out := maps.Clone(s)
	for _, gone := range []string{"$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef"} {
		delete(out, gone)
	}
	for _, key := range []string{"$dynamicRef", "$ref"} { // only one schema here can be what a dynamic one means
		if ref, ok := s[key].(string); ok {
			out["$ref"] = e.resolve(ref, around)
		}
	}
	for _, key := range oneSchema {
		if inner, ok := s[key].(map[string]any); ok {
			out[key] = e.copy(inner, under(around, inner, key))
		}
	}
	for _, key := range listOfSchemas {
		if list, ok := s[key].([]any); ok {
			copied := make([]any, len(list))
			for i, inner := range list {
				copied[i] = e.copy(inner, under(around, inner, key, strconv.Itoa(i)))
			}
			out[key] = copied
		}
	}
	for _, key := range mapOfSchemas {
		if group, ok := s[key].(map[string]any); ok {
			copied := make(map[string]any, len(group))
			for name, inner := range group {
				copied[name] = e.copy(inner, under(around, inner, key, name))
			}
			out[key] = copied
		}
	}
	return out
}

// resolve returns a reference as it reads in the document. What it does not
// understand it leaves: no schema that was checked has that.
func (e embedder) resolve(ref string, around []place) string {
	id, fragment, _ := strings.Cut(ref, "#")
	roots := e.roots(around)
	if id != "" {
		root, ok := withID(around[0], id)
		if !ok {
			return ref
		}
		roots = []place{root}
	}
	fragment, err := url.PathUnescape(fragment)
	switch {
	case err != nil:
		return ref
	case fragment == "":
		return roots[0].at
	}
	for _, root := range roots {
		if found, ok := find(root, fragment); ok {
			return found.at
		}
	}
	return ref
}

// roots returns the places where a reference may start, likeliest first: from
// the nearest schema with an id on, or else in a composed schema from the
// property's own, beside which null may stand.
func (e embedder) roots(around []place) []place {
	for i, p := range slices.Backward(around) {
		if s, ok := p.schema.(map[string]any); ok && s["$id"] != nil {
			return around[i:]
		}
	}
	if !e.composed {
		return around
	}
	for i, p := range around {
		if s, _ := p.schema.(map[string]any); i > 0 && !orNull(s) {
			return around[i:]
		}
	}
	return around
}

// orNull reports whether a schema is how chain says that a value may be null.
func orNull(s map[string]any) bool {
	list, _ := s["anyOf"].([]any)
	if len(s) != 1 || len(list) != 2 {
		return false
	}
	null, _ := list[1].(map[string]any)
	return len(null) == 1 && null["type"] == "null"
}
