package templates

import (
	"fmt"
	"strings"
	"unicode"
)

type partialKey struct{ name, indent string }

// textParser compiles one text and the partials it reaches.
type textParser struct {
	options  TextOptions
	partials map[partialKey]*Text
	faults   []TextFault
	within   [][]string // sections around the partial being compiled
	depth    int
	name     string // of the partial being compiled
}

// open is a section whose end has not been met.
type open struct {
	node   node
	tag    tag
	before []node // its siblings so far
}

// compile fills t from source. Partials that include themselves meet the
// Text already being filled.
func (p *textParser) compile(t *Text, source string) {
	s := &scanner{source: source, left: p.options.Left, right: p.options.Right}
	var nodes []node
	var stack []open
	for {
		literal, g, more, err := s.next()
		if literal != "" {
			nodes = append(nodes, node{kind: kindLiteral, text: literal})
			t.size += len(literal)
		}
		if err != "" {
			p.fault(g, err)
			break
		}
		if !more {
			break
		}
		switch g.sigil {
		case '!', '=':
		case '#', '^':
			nodes, stack = p.enter(t, nodes, stack, g)
		case '/':
			nodes, stack = p.leave(nodes, stack, g)
		case '>':
			nodes = p.include(t, nodes, stack, g)
		default:
			if path, ok := p.path(g); ok {
				nodes = append(nodes, node{kind: kindValue, text: g.name, path: path})
				p.use(t, stack, path, g)
			}
		}
	}
	for _, o := range stack {
		p.fault(o.tag, fmt.Sprintf("the section %s is never closed", quoted(o.tag.name)))
	}
	t.nodes = nodes
}

func (p *textParser) enter(t *Text, nodes []node, stack []open, g tag) ([]node, []open) {
	path, _ := p.path(g)
	if len(stack)+p.depth >= maxTextDepth {
		p.fault(g, fmt.Sprintf("sections are nested deeper than %d", maxTextDepth))
	}
	p.use(t, stack, path, g)
	k := kindSection
	if g.sigil == '^' {
		k = kindInverted
	}
	return nil, append(stack, open{node: node{kind: k, text: g.name, path: path}, tag: g, before: nodes})
}

func (p *textParser) leave(nodes []node, stack []open, g tag) ([]node, []open) {
	if len(stack) == 0 {
		p.fault(g, fmt.Sprintf("%s closes a section that was never opened", quoted(g.name)))
		return nodes, stack
	}
	o := stack[len(stack)-1]
	if o.tag.name != g.name {
		p.fault(g, fmt.Sprintf("%s closes the section %s", quoted(g.name), quoted(o.tag.name)))
	}
	o.node.body = nodes
	return append(o.before, o.node), stack[:len(stack)-1]
}

// include compiles a partial. A partial that stands alone on its line has
// that line's indentation put before each of its own, as Mustache says.
func (p *textParser) include(t *Text, nodes []node, stack []open, g tag) []node {
	source, ok := p.options.Partials[g.name]
	if !ok {
		p.fault(g, fmt.Sprintf("there is no partial %s", quoted(g.name)))
		return nodes
	}
	key := partialKey{g.name, g.indent}
	target := p.partials[key]
	if target == nil {
		if len(p.partials) >= maxPartialText || p.depth >= maxTextDepth {
			p.fault(g, "the partial includes itself with growing indentation, or partials are nested too deep")
			return nodes
		}
		target = &Text{}
		p.partials[key] = target
		saved := *p
		p.name, p.depth = g.name, p.depth+len(stack)+1
		p.within = withins(saved.within, stack)
		p.compile(target, indented(source, g.indent))
		p.name, p.depth, p.within = saved.name, saved.depth, saved.within
	}
	t.uses = append(t.uses, target.uses...)
	return append(nodes, node{kind: kindPartial, text: g.name, partial: target})
}

// indented puts indent before every line of source.
func indented(source, indent string) string {
	if indent == "" || source == "" {
		return source
	}
	body, last := strings.CutSuffix(source, "\n")
	body = indent + strings.ReplaceAll(body, "\n", "\n"+indent)
	if last {
		body += "\n"
	}
	return body
}

func withins(outer [][]string, stack []open) [][]string {
	w := outer[:len(outer):len(outer)]
	for _, o := range stack {
		w = append(w, o.node.path)
	}
	return w
}

func (p *textParser) use(t *Text, stack []open, path []string, g tag) {
	section := g.sigil == '#' || g.sigil == '^'
	t.uses = append(t.uses, use{
		path: path, within: withins(p.within, stack), section: section,
		tag: g.raw, offset: g.offset, partial: p.name,
	})
}

func (p *textParser) fault(g tag, message string) {
	p.faults = append(p.faults, TextFault{Offset: g.offset, Tag: g.raw, Message: message, Partial: p.name})
}

// path splits a tag's name. The name "." has no segments.
func (p *textParser) path(g tag) ([]string, bool) {
	if g.name == "." {
		return nil, true
	}
	path := strings.Split(g.name, ".")
	for _, segment := range path {
		if !isIdentifier(segment) {
			p.fault(g, "a tag holds one name, such as {{ticket}} or {{order.id}}: no helpers, arguments or expressions")
			return path, false
		}
	}
	return path, true
}

func isIdentifier(s string) bool {
	for _, r := range s {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}

// quoted shows a name in a message, unless it is no name: then it may be a
// piece of the prompt.
func quoted(name string) string {
	if len(name) > 64 || !isIdentifier(strings.ReplaceAll(name, ".", "")) {
		return "with that name"
	}
	return `"` + name + `"`
}
