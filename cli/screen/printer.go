package screen

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/causeway-go/causeway/chain"
)

// Printer shows the events of one run. It is not safe for concurrent use;
// chain.Stream yields events one by one.
type Printer struct {
	w       io.Writer
	style   Style
	last    string // the step the lines at the bottom belong to
	holder  string // the step that is writing its text; the others wait
	waiting []chain.Event
	text    *text
	spoke   map[string]bool   // steps whose answer has been shown
	refused map[string]string // by step: why the last attempt failed, not shown yet
}

// New returns a Printer that writes to w. Errors of w are not reported: there
// is nobody left to tell.
func New(w io.Writer, style Style) *Printer {
	return &Printer{w: w, style: style, spoke: map[string]bool{}, refused: map[string]string{}}
}

// Event shows e, at once or when the steps before it have finished their text.
func (p *Printer) Event(e chain.Event) {
	if p.holder != "" && e.Step != p.holder && e.Kind != chain.RunFinished {
		p.wait(e)
		return
	}
	p.show(e)
	if e.Kind == chain.StepFinished && e.Step == p.holder || e.Kind == chain.RunFinished {
		p.holder = ""
		p.release()
	}
}

// Close ends the line that is being written and shows what still waits: call
// it when no more events come, whatever the reason.
func (p *Printer) Close() {
	p.endText()
	p.holder = ""
	p.release()
	p.endText()
}

// wait keeps e for later. Tokens are joined, so that what waits stays as small
// as the text itself.
func (p *Printer) wait(e chain.Event) {
	if e.Kind == chain.Token || e.Kind == chain.Reasoning {
		for i := range slices.Backward(p.waiting) {
			if w := &p.waiting[i]; w.Step == e.Step {
				if w.Kind == e.Kind {
					w.Text += e.Text
					return
				}
				break
			}
		}
	}
	p.waiting = append(p.waiting, e)
}

func (p *Printer) release() {
	waiting := p.waiting
	p.waiting = nil
	for _, e := range waiting {
		p.Event(e)
	}
}

func (p *Printer) show(e chain.Event) {
	switch e.Kind {
	case chain.StepStarted:
		p.header(e.Step)
	case chain.Token:
		p.say(e, "  ", nil)
		p.spoke[e.Step] = true
	case chain.Reasoning:
		p.say(e, "  ┆ ", p.style.Dim)
	case chain.ToolCall:
		p.line(e, p.style.Cyan("→ "+e.Tool.Name)+" "+Visible(e.Tool.Arguments, p.room(len(e.Tool.Name)+6)))
	case chain.ToolResult:
		p.line(e, p.toolResult(e.Tool))
	case chain.Progress:
		p.line(e, p.style.Dim("· ")+Visible(e.Text, 500))
	case chain.Retry:
		p.retried(e)
	case chain.StepFinished:
		p.footer(e)
	case chain.Interrupted:
		p.endText()
	}
}

func (p *Printer) header(step string) {
	p.endText()
	fmt.Fprintln(p.w, p.style.Bold("▸ "+Visible(step, 200)))
	p.last = step
}

// under makes the lines that follow belong to step.
func (p *Printer) under(step string) {
	if p.last != step && step != "" {
		p.header(step)
	}
}

// line writes a line about a step. Empty lines are left out.
func (p *Printer) line(e chain.Event, line string) {
	if line == "" {
		return
	}
	p.endText()
	p.under(e.Step)
	fmt.Fprintln(p.w, "  "+line)
}

// say writes a piece of a step's text, which holds the screen from then on.
func (p *Printer) say(e chain.Event, indent string, paint func(string) string) {
	if p.text != nil && p.text.indent != indent {
		p.endText()
	}
	if p.text == nil {
		p.under(e.Step)
		p.text = &text{w: p.w, style: p.style, indent: indent, paint: paint}
	}
	p.holder = e.Step
	p.text.add(e.Text)
}

func (p *Printer) endText() {
	if p.text != nil {
		p.text.end()
		p.text = nil
	}
}

// facts writes facts side by side after head, which takes column columns, on
// as many lines as they need.
func (p *Printer) facts(head string, column int, facts []string) {
	line := ""
	for _, fact := range facts {
		if line != "" && p.style.Width > 0 && column+utf8.RuneCountInString(line+" · "+fact) > p.style.Width {
			fmt.Fprintln(p.w, head+p.style.Dim(line))
			head, column, line = "    ", 4, ""
		}
		line = joined(line, fact)
	}
	fmt.Fprintln(p.w, head+p.style.Dim(line))
}

// values shows what a step without an answer of its own made.
func (p *Printer) values(values chain.Values) {
	for _, key := range sortedKeys(values) {
		out := &text{w: p.w, style: p.style, indent: "  "}
		value := []rune(Compact(values[key]))
		if len(value) > 1000 {
			value = append(value[:1000], '…')
		}
		out.add(key + ": " + strings.TrimSpace(string(value)))
		out.end()
	}
}
