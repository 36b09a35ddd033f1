package chain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits on what a chain file may be. An alias counts as what it stands for,
// so a few lines cannot unfold into millions.
const (
	maxFile  = 1 << 20
	maxNodes = 50_000
	maxDepth = 64
)

// document is one YAML file being read: it keeps the faults, with positions.
type document struct {
	name   string
	faults []Fault
	nodes  int // visited so far
}

// open parses data into the root of its only document, or reports why not.
func (d *document) open(data []byte) *yaml.Node {
	switch {
	case len(data) > maxFile:
		d.whole("the file has %d bytes: a chain has at most %d", len(data), maxFile)
		return nil
	case len(bytes.TrimSpace(data)) == 0:
		d.whole("the file is empty: a chain begins with schema: %s", chainSchema)
		return nil
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		d.whole("the file is not text in UTF-8")
		return nil
	}
	root, err := parseYAML(data)
	if err != nil {
		d.syntax(err)
		return nil
	}
	if root == nil || len(root.Content) == 0 {
		d.whole("the file holds no YAML: a chain begins with schema: %s", chainSchema)
		return nil
	}
	if !d.measure(root.Content[0], 0) {
		return nil
	}
	return root.Content[0]
}

// parseYAML returns the one document of data. The parser's panics, which
// hostile input has provoked in the past, are errors.
func parseYAML(data []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML parser failed: %v", p)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	root = &yaml.Node{}
	if err := dec.Decode(root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return nil, fmt.Errorf("yaml: line %d: a second document begins here: a file holds one chain", max(second.Line, 1))
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

func (d *document) syntax(err error) {
	line, text := 1, err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		text = m[2]
	}
	d.faults = append(d.faults, Fault{File: d.name, Line: line, Column: 1, Message: "not YAML: " + text})
}

func (d *document) whole(format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.name, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)})
}

func (d *document) fault(n *yaml.Node, hint, format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.name, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// measure walks everything below n once, aliases followed, and reports files
// that are too large when unfolded.
func (d *document) measure(n *yaml.Node, depth int) bool {
	d.nodes++
	switch {
	case d.nodes > maxNodes:
		d.fault(n, "", "the file unfolds into more than %d values", maxNodes)
		return false
	case depth > maxDepth:
		d.fault(n, "", "values are nested deeper than %d, or an alias contains itself", maxDepth)
		return false
	}
	if n.Kind == yaml.AliasNode {
		return d.measure(n.Alias, depth+1)
	}
	for _, c := range n.Content {
		if !d.measure(c, depth+1) {
			return false
		}
	}
	return true
}

// follow returns what an alias stands for, any other node itself.
func follow(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// fields is a mapping being read, every key of which must be known.
type fields struct {
	d    *document
	node *yaml.Node
	keys map[string]*yaml.Node
	vals map[string]*yaml.Node
}

// mapping reads n as an object that may have the known keys.
func (d *document) mapping(n *yaml.Node, what string, known ...string) (fields, bool) {
	f := fields{d: d, node: n, keys: map[string]*yaml.Node{}, vals: map[string]*yaml.Node{}}
	m := follow(n)
	if m.Kind != yaml.MappingNode {
		d.fault(n, "", "%s must be a mapping of keys to values, not %s", what, nodeKind(m))
		return f, false
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], m.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode:
			d.fault(k, "", "a key of %s must be a word", what)
			continue
		case f.keys[k.Value] != nil:
			d.fault(k, fmt.Sprintf("the first is at line %d", f.keys[k.Value].Line), "%s has the key %s twice", what, k.Value)
			continue
		case known != nil && !slices.Contains(known, k.Value):
			d.fault(k, didYouMean(k.Value, known), "%s has no field %s", what, k.Value)
			continue
		}
		f.keys[k.Value], f.vals[k.Value] = k, v
	}
	return f, true
}

func nodeKind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return "a single value"
}

func (f fields) has(key string) bool { return f.vals[key] != nil }

// text returns a scalar's text; empty when it is absent.
func (f fields) text(key string) string {
	n := f.vals[key]
	if n == nil {
		return ""
	}
	return f.d.scalar(n, key)
}

func (d *document) scalar(n *yaml.Node, what string) string {
	s := follow(n)
	if s.Kind != yaml.ScalarNode || s.Tag == "!!null" {
		d.fault(n, "", "%s must be text, not %s", what, nodeKind(s))
		return ""
	}
	return s.Value
}

func (f fields) number(key string) int {
	n := f.vals[key]
	if n == nil {
		return 0
	}
	i, err := strconv.Atoi(follow(n).Value)
	if err != nil || follow(n).Tag != "!!int" {
		f.d.fault(n, "", "%s must be a whole number", key)
		return 0
	}
	if i < 0 {
		f.d.fault(n, "", "%s must not be negative", key)
		return 0
	}
	return i
}

func (f fields) flag(key string) bool {
	n := f.vals[key]
	if n != nil && follow(n).Tag != "!!bool" {
		f.d.fault(n, "", "%s must be true or false", key)
	}
	return n != nil && follow(n).Value == "true"
}

func (f fields) duration(key string) time.Duration {
	n := f.vals[key]
	if n == nil {
		return 0
	}
	v, err := time.ParseDuration(follow(n).Value)
	if err != nil {
		hint := "write it like 60s, 1m30s or 500ms"
		if follow(n).Tag == "!!int" {
			hint = "did you mean " + follow(n).Value + "s?"
		}
		f.d.fault(n, hint, "%s is not a duration", key)
		return 0
	}
	if v <= 0 {
		f.d.fault(n, "", "%s must be longer than 0", key)
		return 0
	}
	return v
}

// texts reads a list of words; one word alone is a list of itself.
func (f fields) texts(key string) []string {
	n := f.vals[key]
	if n == nil {
		return nil
	}
	l := follow(n)
	if l.Kind == yaml.ScalarNode {
		return []string{f.text(key)}
	}
	if l.Kind != yaml.SequenceNode {
		f.d.fault(n, "", "%s must be a list", key)
		return nil
	}
	words := make([]string, 0, len(l.Content))
	for _, c := range l.Content {
		words = append(words, f.d.scalar(c, key))
	}
	return words
}

// items returns the nodes of a list.
func (d *document) items(n *yaml.Node, what string) []*yaml.Node {
	l := follow(n)
	if l.Kind != yaml.SequenceNode {
		d.fault(n, "", "%s must be a list, not %s", what, nodeKind(l))
		return nil
	}
	return l.Content
}
