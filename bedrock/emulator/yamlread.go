package emulator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// reader walks a YAML document and collects every fault with its place.
type reader struct {
	file   string
	faults []error
}

func (y *reader) fail(n *yaml.Node, format string, args ...any) {
	y.faults = append(y.faults, fmt.Errorf("%s:%d:%d: %s", y.file, n.Line, n.Column, fmt.Sprintf(format, args...)))
}

// fields reads a mapping: each key has a function for its value, every other
// key is a fault.
func (y *reader) fields(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		y.fail(n, "%s must be a mapping, not %s", what, kindOf(n))
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok:
			y.fail(key, "unknown field %q of %s; known are %s", key.Value, what, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case seen[key.Value]:
			y.fail(key, "field %q is there twice", key.Value)
		default:
			seen[key.Value] = true
			read(value)
		}
	}
}

func (y *reader) list(n *yaml.Node, what string, each func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		y.fail(n, "%s must be a list, not %s", what, kindOf(n))
		return
	}
	for _, e := range n.Content {
		each(e)
	}
}

func (y *reader) text(dst *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			y.fail(n, "want text, not %s", kindOf(n))
			return
		}
		*dst = n.Value
	}
}

func (y *reader) number(dst *int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if err := n.Decode(dst); err != nil || *dst < 0 {
			y.fail(n, "want a whole number of at least 0, not %q", n.Value)
		}
	}
}

func (y *reader) flag(dst *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if err := n.Decode(dst); err != nil {
			y.fail(n, "want true or false, not %q", n.Value)
		}
	}
}

func (y *reader) duration(dst *time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		d, err := time.ParseDuration(n.Value)
		if err != nil || d < 0 {
			y.fail(n, "want a duration such as 250ms, not %q", n.Value)
			return
		}
		*dst = d
	}
}

// template is text that must parse as a template.
func (y *reader) template(dst *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		y.text(dst)(n)
		if _, err := parseTemplate("template", *dst); err != nil {
			y.fail(n, "%v", err)
		}
	}
}

// pattern is text that must compile as a Match field.
func (y *reader) pattern(dst *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		y.text(dst)(n)
		if _, err := compilePattern(*dst); err != nil {
			y.fail(n, "%v", err)
		}
	}
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}

// document parses data as exactly one YAML document.
func (y *reader) document(data []byte) *yaml.Node {
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		y.faults = append(y.faults, fmt.Errorf("%s: %s", y.file, yamlFault(err)))
		return nil
	}
	if dec.Decode(&more) == nil {
		y.fail(&more, "a second document: a file holds one")
		return nil
	}
	if len(doc.Content) == 0 || y.aliased(&doc) {
		return nil
	}
	return doc.Content[0]
}

// aliased refuses aliases, with which a small file can stand for a huge one.
func (y *reader) aliased(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		y.fail(n, "aliases are not allowed: write the value out")
		return true
	}
	found := false
	for _, c := range n.Content {
		found = y.aliased(c) || found
	}
	return found
}

// yamlFault turns the parser's "yaml: line 3: ..." into our order of words.
func yamlFault(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	if s == "EOF" {
		return "the file is empty"
	}
	return s
}

// err joins the faults.
func (y *reader) err() error { return errors.Join(y.faults...) }
