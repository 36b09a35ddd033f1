package chain

import (
	"fmt"
	"strings"
)

// Mermaid returns the chain's flow as a Mermaid flowchart.
func (c *Chain) Mermaid() string {
	g := c.draw()
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	mermaidBoxes(&b, g.root.inside, "  ")
	for _, a := range g.arrows {
		line := "-->"
		if a.dotted {
			line = "-.->"
		}
		if a.label != "" {
			line += "|" + mermaidText(a.label) + "|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", a.from, line, a.to)
	}
	return b.String()
}

func mermaidBoxes(b *strings.Builder, boxes []box, indent string) {
	for _, x := range boxes {
		text := mermaidText(x.label)
		switch x.shape {
		case frameBox:
			fmt.Fprintf(b, "%ssubgraph %s [%s]\n", indent, x.id, text)
			mermaidBoxes(b, x.inside, indent+"  ")
			fmt.Fprintf(b, "%send\n", indent)
		case roundBox:
			fmt.Fprintf(b, "%s%s([%s])\n", indent, x.id, text)
		case choice:
			fmt.Fprintf(b, "%s%s{%s}\n", indent, x.id, text)
		default:
			fmt.Fprintf(b, "%s%s[%s]\n", indent, x.id, text)
		}
	}
}

var mermaidEscape = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;", "#", "&#35;", "`", "&#96;")

func mermaidText(label string) string {
	lines := strings.Split(label, "\n")
	for i, l := range lines {
		lines[i] = mermaidEscape.Replace(oneLine(l))
	}
	return `"` + strings.Join(lines, "<br/>") + `"`
}

// DOT returns the chain's flow in the language of Graphviz.
func (c *Chain) DOT() string {
	g := c.draw()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  graph [fontname=\"sans-serif\"];\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n", dotText(c.name))
	dotBoxes(&b, g.root.inside, "  ")
	for _, a := range g.arrows {
		style := ""
		if a.dotted {
			style = ", style=dotted"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s];\n", a.from, a.to, dotText(a.label), style)
	}
	b.WriteString("}\n")
	return b.String()
}

func dotBoxes(b *strings.Builder, boxes []box, indent string) {
	for _, x := range boxes {
		text := dotText(x.label)
		switch x.shape {
		case frameBox:
			fmt.Fprintf(b, "%ssubgraph cluster_%s {\n%s  label=%s;\n", indent, x.id, indent, text)
			dotBoxes(b, x.inside, indent+"  ")
			fmt.Fprintf(b, "%s}\n", indent)
		case roundBox:
			fmt.Fprintf(b, "%s%s [label=%s, shape=oval];\n", indent, x.id, text)
		case choice:
			fmt.Fprintf(b, "%s%s [label=%s, shape=diamond];\n", indent, x.id, text)
		default:
			fmt.Fprintf(b, "%s%s [label=%s];\n", indent, x.id, text)
		}
	}
}

var dotEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func dotText(label string) string {
	lines := strings.Split(label, "\n")
	for i, l := range lines {
		lines[i] = dotEscape.Replace(oneLine(l))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
