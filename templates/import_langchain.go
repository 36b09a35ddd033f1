package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// importLangChain reads a prompt that LangChain's save method wrote: _type
// prompt, few_shot or chat, with the template format f-string or mustache.
func importLangChain(data []byte) (*Outline, []string, error) {
	f, err := readFields(string(data))
	if err != nil {
		return nil, nil, err
	}
	l := &langChain{vars: map[string]bool{}}
	o := &Outline{}
	switch kind := f.text("_type"); kind {
	case "prompt", "":
		if f.text("template") == "" {
			return nil, nil, errors.New("there is no template; files that a path in template_path points at are not followed")
		}
		l.turn(o, "user", f.text("template"), f)
	case "few_shot":
		l.fewShot(o, f)
	case "chat":
		l.chat(o, f)
	default:
		return nil, nil, fmt.Errorf("the _type %s is none of prompt, few_shot, chat", fieldName(kind))
	}
	if l.err != nil {
		return nil, nil, l.err
	}
	l.inputs(o, f)
	return o, append(l.lost, f.others("_type", "template", "template_format", "input_variables", "partial_variables", "input_types",
		"validate_template", "examples", "example_prompt", "prefix", "suffix", "example_separator", "messages", "output_parser",
		"name", "optional_variables", "metadata", "tags")...), nil
}

type langChain struct {
	vars map[string]bool
	lost []string
	err  error
}

func (l *langChain) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// turn adds a message; the system's text goes where ours has it.
func (l *langChain) turn(o *Outline, role, text string, f fields) {
	pieces := l.pieces(text, f)
	if l.err != nil || text == "" {
		return
	}
	block := Block{Text: WritePieces(pieces)}
	if role == "system" {
		o.System = append(o.System, block)
		return
	}
	o.Turns = append(o.Turns, Turn{Role: role, Blocks: []Block{block}})
}

// pieces reads a text in the format that the file names.
func (l *langChain) pieces(text string, f fields) []Piece {
	var pieces []Piece
	var err error
	switch format := f.text("template_format"); format {
	case "", "f-string":
		pieces, err = fString(text)
	case "mustache":
		pieces, err = onlyNames(text)
	case "jinja2":
		err = errors.New("it is jinja2, which can run code (CVE-2023-36281): rewrite it with {{name}}")
	default:
		err = fmt.Errorf("the template_format %s is none of f-string, mustache", fieldName(format))
	}
	if err != nil {
		l.fail("%w", err)
	}
	for _, p := range pieces {
		if p.Variable != "" {
			l.vars[p.Variable] = true
		}
	}
	return pieces
}

// fewShot writes prefix, examples and suffix as the one text that LangChain
// makes of them, the examples filled in.
func (l *langChain) fewShot(o *Outline, f fields) {
	separator := "\n\n"
	if s, ok := f["example_separator"].(string); ok {
		separator = s
	}
	shape := f.object("example_prompt")
	examples, ok := f["examples"].([]any)
	if !ok {
		l.fail("the examples are not in the file; examples by path or selector are not followed")
		return
	}
	var pieces []Piece
	add := func(more []Piece) {
		if len(pieces) > 0 {
			pieces = append(pieces, Piece{Text: separator})
		}
		pieces = append(pieces, more...)
	}
	if prefix := f.text("prefix"); prefix != "" {
		add(l.pieces(prefix, f))
	}
	template, err := fString(shape.text("template"))
	if err != nil || shape.text("template_format") == "jinja2" {
		l.fail("the example_prompt is not an f-string: %w", errors.Join(err, errors.New("rewrite it with {name}")))
	}
	for _, e := range examples {
		values, _ := e.(map[string]any)
		var filled strings.Builder
		for _, p := range template {
			filled.WriteString(p.Text)
			if p.Variable != "" {
				value, given := values[p.Variable]
				if !given {
					l.fail("an example has no %s", fieldName(p.Variable))
				}
				filled.Write(appendValue(nil, value))
			}
		}
		add([]Piece{{Text: filled.String()}})
	}
	if suffix := f.text("suffix"); suffix != "" {
		add(l.pieces(suffix, f))
	}
	o.Turns = append(o.Turns, Turn{Role: "user", Blocks: []Block{{Text: WritePieces(pieces)}}})
	l.lost = append(l.lost, "the examples as turns: LangChain has them in the text, and so have we")
}

// chat reads the messages of a chat prompt, plain or as constructors.
func (l *langChain) chat(o *Outline, f fields) {
	messages, _ := f["messages"].([]any)
	for i, m := range messages {
		message, _ := m.(map[string]any)
		one := fields(message)
		if kwargs := one.object("kwargs"); kwargs != nil { // {lc: 1, type: constructor, id: [...], kwargs: {...}}
			ids := one.texts("id")
			one = maps.Clone(kwargs)
			if len(ids) > 0 {
				one["_type"] = ids[len(ids)-1]
			}
		}
		kind := strings.ToLower(one.text("_type") + one.text("role") + one.text("type"))
		if strings.Contains(kind, "placeholder") {
			o.Turns = append(o.Turns, Turn{History: true})
			if name := one.text("variable_name"); name != "history" {
				l.lost = append(l.lost, "the name of the messages placeholder, which is history here")
			}
			continue
		}
		role := ""
		for word, as := range map[string]string{"system": "system", "human": "user", "user": "user", "ai": "assistant", "assistant": "assistant"} {
			if strings.HasPrefix(kind, word) {
				role = as
			}
		}
		prompt := one.object("prompt")
		if inner := prompt.object("kwargs"); inner != nil {
			prompt = inner
		}
		if prompt == nil {
			prompt = fields{"template": one.text("content"), "template_format": f.text("template_format")}
		}
		if role == "" || prompt.text("template") == "" {
			l.fail("message %d has no role or no text that is known here", i+1)
			return
		}
		l.turn(o, role, prompt.text("template"), prompt)
	}
	if len(o.Turns) == 0 && l.err == nil {
		l.fail("there is no message")
	}
}

// inputs declares what the texts use: required, except for what the file
// fills in itself.
func (l *langChain) inputs(o *Outline, f fields) {
	given := f.object("partial_variables")
	for _, name := range slices.Sorted(maps.Keys(l.vars)) {
		in := OutlineInput{Name: name, Required: true, Schema: json.RawMessage(`{"type":["string","number","integer","boolean"]}`)}
		if v, ok := given[name]; ok {
			in.Required = false
			in.Schema = encodeJSON(map[string]any{"default": v})
		}
		o.Inputs = append(o.Inputs, in)
	}
}

// fString reads Python's format strings as LangChain uses them: {name}, {{ and
// }} for braces, and nothing else.
func fString(s string) ([]Piece, error) {
	var pieces []Piece
	var literal strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c:
			literal.WriteByte(c)
			i++
		case c == '{':
			name, _, ok := strings.Cut(s[i+1:], "}")
			if !ok || !isIdentifier(name) {
				return nil, errors.New("an f-string holds {name}; formats, indexes and open braces are not known here")
			}
			pieces = append(pieces, Piece{Text: literal.String()}, Piece{Variable: name})
			literal.Reset()
			i += len(name) + 1
		case c == '}':
			return nil, errors.New("an f-string has a } without its {")
		default:
			literal.WriteByte(c)
		}
	}
	return append(pieces, Piece{Text: literal.String()}), nil
}

// onlyNames reads a text whose only tags are {{name}}.
func onlyNames(s string) ([]Piece, error) {
	t, faults := compileText(s, nil)
	if len(faults) > 0 {
		return nil, &TextError{Faults: faults}
	}
	var pieces []Piece
	for _, n := range t.nodes {
		switch {
		case n.kind == kindLiteral:
			pieces = append(pieces, Piece{Text: n.text})
		case n.kind == kindValue && len(n.path) == 1:
			pieces = append(pieces, Piece{Variable: n.path[0]})
		default:
			return nil, fmt.Errorf("the tag %s is more than {{name}}: rewrite it by hand", quoted(n.text))
		}
	}
	return pieces, nil
}
