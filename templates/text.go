package templates

import (
	"fmt"
	"strings"
)

// The limits of one template text.
const (
	maxTextDepth   = 64      // sections within sections, partials within partials
	maxTextSteps   = 1 << 20 // nodes executed in one rendering: bounds loops that print nothing
	maxPartialText = 1024    // partials compiled for one text, each indentation its own
)

// DefaultMaxOutput bounds what one text may render to, in bytes.
const DefaultMaxOutput = 4 << 20

// Text is one compiled template: Mustache without escaping and without
// lenience. It is what a prompt file's strings are made of, and can be used
// alone. A Text never changes and is safe for concurrent use.
//
// The language: {{name}}, {{a.b}}, {{.}} print a value (so do {{{name}}} and
// {{&name}}, which Mustache has for "unescaped"); {{#x}}…{{/x}} repeats for
// each element of a list, or enters an object, or stands if x is neither
// false, null, "" nor an empty list; {{^x}}…{{/x}} stands if it is; {{! … }}
// is a comment; {{=<% %>=}} changes the delimiters; {{>p}} is a partial.
// Objects and lists print as compact JSON.
type Text struct {
	nodes     []node
	flat      bool // see renderFlat
	size      int  // literal bytes
	maxOutput int
	uses      []use
}

// TextOptions are the settings of [ParseText]. Nil means the defaults.
type TextOptions struct {
	Left, Right string            // the delimiters at the start; "{{" and "}}" by default
	Partials    map[string]string // what {{>name}} stands for
	MaxOutput   int               // bytes; 0 means DefaultMaxOutput
}

// ParseText compiles a template. Its error is a *[TextError].
func ParseText(source string, o *TextOptions) (*Text, error) {
	t, faults := compileText(source, o)
	if len(faults) > 0 {
		return nil, &TextError{Faults: faults}
	}
	return t, nil
}

// compileText returns, even for a text with mistakes, the names it uses.
func compileText(source string, o *TextOptions) (*Text, []TextFault) {
	if o == nil {
		o = &TextOptions{}
	}
	p := &textParser{options: *o, partials: map[partialKey]*Text{}}
	if p.options.Left == "" || p.options.Right == "" {
		p.options.Left, p.options.Right = "{{", "}}"
	}
	t := &Text{maxOutput: o.MaxOutput}
	if t.maxOutput <= 0 {
		t.maxOutput = DefaultMaxOutput
	}
	p.compile(t, source)
	t.flat = isFlat(t.nodes)
	return t, p.faults
}

// TextError is every mistake found in one template text.
type TextError struct {
	Faults []TextFault
}

// TextFault is one mistake in a template text.
type TextFault struct {
	Offset  int    // bytes into the text
	Tag     string // the tag as written, delimiters included; "" when there is none
	Message string
	Partial string // the partial it is in; "" for the text itself
}

// Error has one line a fault.
func (e *TextError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = fmt.Sprintf("template offset %d: %s", f.Offset, f.Message)
		if f.Partial != "" {
			lines[i] = fmt.Sprintf("partial %s offset %d: %s", f.Partial, f.Offset, f.Message)
		}
	}
	return strings.Join(lines, "\n")
}

// kind is what a node does.
type kind uint8

const (
	kindLiteral kind = iota
	kindValue
	kindSection
	kindInverted
	kindPartial
)

// node is one instruction of a compiled text.
type node struct {
	kind    kind
	text    string   // the literal, or the name as written
	path    []string // the name's segments; nil for "."
	body    []node   // of a section
	partial *Text
}

// use is one place where a text names a variable, for checks against what
// the prompt declares.
type use struct {
	path    []string
	within  [][]string // the sections around it, outermost first
	section bool       // it opens a section
	tag     string
	offset  int
	partial string // the partial it stands in
}
