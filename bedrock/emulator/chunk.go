package emulator

import "strings"

// chunks cuts the text of block i: as Reply.Chunks says for the first block of
// text, else before each word.
func chunks(r *Reply, i int) []string {
	first := true
	for _, b := range r.Content[:i] {
		first = first && b.Text == nil
	}
	if first && r.Chunks != nil && strings.Join(r.Chunks, "") == *r.Content[i].Text {
		return r.Chunks
	}
	return words(*r.Content[i].Text)
}

// words cuts text before each word, so that the pieces make it up again.
func words(text string) []string {
	out := make([]string, 0, len(text)/5+1)
	start, space := 0, true
	for i := range len(text) {
		c := text[i]
		blank := c == ' ' || c == '\n' || c == '\t'
		if blank && !space && i > start {
			out, start = append(out, text[start:i]), i
		}
		space = blank
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// fragments cuts a tool's JSON input every ten runes, wherever that falls.
func fragments(s string) []string {
	var out []string
	n, start := 0, 0
	for i := range s {
		if n == 10 {
			out, start, n = append(out, s[start:i]), i, 0
		}
		n++
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
