package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"
)

// Outline is a prompt as plain data: what importers make files from, and what
// exporters read. Its texts hold no Mustache but {{name}}, unless an importer
// of a richer format put it there.
type Outline struct {
	Name        string
	Description string
	Labels      map[string]string
	Model       Model
	Inputs      []OutlineInput
	System      []Block
	Turns       []Turn
	Tools       Tools
	Output      json.RawMessage // the answer's JSON Schema, nil for text
}

// OutlineInput is one variable.
type OutlineInput struct {
	Name     string
	Required bool
	Schema   json.RawMessage // {"type":"string"} and the like; nil is any value
}

// Turn is one element of messages.
type Turn struct {
	Role    string // user or assistant
	Blocks  []Block
	History bool // not a message: the place of the history
}

// Block is one piece of content. Exactly one of its kinds is set.
type Block struct {
	Text       string
	CachePoint bool
	TTL        time.Duration // of a cache point: 0, 5m or 1h
	Image      string        // the variable that holds an image
}

// YAML writes the outline as a prompt file, and makes sure that it is one.
func (o *Outline) YAML() ([]byte, error) {
	w := &yamlWriter{}
	root := w.object(
		"schema", w.text(SchemaID), "name", w.text(o.Name), "description", w.optional(o.Description),
		"labels", w.plain(o.Labels), "model", w.model(o.Model), "input", w.inputs(o.Inputs),
		"system", w.blocks(o.System), "messages", w.turns(o.Turns), "tools", w.tools(o.Tools),
	)
	if o.Output != nil {
		root.Content = append(root.Content, w.text("output"), w.object("schema", w.json(o.Output)))
	}
	if w.err != nil {
		return nil, w.err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(root), enc.Close()); err != nil {
		return nil, err
	}
	if _, err := ParseFile(o.Name, b.Bytes()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// yamlWriter makes YAML nodes. A nil node is left out.
type yamlWriter struct{ err error }

func (w *yamlWriter) object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		if value := pairs[i+1].(*yaml.Node); value != nil {
			n.Content = append(n.Content, w.text(pairs[i].(string)), value)
		}
	}
	return n
}

func (w *yamlWriter) text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if n.Tag == "!!binary" {
		w.err = errors.New("a text is not UTF-8")
	}
	return n
}

func (w *yamlWriter) optional(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return w.text(s)
}

// plain writes any data; empty data is left out.
func (w *yamlWriter) plain(v any) *yaml.Node {
	n := &yaml.Node{}
	if err := n.Encode(v); err != nil {
		w.err = err
		return nil
	}
	if len(n.Content) == 0 && n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return nil
	}
	return n
}

// json writes JSON with its keys in order: YAML reads JSON as it is.
func (w *yamlWriter) json(data json.RawMessage) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) == 0 {
		w.err = fmt.Errorf("a schema is not valid JSON: %w", err)
		return nil
	}
	return doc.Content[0]
}

func (w *yamlWriter) model(m Model) *yaml.Node {
	n := w.object("id", w.optional(m.ID), "fallbacks", w.plain(m.Fallbacks), "maxTokens", w.count(m.MaxTokens),
		"temperature", w.plain(m.Temperature), "topP", w.plain(m.TopP), "stop", w.plain(m.Stop),
		"additionalFields", w.plain(m.AdditionalFields))
	if m.GuardrailID != "" {
		n.Content = append(n.Content, w.text("guardrail"), w.object("id", w.text(m.GuardrailID), "version", w.text(m.GuardrailVersion)))
	}
	if len(n.Content) == 0 {
		return nil
	}
	return n
}

func (w *yamlWriter) count(n int) *yaml.Node {
	if n == 0 {
		return nil
	}
	return w.plain(n)
}

func (w *yamlWriter) inputs(inputs []OutlineInput) *yaml.Node {
	if len(inputs) == 0 {
		return nil
	}
	var required []string
	properties := w.object()
	for _, in := range inputs {
		if in.Required {
			required = append(required, in.Name)
		}
		schema := w.object()
		if in.Schema != nil {
			schema = w.json(in.Schema)
		}
		properties.Content = append(properties.Content, w.text(in.Name), schema)
	}
	return w.object("required", w.plain(required), "properties", properties)
}

func (w *yamlWriter) blocks(blocks []Block) *yaml.Node {
	if len(blocks) == 0 {
		return nil
	}
	if b := blocks[0]; len(blocks) == 1 && b.Text != "" {
		return w.text(b.Text)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, b := range blocks {
		var n *yaml.Node
		switch {
		case b.CachePoint && b.TTL != 0:
			n = w.object("cachePoint", w.object("ttl", w.text(map[time.Duration]string{5 * time.Minute: "5m", time.Hour: "1h"}[b.TTL])))
		case b.CachePoint:
			n = w.object("cachePoint", w.object())
		case b.Image != "":
			n = w.object("image", w.object("var", w.text(b.Image)))
		default:
			n = w.object("text", w.text(b.Text))
		}
		list.Content = append(list.Content, n)
	}
	return list
}

func (w *yamlWriter) turns(turns []Turn) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, t := range turns {
		if t.History {
			list.Content = append(list.Content, w.object("history", w.object()))
			continue
		}
		list.Content = append(list.Content, w.object(t.Role, w.blocks(t.Blocks)))
	}
	return list
}

func (w *yamlWriter) tools(t Tools) *yaml.Node {
	switch {
	case t.Choice != "":
		return w.object("names", w.plain(t.Names), "choice", w.text(t.Choice))
	case len(t.Names) > 0:
		return w.plain(t.Names)
	}
	return nil
}
