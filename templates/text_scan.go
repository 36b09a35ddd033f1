package templates

import "strings"

// tag is one {{…}} as found in a text.
type tag struct {
	sigil  byte   // one of # ^ / ! > = & or 0
	name   string // trimmed
	raw    string // as written, delimiters included
	indent string // of a partial that stands alone on its line
	offset int
}

// scanner cuts a text into literals and tags, and takes away the lines that
// hold nothing but a tag that prints nothing.
type scanner struct {
	source      string
	left, right string
	pos         int
}

// next returns the literal before the next tag, and that tag. more is false
// at the end of the text; problem says why the text cannot be read on.
func (s *scanner) next() (literal string, g tag, more bool, problem string) {
	i := strings.Index(s.source[s.pos:], s.left)
	if i < 0 {
		literal, s.pos = s.source[s.pos:], len(s.source)
		return literal, tag{}, false, ""
	}
	start := s.pos + i
	literal = s.source[s.pos:start]
	g, end, problem := s.tag(start)
	if problem != "" {
		return literal, g, false, problem
	}
	s.pos = end
	if g.sigil != 0 && g.sigil != '&' {
		literal = s.standalone(literal, &g, start, end)
	}
	if g.sigil == '=' {
		if !s.delimiters(g.name) {
			return literal, g, false, "to change the delimiters write {{=<% %>=}}: two words without spaces or = in them"
		}
	}
	return literal, g, true, ""
}

// tag reads the tag that starts at start and returns where it ends.
func (s *scanner) tag(start int) (g tag, end int, problem string) {
	g.offset = start
	inner := start + len(s.left)
	right := s.right
	if inner < len(s.source) {
		switch c := s.source[inner]; c {
		case '#', '^', '/', '!', '>', '&':
			g.sigil, inner = c, inner+1
		case '=':
			g.sigil, inner, right = c, inner+1, "="+right
		case '{':
			inner, right = inner+1, "}"+right
		case '$', '<':
			return g, 0, "blocks and parents (template inheritance) are not part of the language"
		}
	}
	n := strings.Index(s.source[inner:], right)
	if n < 0 {
		return g, 0, "the tag that opens here is never closed with " + s.right
	}
	end = inner + n + len(right)
	g.name = strings.TrimSpace(s.source[inner : inner+n])
	g.raw = s.source[start:end]
	return g, end, ""
}

// standalone drops the rest of the line when nothing but blanks is around
// the tag, and returns what stays of the literal before it.
func (s *scanner) standalone(literal string, g *tag, start, end int) string {
	line := strings.LastIndexByte(s.source[:start], '\n') + 1
	before := s.source[line:start]
	if strings.Trim(before, " \t") != "" {
		return literal
	}
	after := end
	for after < len(s.source) && (s.source[after] == ' ' || s.source[after] == '\t') {
		after++
	}
	rest := s.source[after:]
	switch {
	case rest == "":
	case rest[0] == '\n':
		after++
	case strings.HasPrefix(rest, "\r\n"):
		after += 2
	default:
		return literal
	}
	s.pos = after
	if g.sigil == '>' {
		g.indent = before
	}
	return literal[:len(literal)-len(before)]
}

func (s *scanner) delimiters(words string) bool {
	both := strings.Fields(words)
	if len(both) != 2 || strings.Contains(words, "=") {
		return false
	}
	s.left, s.right = both[0], both[1]
	return true
}
