package project

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/internal/yamlroot"
)

// reader walks the nodes of one file and collects every fault on the way, so
// that one run tells all of them.
type reader struct {
	file   string
	base   string // the folder relative paths start from
	faults Faults
}

// fields says what to do with each key of a mapping.
type fields map[string]func(value *yaml.Node)

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	f := Fault{File: r.file, Message: fmt.Sprintf(format, args...)}
	if n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	r.faults = append(r.faults, f)
}

// document returns the root of the only document in body, or nil after telling
// why there is none.
func (r *reader) document(body []byte) *yaml.Node {
	if len(body) > maxSize {
		r.fault(nil, "%s", tooLarge(int64(len(body))))
		return nil
	}
	root, problem := yamlroot.Of(body, Schema)
	if problem != nil {
		r.faults = append(r.faults, Fault{File: r.file, Line: problem.Line, Column: problem.Column, Message: problem.Message})
	}
	return root
}

// plain refuses aliases: expanding them is how small files become huge ones.
func (r *reader) plain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		r.fault(n, "aliases are not used in %s; write the value out", FileName)
		return false
	}
	return true
}

// mapping hands each value of n to its field. what names n in messages.
func (r *reader) mapping(n *yaml.Node, what string, known fields) {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	r.pairs(n, what, func(key, value *yaml.Node) {
		if read := known[key.Value]; read != nil {
			read(value)
			return
		}
		r.fault(key, "unknown field %q in %s; %s", key.Value, what, Suggest(key.Value, names))
	})
}

// pairs calls each for every key of n, once.
func (r *reader) pairs(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	if !r.plain(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s is a mapping (key: value), not %s", what, describe(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.fault(key, "a key is a word, not %s", describe(key))
			continue
		}
		if line := seen[key.Value]; line > 0 {
			r.fault(key, "%q is given twice, first in line %d", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		each(key, value)
	}
}

// text returns a non-empty string.
func (r *reader) text(n *yaml.Node, what string) string {
	if !r.plain(n) {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || strings.TrimSpace(n.Value) == "" {
		r.fault(n, "%s is a text, not %s", what, describe(n))
		return ""
	}
	return n.Value
}

// count returns a whole number above 0.
func (r *reader) count(n *yaml.Node, what string) int {
	if !r.plain(n) {
		return 0
	}
	v, err := strconv.Atoi(strings.ReplaceAll(n.Value, "_", ""))
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || v <= 0 {
		r.fault(n, "%s is a whole number above 0, not %s", what, describe(n))
		return 0
	}
	return v
}

// list returns the items of a sequence.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	if !r.plain(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "%s is a list ([a, b]), not %s", what, describe(n))
		return nil
	}
	return n.Content
}

// describe says what n is, short enough for a message.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.ShortTag() == "!!null" || n.Value == "" {
		return "nothing"
	}
	value := n.Value
	if len(value) > 40 {
		value = strings.ToValidUTF8(value[:40], "") + "…"
	}
	return strconv.Quote(value)
}
