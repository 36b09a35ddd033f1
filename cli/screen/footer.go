package screen

import (
	"fmt"
	"strings"

	"github.com/causeway-go/causeway/chain"
)

// footer tells how a step ended.
func (p *Printer) footer(e chain.Event) {
	p.endText()
	delete(p.refused, e.Step)
	name, indent := "", "  "
	if p.last != e.Step {
		name, indent = Visible(e.Step, 200)+" ", ""
	}
	switch {
	case e.Skipped:
		fmt.Fprintln(p.w, p.style.Dim(indent+"– "+name+"skipped"))
	case cancelled(e.Error):
		fmt.Fprintln(p.w, p.style.Dim(indent+"– "+name+"cancelled"))
	case e.Error != "":
		p.failed(e, indent, name)
	default:
		if name == "" && !p.spoke[e.Step] {
			p.values(e.Values)
		}
		p.facts(indent+p.style.Green("✓ ")+p.style.Bold(name), 4, stepFacts(e))
	}
}

// failed tells why a step failed, or only that it did when the reason stands at
// the step inside it.
func (p *Printer) failed(e chain.Event, indent, name string) {
	head := indent + p.style.Red("✗ ") + p.style.Bold(name) + p.style.Red("failed")
	at, why := stepOf(e.Error)
	if at != "" && at != e.Step {
		fmt.Fprintln(p.w, head+p.style.Dim(" in "+at))
		return
	}
	fmt.Fprintln(p.w, head)
	out := &text{w: p.w, style: p.style, indent: "    "}
	out.add(Visible(why, 2000))
	out.end()
}

// stepOf takes apart the text of a chain.StepError: the path of the step, and
// what happened there. at is "" when text is none.
func stepOf(text string) (at, why string) {
	rest, ok := strings.CutPrefix(text, "chain ")
	if !ok {
		return "", text
	}
	if _, rest, ok = strings.Cut(rest, ", step "); !ok {
		return "", text
	}
	if at, why, ok = strings.Cut(rest, ": "); !ok {
		return "", text
	}
	return at, why
}

// cancelled reports whether a step failed because another one did, or because
// nobody waits for it any more.
func cancelled(text string) bool { return strings.Contains(text, "context canceled") }
