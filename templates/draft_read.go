package templates

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// draft reads the whole file.
func (r *reader) draft(n *yaml.Node) *draft {
	d := &draft{}
	var schema, name, messages *yaml.Node
	r.object(n, "", map[string]field{
		"schema":      func(n *yaml.Node, path string) { schema = n; r.schemaID(n, path) },
		"name":        func(n *yaml.Node, path string) { name = n; d.name = r.name(n, path) },
		"description": func(n *yaml.Node, path string) { d.description = r.text(n, path) },
		"labels":      func(n *yaml.Node, path string) { d.labels = r.words(n, path) },
		"model":       func(n *yaml.Node, path string) { d.model = r.model(n, path) },
		"delimiters":  func(n *yaml.Node, path string) { d.delimiters = r.delimiters(n, path) },
		"partials":    func(n *yaml.Node, path string) { d.partials = r.partials(n, path) },
		"input":       func(n *yaml.Node, path string) { d.inputs = r.inputs(n, path) },
		"system": func(n *yaml.Node, path string) {
			system := slot{role: roleSystem, parts: r.parts(n, path, roleSystem), node: n, path: path}
			d.slots = append([]slot{system}, d.slots...)
		},
		"messages": func(n *yaml.Node, path string) {
			messages = n
			r.each(n, path, func(_ int, item *yaml.Node, path string) {
				d.slots = append(d.slots, r.slot(item, path))
			})
		},
		"examples": func(n *yaml.Node, path string) { d.examples, d.examplesAt = r.examples(n, path), n },
		"tools":    func(n *yaml.Node, path string) { d.tools = r.tools(n, path) },
		"output":   func(n *yaml.Node, path string) { d.output = r.output(n, path) },
		"tests":    func(n *yaml.Node, path string) { d.tests = r.tests(n, path) },
	})
	if follow(n).Kind != yaml.MappingNode {
		return d
	}
	if schema == nil {
		r.fault(n, "", "schema is missing; begin the file with schema: %s", SchemaID)
	}
	if name == nil {
		r.fault(n, "", "name is missing; a name is something like support/triage")
	}
	if messages == nil || len(follow(messages).Content) == 0 {
		r.fault(n, "", "messages is missing; a prompt has at least one message, such as - user: ...")
	}
	return d
}

func (r *reader) schemaID(n *yaml.Node, path string) {
	if r.text(n, path) != SchemaID {
		r.fault(n, path, "want %s", SchemaID)
	}
}

func (r *reader) name(n *yaml.Node, path string) string {
	before := len(r.faults)
	s := r.text(n, path)
	if err := CheckName(s); err != nil && len(r.faults) == before {
		r.fault(n, path, "%v", err)
	}
	return s
}

// model reads an id alone, or everything about the model.
func (r *reader) model(n *yaml.Node, path string) Model {
	var m Model
	if follow(n).Kind == yaml.ScalarNode {
		m.ID = r.word(n, path)
		return m
	}
	r.object(n, path, map[string]field{
		"id":          func(n *yaml.Node, path string) { m.ID = r.word(n, path) },
		"fallbacks":   func(n *yaml.Node, path string) { m.Fallbacks = r.texts(n, path) },
		"maxTokens":   func(n *yaml.Node, path string) { m.MaxTokens = r.whole(n, path, 1) },
		"temperature": func(n *yaml.Node, path string) { m.Temperature = new(r.number(n, path, 0, 2)) },
		"topP":        func(n *yaml.Node, path string) { m.TopP = new(r.number(n, path, 0, 1)) },
		"stop":        func(n *yaml.Node, path string) { m.Stop = r.texts(n, path) },
		"additionalFields": func(n *yaml.Node, path string) {
			if m.AdditionalFields, _ = r.any(n, path).(map[string]any); m.AdditionalFields == nil {
				r.fault(n, path, "want fields (key: value)")
			}
		},
		"guardrail": func(n *yaml.Node, path string) {
			r.object(n, path, map[string]field{
				"id":      func(n *yaml.Node, path string) { m.GuardrailID = r.word(n, path) },
				"version": func(n *yaml.Node, path string) { m.GuardrailVersion = r.word(n, path) },
			})
			if m.GuardrailID == "" || m.GuardrailVersion == "" {
				r.fault(n, path, "want id and version")
			}
		},
	})
	return m
}

func (r *reader) delimiters(n *yaml.Node, path string) []string {
	both := r.texts(n, path)
	ok := len(both) == 2
	for _, d := range both {
		ok = ok && d != "" && !strings.ContainsAny(d, "= \t\r\n")
	}
	if !ok {
		r.fault(n, path, `want two words without spaces or =, such as ["<%%", "%%>"]`)
		return nil
	}
	return both
}

func (r *reader) partials(n *yaml.Node, path string) map[string]partial {
	out := map[string]partial{}
	r.pairs(n, path, func(key, value *yaml.Node) {
		path := join(path, fieldName(key.Value))
		p := partial{node: value}
		if follow(value).Kind == yaml.MappingNode {
			r.object(value, path, map[string]field{
				"file": func(n *yaml.Node, path string) { p.file = r.word(n, path) },
				"ref":  func(n *yaml.Node, path string) { p.ref = r.word(n, path) },
			})
			if (p.file == "") == (p.ref == "") {
				r.fault(value, path, "want text, or one of file and ref")
			}
		} else {
			p.text = r.text(value, path)
		}
		out[key.Value] = p
	})
	return out
}

// tools reads a list of names, or names with a choice.
func (r *reader) tools(n *yaml.Node, path string) Tools {
	var t Tools
	if follow(n).Kind == yaml.SequenceNode {
		t.Names = r.texts(n, path)
		return t
	}
	r.object(n, path, map[string]field{
		"names":  func(n *yaml.Node, path string) { t.Names = r.texts(n, path) },
		"choice": func(n *yaml.Node, path string) { t.Choice = r.word(n, path) },
	})
	switch t.Choice {
	case "", "auto", "any", "none":
		return t
	}
	if slices.Contains(t.Names, t.Choice) {
		return t
	}
	r.fault(n, path, "choice: want auto, any, none or one of the names")
	return t
}

// examples reads the shown turns.
func (r *reader) examples(n *yaml.Node, path string) []example {
	var out []example
	r.each(n, path, func(_ int, item *yaml.Node, path string) {
		e := example{node: item, path: path}
		given := map[string]bool{}
		r.object(item, path, map[string]field{
			"input": func(n *yaml.Node, path string) {
				given["input"] = true
				if e.input, _ = r.any(n, path).(map[string]any); e.input == nil {
					r.fault(n, path, "want fields (variable: value)")
				}
			},
			"output":    func(n *yaml.Node, path string) { given["output"] = true; e.assistant = r.answer(n, path) },
			"user":      func(n *yaml.Node, path string) { given["user"] = true; e.user = r.text(n, path) },
			"assistant": func(n *yaml.Node, path string) { given["assistant"] = true; e.assistant = r.answer(n, path) },
		})
		byInput, byText := given["input"] && given["output"], given["user"] && given["assistant"]
		if byInput == byText || len(given) != 2 {
			r.fault(item, path, "an example is input and output, or user and assistant")
		}
		out = append(out, e)
	})
	return out
}

// answer reads an example's answer: text, or a value shown as JSON.
func (r *reader) answer(n *yaml.Node, path string) string {
	if k := follow(n).Kind; k == yaml.MappingNode || k == yaml.SequenceNode {
		return string(r.json(n, path))
	}
	return r.text(n, path)
}

// roleNames are the roles as files write them.
var roleNames = map[string]role{"user": roleUser, "assistant": roleAssistant}

func (r role) String() string { return [...]string{"system", "user", "assistant"}[r] }

// unknownRole tells what a role can be.
func unknownRole(s string) string {
	return fmt.Sprintf("the role %s is none of user, assistant; the system text has a field of its own", fieldName(s))
}
