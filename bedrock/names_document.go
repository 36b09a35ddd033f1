package bedrock

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/message"
)

// documentNames gives documents names that Bedrock takes: letters, digits,
// single spaces, hyphens, parentheses, square brackets and underscores, at most
// 200, and no two alike in a conversation. The names depend only on the
// documents before, so a growing conversation keeps them and its cached prefix.
type documentNames struct {
	given   map[string]bool   // names sent
	wire    map[string]string // the caller's names that were changed, to those sent
	caller  map[string]string // and back
	changed []string          // for Options.Strict
}

// name returns the name to send for p.
func (d *documentNames) name(p message.Document) string {
	if d.given == nil {
		d.given = make(map[string]bool)
	}
	base := p.Name
	if base == "" {
		base = "Document " + strconv.Itoa(len(d.given)+1)
	}
	base = strings.Join(strings.Fields(mapBytes(base, 200, isDocumentNameByte, '-')), " ")
	name := base
	for i := 2; d.given[name] || name == ""; i++ {
		suffix := fmt.Sprintf(" (%d)", i)
		name = strings.TrimSpace(base[:min(len(base), 200-len(suffix))] + suffix)
	}
	d.given[name] = true
	if p.Name != "" && name != p.Name {
		d.change(p.Name, name)
	}
	return name
}

func (d *documentNames) change(from, to string) {
	if d.wire == nil {
		d.wire, d.caller = make(map[string]string), make(map[string]string)
	}
	d.changed = append(d.changed, from)
	d.caller[to] = from
	if _, ok := d.wire[from]; !ok {
		d.wire[from] = to
	}
}

// toWire returns the name that was sent for the caller's, for the title of an
// earlier answer's citation.
func (d *documentNames) toWire(title string) string {
	if name, ok := d.wire[title]; ok {
		return name
	}
	return title
}

// toCaller returns the caller's name for one that came back as the title of a
// citation.
func (d *documentNames) toCaller(title string) string {
	if name, ok := d.caller[title]; ok {
		return name
	}
	return title
}
