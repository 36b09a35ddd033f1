package templates

import "strings"

// Piece is a part of a text that another format wrote: literal text, or the
// name of a variable. One of the two is set.
type Piece struct {
	Text     string
	Variable string
}

// delimiterChoices are tried in order for a text whose braces are its own.
var delimiterChoices = [][2]string{{"{{", "}}"}, {"<%", "%>"}, {"[%", "%]"}, {"<<%", "%>>"}, {"$[[", "]]$"}, {"<|%", "%|>"}}

// WritePieces writes pieces as a template text that renders to them. Where
// the literal text would be read as a tag, other delimiters are set.
func WritePieces(pieces []Piece) string {
	vars := map[string]any{}
	var want strings.Builder
	for _, p := range pieces {
		want.WriteString(p.Text)
		if p.Variable != "" {
			vars[p.Variable] = "\x00" + p.Variable + "\x00"
			want.WriteString(vars[p.Variable].(string))
		}
	}
	text := ""
	for _, d := range delimiterChoices {
		text = writePieces(pieces, d[0], d[1])
		t, err := ParseText(text, nil)
		if err != nil {
			continue
		}
		if got, err := t.Render(vars); err == nil && got == want.String() {
			break
		}
	}
	return text
}

func writePieces(pieces []Piece, left, right string) string {
	var b strings.Builder
	if left != delimiterChoices[0][0] {
		b.WriteString("{{=" + left + " " + right + "=}}\n") // on a line of its own, which leaves no trace
	}
	for _, p := range pieces {
		b.WriteString(p.Text)
		if p.Variable != "" {
			b.WriteString(left + p.Variable + right)
		}
	}
	return b.String()
}
