package screen

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// text writes running text that comes in pieces: indented, wrapped at spaces,
// with control characters made visible. A word is held back until it ends, so
// that it can still move to the next line.
type text struct {
	w      io.Writer
	style  Style
	indent string
	paint  func(string) string // nil: as it is
	column int                 // runes written on this line, without the indent
	word   []byte              // held back
	spaces int                 // before word
	open   bool                // the line has its indent
}

// add writes piece, all but its last unfinished word.
func (t *text) add(piece string) {
	for _, r := range piece {
		switch {
		case r == '\n':
			t.flush()
			t.line()
		case r == ' ' || r == '\t':
			t.flush()
			t.spaces++
		case r == '\r':
		default:
			t.word = append(t.word, visible(r)...)
			if t.style.Width == 0 {
				t.flush()
			}
		}
	}
}

// end writes what is held back and ends the line, if one is open.
func (t *text) end() {
	t.flush()
	if t.open {
		t.line()
	}
	t.spaces = 0
}

func (t *text) line() {
	fmt.Fprintln(t.w)
	t.open, t.column, t.spaces = false, 0, 0
}

func (t *text) flush() {
	if len(t.word) == 0 {
		return
	}
	size := utf8.RuneCount(t.word)
	room := t.style.Width - len(t.indent)
	if t.style.Width > 0 && t.column > 0 && t.column+t.spaces+size > room {
		t.line()
	}
	if !t.open {
		io.WriteString(t.w, t.indent)
		t.open = true
	}
	io.WriteString(t.w, strings.Repeat(" ", t.spaces))
	if t.paint != nil {
		io.WriteString(t.w, t.paint(string(t.word)))
	} else {
		t.w.Write(t.word)
	}
	t.column += t.spaces + size
	t.spaces, t.word = 0, t.word[:0]
}

// visible returns r as it may be written to a terminal: control characters
// would be obeyed by it, so they become their escape in Go's notation.
func visible(r rune) string {
	if r < 0x20 || r >= 0x7f && r < 0xa0 || isBidi(r) {
		return fmt.Sprintf("\\x%02x", r)
	}
	return string(r)
}

// isBidi reports whether r reorders the text around it, which can make a line
// read as something else (Unicode TR 36, section 2.4).
func isBidi(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// Visible returns s on one line, with control characters made visible, cut to
// at most size runes.
func Visible(s string, size int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > size {
			b.WriteString("…")
			break
		}
		switch r {
		case '\n', '\r', '\t':
			b.WriteByte(' ')
		default:
			b.WriteString(visible(r))
		}
	}
	return b.String()
}
