package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/internal/yamlroot"
)

// maxFile bounds an experiment's file. A real one is below 4 KiB; force lists
// make it larger.
const maxFile = 256 << 10

// reader walks the nodes of one file and collects every fault on the way, so
// that one run tells all of them.
type reader struct {
	file   string
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
	if len(body) > maxFile {
		r.fault(nil, "%d bytes; an experiment has at most %d", len(body), maxFile)
		return nil
	}
	root, problem := yamlroot.Of(body, Schema)
	if problem != nil {
		r.faults = append(r.faults, Fault{File: r.file, Line: problem.Line, Column: problem.Column, Message: problem.Message})
	}
	return root
}

// mapping hands each value of n to its field. what names n in messages.
func (r *reader) mapping(n *yaml.Node, what string, known fields) {
	r.pairs(n, what, func(key, value *yaml.Node) {
		if read := known[key.Value]; read != nil {
			read(value)
			return
		}
		names := make([]string, 0, len(known))
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
		r.fault(key, "unknown field %q in %s; %s", key.Value, what, didYouMean(key.Value, names))
	})
}

// pairs calls each for every key of n, once.
func (r *reader) pairs(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
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

// text returns a non-empty string. A number is taken as it is written: unit ids
// and keys often are digits.
func (r *reader) text(n *yaml.Node, what string) string {
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode || tag != "!!str" && tag != "!!int" || strings.TrimSpace(n.Value) == "" {
		r.fault(n, "%s is a text, not %s", what, describe(n))
		return ""
	}
	return n.Value
}

// word returns one of allowed, or "" after telling that it is none.
func word[T ~string](r *reader, n *yaml.Node, what string, allowed ...T) T {
	text := r.text(n, what)
	if text == "" || slices.Contains(allowed, T(text)) {
		return T(text)
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	r.fault(n, "%s is %q; %s", what, text, didYouMean(text, names))
	return ""
}

// number returns a finite number within [low, high].
func (r *reader) number(n *yaml.Node, what string, low, high float64) float64 {
	v, err := strconv.ParseFloat(n.Value, 64)
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode || tag != "!!int" && tag != "!!float" || err != nil || math.IsInf(v, 0) || !(v >= low && v <= high) {
		upTo := fmt.Sprintf("from %v to %v", low, high)
		if high == math.MaxFloat64 {
			upTo = fmt.Sprintf("of at least %v", low)
		}
		r.fault(n, "%s is a number %s, not %s", what, upTo, describe(n))
		return low
	}
	return v
}

// count returns a whole number above 0.
func (r *reader) count(n *yaml.Node, what string) int {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || v <= 0 {
		r.fault(n, "%s is a whole number above 0, not %s", what, describe(n))
		return 1
	}
	return v
}

func (r *reader) flag(n *yaml.Node, what string) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		r.fault(n, "%s is true or false, not %s", what, describe(n))
	}
	return n.Value == "true"
}

func (r *reader) duration(n *yaml.Node, what string) time.Duration {
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d <= 0 {
		r.fault(n, "%s is a time such as 30s, 15m or 72h, not %s", what, describe(n))
	}
	return d
}

// list returns the items of a sequence.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
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
		return "an alias (write the value out)"
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
