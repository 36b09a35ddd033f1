package templates

import "strings"

// maxFlat is how many values a flat text may print.
const maxFlat = 16

// isFlat reports whether nodes are literals and plain names only, as most
// texts are.
func isFlat(nodes []node) bool {
	values := 0
	for i := range nodes {
		switch n := &nodes[i]; {
		case n.kind == kindLiteral:
		case n.kind == kindValue && len(n.path) == 1:
			values++
		default:
			return false
		}
	}
	return values <= maxFlat
}

// renderFlat renders a flat text whose values are all trusted strings, at the
// cost of the string it returns. ok is false when something is not as simple
// as that; render then does all of it, and knows what to say of mistakes.
func (t *Text) renderFlat(sc *scope) (out string, ok bool) {
	var values [maxFlat]string
	size, n := t.size, 0
	for i := range t.nodes {
		if t.nodes[i].kind != kindValue {
			continue
		}
		v, fence, _ := sc.lookup(t.nodes[i].path[0])
		text, isText := v.(string)
		if !isText || fence != "" {
			return "", false
		}
		values[n] = text
		size += len(text)
		n++
	}
	if size > t.maxOutput {
		return "", false
	}
	var b strings.Builder
	b.Grow(size)
	n = 0
	for i := range t.nodes {
		if t.nodes[i].kind == kindLiteral {
			b.WriteString(t.nodes[i].text)
		} else {
			b.WriteString(values[n])
			n++
		}
	}
	return b.String(), true
}
