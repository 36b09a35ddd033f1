package bedrock

import (
	"strconv"
	"strings"
)

// toolNames maps tool names to the alphabet that Bedrock takes,
// [a-zA-Z0-9_-]{1,64}, and the answer's names back. A name that is fine passes
// without being kept.
type toolNames struct {
	wire   map[string]string // ours to Bedrock's
	caller map[string]string // Bedrock's to ours
}

// toWire returns the name to send.
func (n *toolNames) toWire(name string) string {
	if validName(name, 64, isToolNameByte) {
		return name
	}
	if w, ok := n.wire[name]; ok {
		return w
	}
	base := mapBytes(name, 64, isToolNameByte, '_')
	w := base
	for i := 2; w == "" || n.caller[w] != ""; i++ {
		suffix := "_" + strconv.Itoa(i)
		w = base[:min(len(base), 64-len(suffix))] + suffix
	}
	if n.wire == nil {
		n.wire, n.caller = make(map[string]string), make(map[string]string)
	}
	n.wire[name], n.caller[w] = w, name
	return w
}

// toCaller returns the caller's name for one that came back.
func (n *toolNames) toCaller(wire string) string {
	if name, ok := n.caller[wire]; ok {
		return name
	}
	return wire
}

func validName(s string, limit int, ok func(byte) bool) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

// mapBytes replaces every rune that is not allowed, and cuts at limit.
func mapBytes(s string, limit int, ok func(byte) bool, replacement byte) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() == limit {
			break
		}
		if r < 128 && ok(byte(r)) {
			b.WriteByte(byte(r))
		} else {
			b.WriteByte(replacement)
		}
	}
	return b.String()
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isToolNameByte(c byte) bool { return isAlphanumeric(c) || c == '_' || c == '-' }

func isToolIDByte(c byte) bool { return isToolNameByte(c) || c == '.' || c == ':' }

func isDocumentNameByte(c byte) bool {
	return isToolNameByte(c) || strings.IndexByte(" \t()[]", c) >= 0
}
