package templates

import (
	"encoding/json"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"
)

// output reads the answer's schema and checks that it is one.
func (r *reader) output(n *yaml.Node, path string) json.RawMessage {
	var out json.RawMessage
	r.object(n, path, map[string]field{
		"schema": func(n *yaml.Node, path string) {
			before := len(r.faults)
			out = r.json(n, path)
			if len(r.faults) == before {
				r.checkSchema(n, path, out)
			}
		},
	})
	if out == nil {
		r.fault(n, path, "schema is missing")
	}
	return out
}

func (r *reader) checkSchema(n *yaml.Node, path string, data json.RawMessage) {
	var s jsonschema.Schema
	switch {
	case follow(n).Kind != yaml.MappingNode:
		r.fault(n, path, "want a JSON Schema, found %s", describe(follow(n)))
	case json.Unmarshal(data, &s) != nil:
		r.fault(n, path, "not a JSON Schema: a keyword has a value of the wrong type")
	default:
		if _, err := s.Resolve(nil); err != nil {
			r.fault(n, path, "not a valid JSON Schema: %v", err)
		} else if !knownTypes(&s) {
			r.fault(n, path, "not a valid JSON Schema: a type is none of string, number, integer, boolean, array, object, null")
		}
	}
}

// knownTypes reports whether every type in s is one of JSON Schema's: the
// library takes any word, and Bedrock would refuse it only when it is asked.
func knownTypes(s *jsonschema.Schema) bool {
	if s == nil {
		return true
	}
	for _, name := range append(s.Types, s.Type) {
		if name != "" && !slices.Contains(schemaTypes, name) {
			return false
		}
	}
	below := slices.Concat(s.PrefixItems, s.ItemsArray, s.AllOf, s.AnyOf, s.OneOf,
		[]*jsonschema.Schema{s.Items, s.Not, s.If, s.Then, s.Else, s.Contains, s.AdditionalProperties, s.AdditionalItems, s.PropertyNames})
	for _, group := range []map[string]*jsonschema.Schema{s.Properties, s.PatternProperties, s.Defs, s.Definitions} {
		for _, sub := range group {
			below = append(below, sub)
		}
	}
	return !slices.ContainsFunc(below, func(sub *jsonschema.Schema) bool { return !knownTypes(sub) })
}
