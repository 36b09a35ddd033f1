package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// input is a schema made ready for checking arguments.
type input struct {
	schema json.RawMessage
	root   *node
	// rest validates what nodes do not know, such as anyOf; nil where they know
	// everything, as they do of every schema made from a Go type.
	rest *jsonschema.Resolved
}

// node is one schema of the tree. It knows the keywords that schemas of Go
// types use, so that arguments are checked in one pass over their bytes, and so
// that every fault is found and not the first one only.
type node struct {
	kinds    kindSet // 0 allows everything
	props    map[string]int
	fields   []property // in the schema's order
	closed   bool       // no properties but these
	extra    *node      // what other properties have to be
	items    *node
	enum     []any
	min, max *float64
	minLen   *int
	maxLen   *int
	minItems *int
	maxItems *int
	pattern  *regexp.Regexp
}

type property struct {
	name     string
	node     *node
	required bool
	preset   []byte // the default as it would be sent, `"name":value`; nil where there is none
}

// kindSet is a set of JSON types.
type kindSet uint8

const (
	isNull kindSet = 1 << iota
	isBool
	isInteger
	isNumber
	isString
	isArray
	isObject
)

var kindNames = []struct {
	kind       kindSet
	name, told string
}{
	{isObject, "object", "an object"},
	{isArray, "array", "an array"},
	{isString, "string", "a string"},
	{isInteger, "integer", "a whole number"},
	{isNumber, "number", "a number"},
	{isBool, "boolean", "true or false"},
	{isNull, "null", "null"},
}

// String names the set for a reader: "a string or null".
func (k kindSet) String() string {
	var told []string
	for _, n := range kindNames {
		if k&n.kind != 0 {
			told = append(told, n.told)
		}
	}
	return strings.Join(told, " or ")
}

func newInput(s *jsonschema.Schema) (*input, error) {
	resolved, err := s.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
	if err != nil {
		return nil, err
	}
	in := new(input)
	if in.schema, err = json.Marshal(s); err != nil {
		return nil, err
	}
	known := true
	in.root = compile(s, &known)
	if !known {
		in.rest = resolved
	}
	return in, nil
}

// compile makes the node of s. It clears known when s uses a keyword that
// nodes do not check.
func compile(s *jsonschema.Schema, known *bool) *node {
	if s == nil {
		return nil
	}
	n := &node{
		enum: s.Enum, min: s.Minimum, max: s.Maximum,
		minLen: s.MinLength, maxLen: s.MaxLength, minItems: s.MinItems, maxItems: s.MaxItems,
	}
	for _, k := range kindNames {
		if s.Type == k.name || slices.Contains(s.Types, k.name) {
			n.kinds |= k.kind
		}
	}
	if n.kinds&isNumber != 0 {
		n.kinds |= isInteger
	}
	if s.Pattern != "" {
		n.pattern = regexp.MustCompile(s.Pattern) // Resolve has compiled it before
	}
	n.items = compile(s.Items, known)
	if a := s.AdditionalProperties; a != nil && a.Not != nil && reflect.DeepEqual(a.Not, &jsonschema.Schema{}) {
		n.closed = true
	} else {
		n.extra = compile(a, known)
	}
	n.addProperties(s, known)
	if !onlyKnown(*s) {
		*known = false
	}
	return n
}

func (n *node) addProperties(s *jsonschema.Schema, known *bool) {
	names := slices.Clone(s.PropertyOrder)
	for name := range s.Properties {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[min(len(s.PropertyOrder), len(names)):])
	for _, name := range s.Required {
		if s.Properties[name] == nil {
			names = append(names, name) // required, and not described
		}
	}
	n.props = make(map[string]int, len(names))
	for _, name := range names {
		p := property{name: name, required: slices.Contains(s.Required, name)}
		if ps, ok := s.Properties[name]; ok {
			p.node = compile(ps, known)
			if ps.Default != nil && !p.required {
				p.preset, _ = json.Marshal(map[string]json.RawMessage{name: ps.Default})
				p.preset = bytes.TrimSuffix(bytes.TrimPrefix(p.preset, []byte("{")), []byte("}"))
			}
		} else if n.closed {
			*known = false // allowed by required, forbidden by the rest: let the validator say so
		} else {
			p.node = n.extra
		}
		n.props[name] = len(n.fields)
		n.fields = append(n.fields, p)
	}
}

// onlyKnown says whether s uses nothing but what nodes check and what needs
// no checking.
func onlyKnown(s jsonschema.Schema) bool {
	s.Type, s.Types, s.Enum = "", nil, nil
	s.Minimum, s.Maximum, s.MinLength, s.MaxLength, s.Pattern = nil, nil, nil, nil, ""
	s.Items, s.MinItems, s.MaxItems = nil, nil, nil
	s.Properties, s.Required, s.PropertyOrder = nil, nil, nil
	s.AdditionalProperties = nil
	s.Schema, s.Title, s.Description, s.Comment = "", "", "", ""
	s.Default, s.Examples, s.Extra = nil, nil, nil
	s.Format, s.ContentEncoding, s.ContentMediaType = "", "", ""
	s.Deprecated, s.ReadOnly, s.WriteOnly = false, false, false
	return reflect.DeepEqual(s, jsonschema.Schema{})
}

// validateRest lets jsonschema-go judge what nodes do not know.
func (in *input) validateRest(data []byte) error {
	if in.rest == nil {
		return nil
	}
	var v any
	if err := decode(data, &v, true); err != nil {
		return err
	}
	if err := in.rest.Validate(floats(v)); err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}

// floats turns json.Numbers, which jsonschema-go takes for strings, into
// numbers: exact where they are integers of 64 bits.
func floats(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = floats(v[k])
		}
	}
	return v
}
