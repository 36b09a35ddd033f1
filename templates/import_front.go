package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// dotRole and dotMedia are Dotprompt's helpers that have an equal here.
var (
	dotRole   = regexp.MustCompile(`\{\{\s*role\s+"(\w+)"\s*\}\}`)
	dotMedia  = regexp.MustCompile(`\{\{\s*media\s+url=(\w+)\s*\}\}`)
	dotHist   = regexp.MustCompile(`\{\{\s*history\s*\}\}`)
	dotMarker = regexp.MustCompile(`\{\{\s*(?:role\s+"\w+"|media\s+url=\w+|history)\s*\}\}`)
	anyTag    = regexp.MustCompile(`\{\{\{?\s*([^{}]*?)\s*\}?\}\}`)
)

// importDotprompt reads a Dotprompt file: front matter with model, config,
// input.schema (Picoschema or JSON Schema) and output.schema, then Handlebars
// of which names, role, media and history have an equal here.
func importDotprompt(data []byte) (*Outline, []string, error) {
	head, text, err := frontMatter(data)
	if err != nil {
		return nil, nil, err
	}
	f, err := readFields(head)
	if err != nil {
		return nil, nil, err
	}
	o := &Outline{Description: f.text("description"), Model: Model{ID: f.text("model")}}
	f.object("config").settings(&o.Model)
	o.Tools.Names = f.texts("tools")
	lost := f.others("description", "model", "config", "tools", "input", "output", "name", "variant")
	if o.Model.ID != "" {
		lost = append(lost, "the model id is another service's: name Bedrock's")
	}
	vars, err := dotText(o, text)
	if err != nil {
		return nil, nil, err
	}
	declared, err := picoObject(f.object("input")["schema"])
	if err != nil {
		return nil, nil, fmt.Errorf("input.schema: %w", err)
	}
	o.Inputs = declare(vars, declared, f.object("input").object("default"), images(o))
	if schema, ok := f.object("output")["schema"]; ok {
		answer, err := picoObject(schema)
		if err != nil {
			return nil, nil, fmt.Errorf("output.schema: %w", err)
		}
		o.Output = encodeJSON(answer)
	}
	return o, lost, nil
}

// dotText cuts a Dotprompt text at its role helpers.
func dotText(o *Outline, text string) (vars []string, err error) {
	role, blocks := "user", []Block(nil)
	flush := func() {
		switch {
		case len(blocks) == 0:
		case role == "system":
			o.System = append(o.System, blocks...)
		default:
			o.Turns = append(o.Turns, Turn{Role: role, Blocks: blocks})
		}
		blocks = nil
	}
	at := 0
	for _, m := range append(dotMarker.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if piece := strings.TrimSpace(text[at:m[0]]); piece != "" {
			pieces, names, err := mustacheNames(piece)
			if err != nil {
				return nil, err
			}
			vars = append(vars, names...)
			blocks = append(blocks, Block{Text: WritePieces(pieces)})
		}
		marker := text[m[0]:m[1]]
		if r := dotRole.FindStringSubmatch(marker); r != nil {
			flush()
			if role = r[1]; role == "model" {
				role = "assistant"
			}
			if _, ok := roleNames[role]; !ok && role != "system" {
				return nil, fmt.Errorf("the role %s has no equal here", fieldName(role))
			}
		} else if media := dotMedia.FindStringSubmatch(marker); media != nil {
			blocks = append(blocks, Block{Image: media[1]})
			vars = append(vars, media[1])
		} else if dotHist.MatchString(marker) {
			flush()
			o.Turns = append(o.Turns, Turn{History: true})
			role = "user"
		}
		at = m[1]
	}
	flush()
	return vars, nil
}

// mustacheNames reads a text whose tags are {{name}} or {{{name}}}; a helper
// or an expression is an error.
func mustacheNames(text string) (pieces []Piece, names []string, err error) {
	at := 0
	for _, m := range anyTag.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if !isIdentifier(name) {
			return nil, nil, errors.New("a tag is more than {{name}}: helpers, filters and expressions have no equal here, rewrite them by hand")
		}
		names = append(names, name)
		pieces = append(pieces, Piece{Text: text[at:m[0]]}, Piece{Variable: name})
		at = m[1]
	}
	return append(pieces, Piece{Text: text[at:]}), names, nil
}

// images returns the variables that hold images.
func images(o *Outline) map[string]bool {
	out := map[string]bool{}
	for _, t := range o.Turns {
		for _, b := range t.Blocks {
			if b.Image != "" {
				out[b.Image] = true
			}
		}
	}
	return out
}

// declare makes the variables of what the texts use and what the file says of
// them: declared is an object schema, or nil.
func declare(used []string, declared map[string]any, defaults map[string]any, images map[string]bool) []OutlineInput {
	properties, _ := declared["properties"].(map[string]any)
	required, _ := declared["required"].([]string)
	names := map[string]bool{}
	for _, name := range used {
		names[name] = true
	}
	for name := range properties {
		names[name] = true
	}
	var out []OutlineInput
	for _, name := range slices.Sorted(maps.Keys(names)) {
		schema, known := properties[name].(map[string]any)
		if !known {
			schema = map[string]any{"type": "string"}
		}
		in := OutlineInput{Name: name, Required: !known || slices.Contains(required, name)}
		if images[name] {
			schema = map[string]any{"type": "string", "contentMediaType": "image/*"}
		}
		if v, ok := defaults[name]; ok {
			schema = maps.Clone(schema)
			schema["default"], in.Required = v, false
		}
		in.Schema = json.RawMessage(encodeJSON(schema))
		out = append(out, in)
	}
	return out
}

// importPrompty reads a Prompty file: front matter with model, inputs and
// sample, then a text cut by lines such as "system:" whose only tags are
// {{name}}.
func importPrompty(data []byte) (*Outline, []string, error) {
	head, text, err := frontMatter(data)
	if err != nil {
		return nil, nil, err
	}
	f, err := readFields(head)
	if err != nil {
		return nil, nil, err
	}
	o := &Outline{Description: f.text("description")}
	model := f.object("model")
	parameters := model.object("parameters")
	if parameters == nil {
		parameters = model.object("options")
	}
	parameters.settings(&o.Model)
	lost := append(f.others("description", "model", "inputs", "input", "sample", "template", "name", "version", "authors", "tags"),
		"the model's connection: name Bedrock's model")
	vars, err := promptyText(o, text)
	if err != nil {
		return nil, nil, err
	}
	inputs := f.object("inputs")
	if inputs == nil {
		inputs = f.object("input")
	}
	declared, defaults := promptyInputs(inputs)
	o.Inputs = declare(vars, declared, defaults, nil)
	return o, lost, nil
}

var promptyRole = regexp.MustCompile(`(?m)^[ \t]*#?[ \t]*(system|user|assistant|developer)[ \t]*:[ \t]*$`)

// promptyText cuts a text at the lines that name a role.
func promptyText(o *Outline, text string) (vars []string, err error) {
	role, at := "system", 0
	add := func(piece string) error {
		if piece = strings.TrimSpace(piece); piece == "" {
			return nil
		}
		pieces, names, err := mustacheNames(piece)
		if err != nil {
			return err
		}
		if strings.Contains(piece, "{%") {
			return errors.New("it has jinja2 statements, which have no equal here: rewrite them as sections")
		}
		vars = append(vars, names...)
		block := Block{Text: WritePieces(pieces)}
		if role == "system" {
			o.System = append(o.System, block)
		} else {
			o.Turns = append(o.Turns, Turn{Role: role, Blocks: []Block{block}})
		}
		return nil
	}
	for _, m := range promptyRole.FindAllStringSubmatchIndex(text, -1) {
		if err := add(text[at:m[0]]); err != nil {
			return nil, err
		}
		if role = text[m[2]:m[3]]; role == "developer" {
			role = "system"
		}
		at = m[1]
	}
	return vars, add(text[at:])
}

// promptyInputs reads inputs as {name: {type, description, default}}, or as
// {name: example}.
func promptyInputs(inputs fields) (declared, defaults map[string]any) {
	properties, required := map[string]any{}, []string{}
	defaults = map[string]any{}
	for name, v := range inputs {
		schema := map[string]any{}
		if d, ok := v.(map[string]any); ok {
			if kind, _ := d["type"].(string); slices.Contains(schemaTypes, kind) {
				schema["type"] = kind
			}
			if text, _ := d["description"].(string); text != "" {
				schema["description"] = text
			}
			if value, ok := d["default"]; ok {
				defaults[name] = value
			}
		}
		if _, ok := defaults[name]; !ok {
			required = append(required, name)
		}
		properties[name] = schema
	}
	return map[string]any{"properties": properties, "required": required}, defaults
}
