package templates

import (
	"github.com/tmc/langchaingo/llms"
	"gopkg.in/yaml.v3"
)

// test is one golden test of a prompt file: an input and what must come of it.
type test struct {
	name     string
	input    map[string]any
	history  []llms.MessageContent
	contains []string
	excludes []string
	messages []wantMessage // exactly these, when given
	fails    string        // the rendering must fail with an error that holds this
	node     *yaml.Node
	path     string
}

// wantMessage is a message a test expects.
type wantMessage struct {
	role     string
	text     *string
	contains []string
}

func (r *reader) tests(n *yaml.Node, path string) []test {
	var out []test
	r.each(n, path, func(_ int, item *yaml.Node, path string) {
		t := test{node: item, path: path, input: map[string]any{}}
		expectations := 0
		expect := func(f field) field { return func(n *yaml.Node, path string) { expectations++; f(n, path) } }
		r.object(item, path, map[string]field{
			"name": func(n *yaml.Node, path string) { t.name = r.text(n, path) },
			"input": func(n *yaml.Node, path string) {
				if t.input, _ = r.any(n, path).(map[string]any); t.input == nil {
					r.fault(n, path, "want fields (variable: value)")
				}
			},
			"history":  func(n *yaml.Node, path string) { t.history = r.testHistory(n, path) },
			"contains": expect(func(n *yaml.Node, path string) { t.contains = r.oneOrMore(n, path) }),
			"excludes": expect(func(n *yaml.Node, path string) { t.excludes = r.oneOrMore(n, path) }),
			"messages": expect(func(n *yaml.Node, path string) { t.messages = r.wantMessages(n, path) }),
			"fails":    expect(func(n *yaml.Node, path string) { t.fails = r.word(n, path) }),
		})
		if expectations == 0 {
			r.fault(item, path, "the test expects nothing; give it contains, excludes, messages or fails")
		}
		out = append(out, t)
	})
	return out
}

func (r *reader) oneOrMore(n *yaml.Node, path string) []string {
	if follow(n).Kind == yaml.SequenceNode {
		return r.texts(n, path)
	}
	return []string{r.word(n, path)}
}

func (r *reader) wantMessages(n *yaml.Node, path string) []wantMessage {
	out := []wantMessage{}
	r.each(n, path, func(_ int, item *yaml.Node, path string) {
		var w wantMessage
		r.object(item, path, map[string]field{
			"role": func(n *yaml.Node, path string) {
				w.role = r.text(n, path)
				if _, ok := roleNames[w.role]; !ok && w.role != "system" {
					r.fault(n, path, "want system, user or assistant")
				}
			},
			"text":     func(n *yaml.Node, path string) { w.text = new(r.text(n, path)) },
			"contains": func(n *yaml.Node, path string) { w.contains = r.oneOrMore(n, path) },
		})
		if w.role == "" {
			r.fault(item, path, "role is missing")
		}
		out = append(out, w)
	})
	return out
}

// testHistory reads turns as {user: text} and {assistant: text}.
func (r *reader) testHistory(n *yaml.Node, path string) []llms.MessageContent {
	var out []llms.MessageContent
	r.each(n, path, func(_ int, item *yaml.Node, path string) {
		add := func(as llms.ChatMessageType) field {
			return func(n *yaml.Node, path string) { out = append(out, llms.TextParts(as, r.text(n, path))) }
		}
		r.object(item, path, map[string]field{
			"user": add(llms.ChatMessageTypeHuman), "assistant": add(llms.ChatMessageTypeAI),
		})
	})
	return out
}
