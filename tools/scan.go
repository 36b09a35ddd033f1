package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/internal/nearest"
)

// checker walks arguments that json.Valid has passed, so it never meets an end
// or a character that it does not expect.
type checker struct {
	data   []byte
	pos    int
	path   []step
	room   [8]step // what path starts with
	faults []string
	edits  []edit
}

// step is one step down: into a property, or where key is nil into an item.
type step struct {
	key   []byte
	index int
}

func (c *checker) push(s step) {
	if c.path == nil {
		c.path = c.room[:0]
	}
	c.path = append(c.path, s)
}

func (c *checker) pop() { c.path = c.path[:len(c.path)-1] }

// where names the cursor's place as a Go or JavaScript writer would: items[2].sku
func (c *checker) where() string {
	var b strings.Builder
	for i, s := range c.path {
		switch {
		case s.key == nil:
			fmt.Fprintf(&b, "[%d]", s.index)
		case i > 0:
			b.WriteByte('.')
			fallthrough
		default:
			b.WriteString(shortName(string(s.key)))
		}
	}
	return b.String()
}

func (c *checker) space() {
	for c.pos < len(c.data) && isSpace(c.data[c.pos]) {
		c.pos++
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// first is the offset of the first byte that is not space.
func (c *checker) first() int {
	i := 0
	for isSpace(c.data[i]) {
		i++
	}
	return i
}

// kind is the JSON type of the value at the cursor. A number with a fraction
// or an exponent is a number, any other an integer.
func (c *checker) kind() kindSet {
	switch c.data[c.pos] {
	case '{':
		return isObject
	case '[':
		return isArray
	case '"':
		return isString
	case 't', 'f':
		return isBool
	case 'n':
		return isNull
	}
	if bytes.ContainsAny(c.data[c.pos:c.numberEnd()], ".eE") {
		return isNumber
	}
	return isInteger
}

func (c *checker) numberEnd() int {
	i := c.pos
	for i < len(c.data) && strings.IndexByte("+-.eE0123456789", c.data[i]) >= 0 {
		i++
	}
	return i
}

// more moves to the next item of an object or array, and past its end when
// there is none.
func (c *checker) more(end byte) bool {
	c.space()
	if c.data[c.pos] == ',' {
		c.pos++
		c.space()
	}
	if c.data[c.pos] == end {
		c.pos++
		return false
	}
	return true
}

// key reads a property's name and its colon.
func (c *checker) key() []byte {
	start := c.pos
	c.skipString()
	key := unquote(c.data[start:c.pos])
	c.space()
	c.pos++ // :
	return key
}

// skip moves past the value at the cursor.
func (c *checker) skip() {
	c.space()
	switch c.data[c.pos] {
	case '"':
		c.skipString()
	case 't', 'n':
		c.pos += 4
	case 'f':
		c.pos += 5
	case '{', '[':
		c.skipNested()
	default:
		c.pos = c.numberEnd()
	}
}

func (c *checker) skipString() {
	for c.pos++; c.data[c.pos] != '"'; c.pos++ {
		if c.data[c.pos] == '\\' {
			c.pos++
		}
	}
	c.pos++
}

func (c *checker) skipNested() {
	for depth := 0; ; {
		switch c.data[c.pos] {
		case '"':
			c.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.pos++
		if depth == 0 {
			return
		}
	}
}

// unquote returns the text of a JSON string.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return raw
	}
	return []byte(s)
}

// shortName cuts a name that a model made up to what is worth repeating.
func shortName(name string) string {
	const most = 64
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// unknownName says that name is none of names: the likeliest one first.
func unknownName(name string, names []string, list, none string) string {
	text := strconv.Quote(shortName(name)) + "; "
	if near := nearest.Word(name, names); near != "" {
		text += "did you mean " + strconv.Quote(near) + "? "
	}
	if len(names) == 0 {
		return text + none
	}
	return text + list + " " + strings.Join(names, ", ")
}
