package emulator

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"gopkg.in/yaml.v3"
)

// scriptSchema is the first line of every script file.
const scriptSchema = "causeway.script/v1"

// maxScript is the largest script file.
const maxScript = 1 << 20

// ScriptFile reads a script from YAML. Its fields are those of Turn, Match and
// ToolCall in lower camel case:
//
//	schema: causeway.script/v1
//	turns:
//	  - when: {resultOf: lookup_order}
//	    text: Your order is {{json "lookup_order" "status"}}.
//	    chunk: 20ms
//	  - when: {text: '/order (\d+)/', tool: lookup_order}
//	    toolCalls: [{name: lookup_order, input: {id: "{{group 1}}"}}]
//	  - text: How can I help?
//	    sequence: [{text: "Is there anything else?"}]
//
// An error tells every fault with file, line and column.
func ScriptFile(fsys fs.FS, name string) (Responder, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("emulator: read the script: %w", err)
	}
	turns, err := parseScript(name, data)
	if err != nil {
		return nil, err
	}
	return newScript(turns)
}

func parseScript(name string, data []byte) ([]Turn, error) {
	y := &reader{file: name}
	if len(data) > maxScript {
		return nil, fmt.Errorf("%s: a script of %d bytes; at most %d are read", name, len(data), maxScript)
	}
	doc := y.document(data)
	if doc == nil {
		if y.err() == nil {
			y.faults = append(y.faults, fmt.Errorf("%s: the file is empty; it must begin with schema: %s", name, scriptSchema))
		}
		return nil, y.err()
	}
	var schema string
	var turns []Turn
	y.fields(doc, "a script", map[string]func(*yaml.Node){
		"schema": y.text(&schema),
		"turns":  func(n *yaml.Node) { y.list(n, "turns", func(n *yaml.Node) { turns = append(turns, y.turn(n, true)) }) },
	})
	if doc.Kind == yaml.MappingNode && schema != scriptSchema {
		y.fail(doc, "schema must be %s, not %q", scriptSchema, schema)
	}
	if len(turns) == 0 && y.err() == nil {
		y.fail(doc, "a script needs at least one turn")
	}
	return turns, y.err()
}

// turn reads one rule, or one answer of a sequence, and checks that it can
// answer.
func (y *reader) turn(n *yaml.Node, rule bool) Turn {
	var t Turn
	before := len(y.faults)
	known := map[string]func(*yaml.Node){
		"text":       y.template(&t.Text),
		"reasoning":  y.template(&t.Reasoning),
		"stopReason": y.text(&t.StopReason),
		"first":      y.duration(&t.First),
		"chunk":      y.duration(&t.Chunk),
		"usage":      func(n *yaml.Node) { t.Usage = y.usage(n) },
		"error":      func(n *yaml.Node) { t.Error = y.failure(n) },
		"toolCalls": func(n *yaml.Node) {
			y.list(n, "toolCalls", func(n *yaml.Node) { t.ToolCalls = append(t.ToolCalls, y.toolCall(n)) })
		},
		"citations": func(n *yaml.Node) {
			y.list(n, "citations", func(n *yaml.Node) { t.Citations = append(t.Citations, y.citation(n)) })
		},
		"chunks": func(n *yaml.Node) {
			y.list(n, "chunks", func(n *yaml.Node) {
				var s string
				y.text(&s)(n)
				t.Chunks = append(t.Chunks, s)
			})
		},
	}
	if rule {
		known["when"] = func(n *yaml.Node) { t.When = y.match(n) }
		known["times"] = y.number(&t.Times)
		known["sequence"] = func(n *yaml.Node) {
			y.list(n, "sequence", func(n *yaml.Node) { t.Sequence = append(t.Sequence, y.turn(n, false)) })
		}
	}
	y.fields(n, "a turn", known)
	if len(y.faults) == before {
		if _, err := compileLine(t); err != nil {
			y.fail(n, "%v", err)
		}
	}
	return t
}

func (y *reader) match(n *yaml.Node) Match {
	var m Match
	y.fields(n, "when", map[string]func(*yaml.Node){
		"text":         y.pattern(&m.Text),
		"question":     y.pattern(&m.Question),
		"conversation": y.pattern(&m.Conversation),
		"system":       y.pattern(&m.System),
		"toolResult":   y.pattern(&m.ToolResult),
		"model":        y.pattern(&m.Model),
		"resultOf":     y.text(&m.ResultOf),
		"tool":         y.text(&m.Tool),
		"turn":         y.number(&m.Turn),
		"noToolResult": y.flag(&m.NoToolResult),
	})
	return m
}

func (y *reader) toolCall(n *yaml.Node) ToolCall {
	var c ToolCall
	y.fields(n, "a tool call", map[string]func(*yaml.Node){
		"name": y.text(&c.Name),
		"id":   y.text(&c.ID),
		"input": func(n *yaml.Node) {
			if err := n.Decode(&c.Input); err != nil {
				y.fail(n, "input must be a mapping of text to JSON values")
			} else if _, err := json.Marshal(c.Input); err != nil {
				y.fail(n, "input must be a mapping of text to JSON values")
			}
		},
	})
	if n.Kind == yaml.MappingNode && c.Name == "" {
		y.fail(n, "a tool call needs a name")
	}
	return c
}

func (y *reader) citation(n *yaml.Node) Citation {
	var c Citation
	y.fields(n, "a citation", map[string]func(*yaml.Node){
		"title": y.text(&c.Title), "quote": y.text(&c.Quote), "document": y.number(&c.Document),
		"start": y.number(&c.Start), "end": y.number(&c.End),
	})
	return c
}

func (y *reader) usage(n *yaml.Node) *Usage {
	var u Usage
	y.fields(n, "usage", map[string]func(*yaml.Node){
		"input": y.number(&u.Input), "output": y.number(&u.Output),
		"cacheRead": y.number(&u.CacheRead), "cacheWrite": y.number(&u.CacheWrite),
	})
	return &u
}

func (y *reader) failure(n *yaml.Node) *Failure {
	f := new(Failure)
	y.fields(n, "error", map[string]func(*yaml.Node){
		"code": y.text(&f.Code), "message": y.text(&f.Message), "status": y.number(&f.Status),
	})
	switch {
	case n.Kind == yaml.MappingNode && f.Code == "":
		y.fail(n, "an error needs a code, such as ThrottlingException")
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		y.fail(n, "the status of an error is between 400 and 599, not %d", f.Status)
	}
	return f
}
