package templates

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Parse reads a prompt file. A file that is not wholly right is refused with
// a *[FileError] that lists every mistake with its line and column.
//
// The template's Ref has the name from the file and the sha256 of data.
func Parse(data []byte) (*Template, error) { return parse(data, "") }

// ParseFile is Parse for a file with a name, which its errors then begin with.
func ParseFile(file string, data []byte) (*Template, error) { return parse(data, file) }

func parse(data []byte, file string) (*Template, error) {
	root, faults := document(data)
	if faults != nil {
		return nil, &FileError{File: file, Faults: faults}
	}
	r := &reader{source: data}
	d := r.draft(root)
	c := r.compile(d)
	if len(r.faults) > 0 {
		return nil, &FileError{File: file, Faults: inOrder(r.faults)}
	}
	sum := sha256.Sum256(data)
	return &Template{compiled: c, ref: Ref{Name: d.name, SHA256: hex.EncodeToString(sum[:])}}, nil
}

// compile turns what was read into a template, and finds the mistakes that
// lie between the parts of the file.
func (r *reader) compile(d *draft) *compiled {
	c := &compiled{
		name: d.name, description: d.description, labels: d.labels,
		model: d.model, inputs: d.inputs, tools: d.tools, output: d.output,
		slots: d.slots, tests: d.tests, used: map[string]bool{},
	}
	r.compileTexts(d, c)
	r.checkSlots(d, c)
	if len(r.faults) == 0 {
		c.finish()
		r.renderExamples(d, c)
	}
	return c
}

// compileTexts compiles every text and checks the names it uses.
func (r *reader) compileTexts(d *draft, c *compiled) {
	o := TextOptions{Partials: map[string]string{}}
	if len(d.delimiters) == 2 {
		o.Left, o.Right = d.delimiters[0], d.delimiters[1]
	}
	for name, p := range d.partials {
		if p.file != "" || p.ref != "" {
			r.fault(p.node, join("partials", fieldName(name)), "the partial is not in this file; bundle the prompt first (push, lint and a folder store do)")
		}
		o.Partials[name] = p.text
	}
	names := &checker{inputs: d.inputs, history: c.historyKey(), used: c.used}
	for i := range c.slots {
		for j := range c.slots[i].parts {
			p := &c.slots[i].parts[j]
			if p.kind != partText && p.kind != partGuarded {
				r.checkMedia(d, c, p)
				continue
			}
			p.text = r.compileText(p, &o, names)
		}
	}
}

func (r *reader) compileText(p *part, o *TextOptions, names *checker) *Text {
	t, faults := compileText(p.source, o)
	for _, f := range faults {
		r.textFault(p, f)
	}
	for _, u := range t.uses {
		if message := names.check(u); message != "" {
			r.textFault(p, TextFault{Offset: u.offset, Tag: u.tag, Message: message, Partial: u.partial})
		}
	}
	return t
}

// textFault adds a mistake inside a text, at its place in the file.
func (r *reader) textFault(p *part, f TextFault) {
	path, message := p.path, f.Message
	if f.Partial != "" {
		message = "in the partial " + fieldName(f.Partial) + ": " + message
	}
	n := follow(p.node)
	line, column := n.Line, n.Column
	if f.Partial == "" && f.Tag != "" {
		line, column = place(r.source, n, f)
	}
	r.faults = append(r.faults, Fault{Line: line, Column: column, Path: path, Message: message})
}

// place finds a tag of a YAML scalar in the file. Whatever the scalar's style
// does to blanks and line ends, the tag's own characters stand in the file as
// they are: the n-th time it stands in the value is the n-th time after the
// scalar's begin. Where an escape breaks that, the scalar's begin is the place.
func place(source []byte, n *yaml.Node, f TextFault) (line, column int) {
	times := strings.Count(n.Value[:f.Offset], f.Tag)
	at := offsetOf(source, n.Line, n.Column)
	for {
		i := bytes.Index(source[at:], []byte(f.Tag))
		if i < 0 {
			return n.Line, n.Column
		}
		at += i
		if times == 0 {
			break
		}
		times--
		at += len(f.Tag)
	}
	start := bytes.LastIndexByte(source[:at], '\n') + 1
	return 1 + bytes.Count(source[:at], []byte("\n")), 1 + utf8.RuneCount(source[start:at])
}

// offsetOf turns a line and a column in characters into a byte offset.
func offsetOf(source []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(source[at:], '\n')
		if i < 0 {
			return at
		}
		at += i + 1
	}
	for ; column > 1 && at < len(source); column-- {
		_, size := utf8.DecodeRune(source[at:])
		at += size
	}
	return at
}

func (r *reader) checkMedia(d *draft, c *compiled, p *part) {
	if p.variable == "" {
		return
	}
	in := d.inputs[p.variable]
	switch {
	case in == nil:
		r.fault(p.node, p.path, "the variable %s is not declared under input.properties", fieldName(p.variable))
	case in.media == "":
		r.fault(p.node, p.path, "the variable %s holds text; declare it with a contentMediaType such as image/*", fieldName(p.variable))
	default:
		c.used[p.variable] = true
	}
}

// checkSlots checks the order of messages, the slots and the examples.
func (r *reader) checkSlots(d *draft, c *compiled) {
	var examples, history, users int
	for i, s := range d.slots {
		switch {
		case s.history != nil:
			if history++; history == 2 {
				r.fault(s.node, s.path, "there is a second history")
			}
			if d.inputs[s.history.key] != nil {
				r.fault(s.node, s.path, "the history's key is declared as a variable too; name another with key")
			}
			c.history = s.history
		case s.examples:
			examples++
			c.exampleText = nextUser(d.slots[i:])
			if d.examples == nil {
				r.fault(s.node, s.path, "there are no examples to put here; list them under examples")
			}
			if examples == 2 {
				r.fault(s.node, s.path, "the examples were placed already")
			}
		case s.role == roleUser:
			users++
		}
	}
	if d.examples != nil && examples == 0 {
		r.fault(d.examplesAt, "examples", "nothing says where the examples go; put - examples: {} among the messages")
	}
	if len(d.slots) > 0 && users == 0 && history == 0 {
		r.fault(d.slots[0].node, "messages", "no message is the user's; a model answers the user")
	}
}

// nextUser returns the first user message of slots.
func nextUser(slots []slot) *slot {
	for i := range slots {
		if s := &slots[i]; !s.examples && s.history == nil && s.role == roleUser {
			return s
		}
	}
	return nil
}
