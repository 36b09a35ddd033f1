package templates

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/internal/nearest"
)

// reader turns YAML nodes into values and collects every mistake on the way.
type reader struct {
	source []byte
	faults []Fault
}

// field reads the value of one key.
type field func(n *yaml.Node, path string)

func (r *reader) fault(n *yaml.Node, path, format string, args ...any) {
	r.faults = append(r.faults, Fault{Line: n.Line, Column: n.Column, Path: path, Message: fmt.Sprintf(format, args...)})
}

// object reads a mapping whose keys are all known.
func (r *reader) object(n *yaml.Node, path string, fields map[string]field) {
	r.pairs(n, path, func(key, value *yaml.Node) {
		read, ok := fields[key.Value]
		if !ok {
			r.fault(key, path, "unknown field %s; %s", fieldName(key.Value), known(key.Value, fields))
			return
		}
		read(value, join(path, key.Value))
	})
}

// pairs calls do for each pair of a mapping, once a key.
func (r *reader) pairs(n *yaml.Node, path string, do func(key, value *yaml.Node)) {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		hint := ""
		if describe(n) == "nothing" {
			hint = "; write {} if there is nothing to say"
		}
		r.fault(n, path, "want fields (key: value), found %s%s", describe(n), hint)
		return
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := follow(n.Content[i])
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			r.fault(n.Content[i], path, "a field's name is plain text; << and compound keys are not read")
			continue
		}
		if line, dup := seen[key.Value]; dup {
			r.fault(n.Content[i], path, "the field %s was given already on line %d", fieldName(key.Value), line)
			continue
		}
		seen[key.Value] = n.Content[i].Line
		do(key, n.Content[i+1])
	}
}

// each calls do for each element of a list.
func (r *reader) each(n *yaml.Node, path string, do func(i int, item *yaml.Node, path string)) {
	n = follow(n)
	if n.Kind != yaml.SequenceNode {
		r.fault(n, path, "want a list, found %s", describe(n))
		return
	}
	for i, item := range n.Content {
		do(i, item, path+"["+strconv.Itoa(i)+"]")
	}
}

// text reads a string. Numbers and booleans are not taken for text.
func (r *reader) text(n *yaml.Node, path string) string {
	n = follow(n)
	if n.Kind == yaml.ScalarNode {
		switch n.ShortTag() {
		case "!!str", "!!timestamp":
			return n.Value
		}
	}
	r.fault(n, path, "want text, found %s%s", describe(n), quoteHint(n))
	return ""
}

func quoteHint(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" {
		return "; put it in quotes"
	}
	return ""
}

// word reads text that may not be empty.
func (r *reader) word(n *yaml.Node, path string) string {
	before := len(r.faults)
	s := r.text(n, path)
	if s == "" && len(r.faults) == before {
		r.fault(n, path, "is empty")
	}
	return s
}

func (r *reader) texts(n *yaml.Node, path string) []string {
	var out []string
	r.each(n, path, func(_ int, item *yaml.Node, path string) { out = append(out, r.text(item, path)) })
	return out
}

func (r *reader) boolean(n *yaml.Node, path string) bool {
	n = follow(n)
	var b bool
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
		r.fault(n, path, "want true or false, found %s", describe(n))
	}
	return b
}

// whole reads an integer of at least low.
func (r *reader) whole(n *yaml.Node, path string, low int) int {
	n = follow(n)
	var i int
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(&i) != nil {
		r.fault(n, path, "want a whole number, found %s", describe(n))
		return low
	}
	if i < low {
		r.fault(n, path, "want a whole number of at least %d", low)
		return low
	}
	return i
}

// number reads a number from low to high.
func (r *reader) number(n *yaml.Node, path string, low, high float64) float64 {
	n = follow(n)
	var f float64
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode || tag != "!!int" && tag != "!!float" || n.Decode(&f) != nil {
		r.fault(n, path, "want a number, found %s", describe(n))
		return low
	}
	if !(f >= low && f <= high) {
		r.fault(n, path, "want a number from %g to %g", low, high)
		return low
	}
	return f
}

// words reads a mapping of text to text.
func (r *reader) words(n *yaml.Node, path string) map[string]string {
	out := map[string]string{}
	r.pairs(n, path, func(key, value *yaml.Node) { out[key.Value] = r.text(value, join(path, fieldName(key.Value))) })
	return out
}

// json reads any value as JSON text, keeping the order of its keys.
func (r *reader) json(n *yaml.Node, path string) json.RawMessage {
	return r.appendJSON(nil, n, path)
}

func (r *reader) appendJSON(buf []byte, n *yaml.Node, path string) []byte {
	n = follow(n)
	switch n.Kind {
	case yaml.MappingNode:
		buf = append(buf, '{')
		first := true
		r.pairs(n, path, func(key, value *yaml.Node) {
			if !first {
				buf = append(buf, ',')
			}
			first = false
			buf = append(append(buf, encodeJSON(key.Value)...), ':')
			buf = r.appendJSON(buf, value, join(path, fieldName(key.Value)))
		})
		return append(buf, '}')
	case yaml.SequenceNode:
		buf = append(buf, '[')
		r.each(n, path, func(i int, item *yaml.Node, path string) {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = r.appendJSON(buf, item, path)
		})
		return append(buf, ']')
	}
	return append(buf, encodeJSON(r.scalar(n, path))...)
}

// scalar reads a plain value. Integers keep every digit.
func (r *reader) scalar(n *yaml.Node, path string) any {
	switch n.ShortTag() {
	case "!!str", "!!timestamp":
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		return r.boolean(n, path)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
		var f float64
		if err := n.Decode(&f); err == nil {
			if s := string(appendFloat(nil, f)); json.Valid([]byte(s)) {
				return json.Number(s)
			}
		}
		r.fault(n, path, "this number cannot be written in JSON")
		return nil
	}
	r.fault(n, path, "values of the YAML type %s are not read", n.ShortTag())
	return nil
}

// any reads any value as plain data.
func (r *reader) any(n *yaml.Node, path string) any {
	v, err := decodeJSON(r.json(n, path))
	if err != nil {
		r.fault(n, path, "this is not plain data")
	}
	return v
}

func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!str", "!!timestamp":
		return "text"
	}
	return "the YAML type " + clip(n.ShortTag())
}

// fieldName shows a key in a message, unless it looks like a piece of prompt
// that bad indentation turned into a key.
func fieldName(key string) string {
	if len(key) <= 40 && isIdentifier(strings.TrimPrefix(key, "$")) {
		return key
	}
	return "(not a name)"
}

// known lists the fields that would be right, the likeliest first.
func known(key string, fields map[string]field) string {
	if len(fields) == 0 {
		return "none is allowed here"
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if near := nearest.Word(key, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(names, ", ")
}
