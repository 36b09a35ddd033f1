package chain

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"
)

// input reads what the chain is started with. A file without input has none:
// in a file every value comes from somewhere that can be pointed at.
func (b *builder) input(f fields) *jsonschema.Schema {
	n := f.vals["input"]
	if n == nil {
		return &jsonschema.Schema{Type: "object"}
	}
	s := b.schema(n, "input")
	if s == nil {
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{}}
	}
	if s.Type == "" && s.Types == nil {
		s.Type = "object"
	}
	if s.Type != "object" {
		b.d.fault(n, "", "the input must be an object: say required and properties")
	}
	return s
}

// schema reads a JSON Schema written in YAML.
func (b *builder) schema(n *yaml.Node, what string) *jsonschema.Schema {
	if _, ok := b.d.mapping(n, what); !ok {
		return nil
	}
	b.schemaTypes(n, what)
	v, err := plainYAML(n)
	if err == nil {
		var raw []byte
		if raw, err = json.Marshal(v); err == nil {
			var s *jsonschema.Schema
			if s, err = parseSchema(raw); err == nil {
				return s
			}
		}
	}
	b.d.fault(n, "", "%s is not a JSON Schema: %v", what, err)
	return nil
}

var schemaTypeNames = []string{"string", "number", "integer", "boolean", "object", "array", "null"}

// schemaTypes reports misspelt types, and marks where properties stand.
func (b *builder) schemaTypes(n *yaml.Node, what string) {
	m := follow(n)
	if m.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, v := m.Content[i].Value, m.Content[i+1]
		switch key {
		case "type":
			if s := follow(v); s.Kind == yaml.ScalarNode && !slices.Contains(schemaTypeNames, s.Value) {
				b.d.fault(v, didYouMean(s.Value, schemaTypeNames), "%s is not a type", s.Value)
			}
		case "properties":
			p, ok := b.d.mapping(v, "properties")
			if !ok {
				continue
			}
			for name, sub := range p.vals {
				if what == "input" {
					b.inputAt(name, p.keys[name])
				}
				b.schemaTypes(sub, what+"."+name)
			}
		case "items", "additionalProperties":
			b.schemaTypes(v, what+"."+key)
		}
	}
}

func (b *builder) inputAt(name string, n *yaml.Node) {
	if b.at[""] == nil {
		b.at[""] = map[string]*yaml.Node{}
	}
	b.at[""]["input."+name] = n
}

// plainYAML returns n as JSON data.
func plainYAML(n *yaml.Node) (any, error) {
	n = follow(n)
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := plainYAML(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		l := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := plainYAML(c)
			if err != nil {
				return nil, err
			}
			l[i] = v
		}
		return l, nil
	}
	switch n.Tag {
	case "!!str", "!!timestamp":
		return n.Value, nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return v, nil
}
