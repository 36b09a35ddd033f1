package templates

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"
)

var schemaTypes = []string{"string", "number", "integer", "boolean", "array", "object", "null"}

// input is one declared variable.
type input struct {
	*shape
	line, column int
	required     bool
	hasDefault   bool
	defaultValue any
	fence        string // the tag it is fenced with; "" for a trusted one
	media        string // of a media variable, such as image/*
}

// inputs reads the input section.
func (r *reader) inputs(n *yaml.Node, path string) map[string]*input {
	out := map[string]*input{}
	var required *yaml.Node
	r.object(n, path, map[string]field{
		"type": func(n *yaml.Node, path string) {
			if r.text(n, path) != "object" {
				r.fault(n, path, "the variables together are an object")
			}
		},
		"description": func(n *yaml.Node, path string) { r.text(n, path) },
		"required":    func(n *yaml.Node, _ string) { required = n },
		"properties": func(n *yaml.Node, path string) {
			r.pairs(n, path, func(key, value *yaml.Node) {
				if !isIdentifier(key.Value) || len(key.Value) > 64 {
					r.fault(key, path, "a variable's name is up to 64 letters, digits, - and _")
					return
				}
				out[key.Value] = r.input(value, join(path, key.Value), key)
			})
		},
		"additionalProperties": func(n *yaml.Node, path string) {
			if r.boolean(n, path) {
				r.fault(n, path, "variables must be declared; leave this out or say false")
			}
		},
	})
	if required != nil {
		r.each(required, join(path, "required"), func(_ int, item *yaml.Node, path string) {
			name := r.word(item, path)
			in := out[name]
			if in == nil && name != "" {
				r.fault(item, path, "%s is not among the properties", fieldName(name))
			} else if in != nil {
				in.required = true
			}
		})
	}
	return out
}

// input reads one variable's declaration: a shape, and what is ours on top.
func (r *reader) input(n *yaml.Node, path string, key *yaml.Node) *input {
	in := &input{shape: &shape{schema: &jsonschema.Schema{}}, line: key.Line, column: key.Column}
	fields := r.shapeFields(in.shape)
	fields["trust"] = func(n *yaml.Node, path string) {
		switch r.text(n, path) {
		case "untrusted":
			in.fence = fenceName(key.Value)
			in.schema.Extra = map[string]any{"trust": "untrusted"}
		case "trusted":
		default:
			r.fault(n, path, "want trusted or untrusted")
		}
	}
	fields["contentMediaType"] = func(n *yaml.Node, path string) {
		in.media = r.word(n, path)
		in.schema.ContentMediaType = in.media
	}
	fields["default"] = func(n *yaml.Node, path string) {
		v := r.any(n, path)
		if v == nil { // a default of null is no default
			return
		}
		in.hasDefault, in.defaultValue = true, v
		in.schema.Default = json.RawMessage(encodeJSON(v))
	}
	r.object(n, path, fields)
	r.closeShape(in.shape, n, path)
	if in.hasDefault {
		if err := in.check(in.defaultValue, "default"); err != nil {
			r.fault(n, path, "the default does not fit: %v", err.Detail)
		}
	}
	if in.media != "" && (in.fence != "" || in.hasDefault || !slices.Equal(in.types, []string{"string"})) {
		r.fault(n, path, "a media variable has type: string, and neither trust nor default")
	}
	return in
}

// shape reads a nested schema.
func (r *reader) shape(n *yaml.Node, path string) *shape {
	s := &shape{schema: &jsonschema.Schema{}}
	r.object(n, path, r.shapeFields(s))
	r.closeShape(s, n, path)
	return s
}

func (r *reader) shapeFields(s *shape) map[string]field {
	count := func(to **int) field {
		return func(n *yaml.Node, path string) { *to = new(r.whole(n, path, 0)) }
	}
	bound := func(to **float64) field {
		return func(n *yaml.Node, path string) { *to = new(r.number(n, path, -1e300, 1e300)) }
	}
	return map[string]field{
		"type":        func(n *yaml.Node, path string) { s.types = r.types(n, path) },
		"title":       func(n *yaml.Node, path string) { s.schema.Title = r.text(n, path) },
		"description": func(n *yaml.Node, path string) { s.schema.Description = r.text(n, path) },
		"enum": func(n *yaml.Node, path string) {
			r.each(n, path, func(_ int, item *yaml.Node, path string) { s.enum = append(s.enum, r.any(item, path)) })
			if s.enum == nil {
				r.fault(n, path, "lists no value")
			}
			s.schema.Enum = s.enum
		},
		"pattern": func(n *yaml.Node, path string) {
			s.schema.Pattern = r.text(n, path)
			var err error
			if s.pattern, err = regexp.Compile(s.schema.Pattern); err != nil {
				r.fault(n, path, "not a regular expression Go can read (RE2 syntax)")
			}
		},
		"minLength": count(&s.schema.MinLength), "maxLength": count(&s.schema.MaxLength),
		"minItems": count(&s.schema.MinItems), "maxItems": count(&s.schema.MaxItems),
		"minimum": bound(&s.schema.Minimum), "maximum": bound(&s.schema.Maximum),
		"items": func(n *yaml.Node, path string) {
			s.items = r.shape(n, path)
			s.schema.Items = s.items.schema
		},
		"properties": func(n *yaml.Node, path string) { r.properties(s, n, path) },
		"required": func(n *yaml.Node, path string) {
			s.required = r.texts(n, path)
			s.schema.Required = s.required
		},
		"additionalProperties": func(n *yaml.Node, path string) {
			if s.closed = !r.boolean(n, path); s.closed {
				s.schema.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
			}
		},
	}
}

func (r *reader) properties(s *shape, n *yaml.Node, path string) {
	s.properties, s.schema.Properties = map[string]*shape{}, map[string]*jsonschema.Schema{}
	r.pairs(n, path, func(key, value *yaml.Node) {
		p := r.shape(value, join(path, fieldName(key.Value)))
		s.properties[key.Value], s.schema.Properties[key.Value] = p, p.schema
		s.schema.PropertyOrder = append(s.schema.PropertyOrder, key.Value)
	})
}

// types reads type: one name or a list of them.
func (r *reader) types(n *yaml.Node, path string) []string {
	var names []string
	if follow(n).Kind == yaml.SequenceNode {
		names = r.texts(n, path)
	} else {
		names = []string{r.text(n, path)}
	}
	for _, name := range names {
		if name != "" && !slices.Contains(schemaTypes, name) {
			r.fault(n, path, "want string, number, integer, boolean, array, object or null")
		}
	}
	return names
}

// closeShape checks what no field can check alone, and puts the types where
// jsonschema wants them.
func (r *reader) closeShape(s *shape, n *yaml.Node, path string) {
	if len(s.types) == 1 {
		s.schema.Type = s.types[0]
	} else {
		s.schema.Types = s.types
	}
	for _, name := range s.required {
		if len(s.properties) > 0 && s.properties[name] == nil {
			r.fault(n, path, "required names %s, which is not among the properties", fieldName(name))
		}
	}
	for _, e := range s.enum {
		if !s.hasType(e) {
			r.fault(n, path, "the enum holds %s, which is not of the type", typeOf(e))
		}
	}
	less := func(a, b *int) bool { return a != nil && b != nil && *a < *b }
	if less(s.schema.MaxLength, s.schema.MinLength) || less(s.schema.MaxItems, s.schema.MinItems) {
		r.fault(n, path, "the maximum is less than the minimum")
	}
}
