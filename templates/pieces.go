package templates

import (
	"strings"
)

// Piece is a part of a text that another format wrote: literal text, or the
// name of a variable. One of the two is set.
type Piece struct {
	Text     string
	Variable string
}

// WritePieces writes pieces as a template text that renders to them. Where
// the literal text holds what would begin a tag, other delimiters are set.
func WritePieces(pieces []Piece) string {
	clash := func(left string) bool {
		for _, p := range pieces {
			if strings.Contains(p.Text, left) {
				return true
			}
		}
		return false
	}
	left, right, first := "{{", "}}", ""
	for _, other := range [][2]string{{"<%", "%>"}, {"[%", "%]"}, {"<<%", "%>>"}, {"$[[", "]]$"}} {
		if !clash(left) && !clash(left[:1]+left) {
			break
		}
		// The tag has a line of its own, which leaves no trace.
		left, right, first = other[0], other[1], "{{="+other[0]+" "+other[1]+"=}}\n"
	}
	var b strings.Builder
	b.WriteString(first)
	for _, p := range pieces {
		if p.Variable != "" {
			b.WriteString(left + p.Variable + right)
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
