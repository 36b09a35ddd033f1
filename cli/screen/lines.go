package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
)

func sortedKeys(values chain.Values) []string {
	return slices.Sorted(maps.Keys(values))
}

func (p *Printer) toolResult(t *chain.ToolEvent) string {
	if t.IsError {
		return p.style.Red("← "+t.Name+" failed:") + " " + Visible(t.Result, 300)
	}
	took := " · " + Seconds(t.Duration)
	return p.style.Cyan("← "+t.Name) + " " + Visible(t.Result, p.room(len(t.Name)+len(took)+6)) + p.style.Dim(took)
}

// room is how much of a tool's data fits in a line beside taken columns.
func (p *Printer) room(taken int) int {
	if p.style.Width == 0 {
		return 200
	}
	return max(p.style.Width-taken, 20)
}

// refusals are retry's classes in a reader's words.
var refusals = map[string]string{
	"throttleRequests": "throttled: too many requests",
	"throttleTokens":   "throttled: too many tokens",
	"dailyQuota":       "throttled: the day's quota is spent",
}

// retried says what the layer around the model does. Why an attempt failed is
// told with what is done about it: of a last attempt the step's end tells it.
func (p *Printer) retried(e chain.Event) {
	r := e.Retry
	switch r.What {
	case message.NoticeThrottle, message.NoticeFailure:
		why := refusals[r.Class]
		if why == "" {
			why = "attempt failed: " + Visible(r.Error, max(p.room(40), 60))
		}
		p.refused[e.Step] = p.style.Yellow("! "+why) + p.style.Dim(fmt.Sprintf(" · attempt %d", r.Attempt))
	case message.NoticeWait:
		wait := "… waiting " + Seconds(r.Wait)
		if p.refused[e.Step] == "" { // nothing was refused: the gate paces the call
			wait += " for the quota"
		}
		p.line(e, p.refused[e.Step])
		p.line(e, p.style.Yellow(wait))
		delete(p.refused, e.Step)
	case message.NoticeFailover:
		p.line(e, p.refused[e.Step])
		p.line(e, p.style.Yellow("! asking "+r.Model+" instead"))
		delete(p.refused, e.Step)
	}
}

// stepFacts is what stands under a step: how long, which prompt and model, what
// it cost.
func stepFacts(e chain.Event) []string {
	var prompt, first, tokens, turns, attempts string
	if e.Prompt != nil {
		prompt = promptUse(*e.Prompt)
	}
	if e.FirstToken > 0 {
		first = "first token after " + Seconds(e.FirstToken)
	}
	if e.Usage != nil {
		tokens = Tokens(*e.Usage)
	}
	if e.Turn > 1 {
		turns = Count(e.Turn, "turn")
	}
	if e.Attempts > max(e.Turn, 1) {
		attempts = Count(e.Attempts, "attempt")
		if e.Waited > 0 {
			attempts += ", waited " + Seconds(e.Waited)
		}
	}
	facts := []string{Seconds(e.Duration), first, prompt, e.Model, turns, tokens, attempts, oddStop(e.StopReason)}
	return slices.DeleteFunc(facts, func(f string) bool { return f == "" })
}

// oddStop names a stop reason worth a look: an answer that was cut off or
// held back.
func oddStop(reason string) string {
	switch reason {
	case "", "end_turn", "tool_use", "stop_sequence":
		return ""
	}
	return "stopped: " + reason
}

func promptUse(u chain.PromptUse) string {
	text := u.Ref
	if u.Version > 0 && !strings.HasSuffix(text, fmt.Sprintf("@%d", u.Version)) {
		text += fmt.Sprintf(" v%d", u.Version)
	}
	if len(u.SHA256) >= 8 {
		text += " (" + u.SHA256[:8] + ")"
	}
	return text
}

// Tokens writes a count of tokens: "812 tokens in, 64 out".
func Tokens(u message.Usage) string {
	if u == (message.Usage{}) {
		return ""
	}
	text := fmt.Sprintf("%d tokens in, %d out", u.Input, u.Output)
	if u.CacheRead > 0 || u.CacheWrite > 0 {
		text += fmt.Sprintf(" (cache: %d read, %d written)", u.CacheRead, u.CacheWrite)
	}
	return text
}

// Summary writes the last lines of a run that ended well.
func (p *Printer) Summary(r *chain.Result) {
	p.Close()
	skipped := 0
	for _, s := range r.Steps {
		if s.Skipped {
			skipped++
		}
	}
	facts := []string{Count(len(r.Steps)-skipped, "step")}
	if skipped > 0 {
		facts[0] += fmt.Sprintf(" (%d skipped)", skipped)
	}
	if tokens := Tokens(r.Usage); tokens != "" {
		facts = append(facts, tokens)
	}
	if r.Attempts > 0 {
		facts = append(facts, Count(r.Attempts, "model call"))
	}
	if r.Waited > 0 {
		facts = append(facts, "waited "+Seconds(r.Waited))
	}
	if r.FirstToken > 0 {
		facts = append(facts, "first token after "+Seconds(r.FirstToken))
	}
	head := "done in " + Seconds(r.Duration)
	fmt.Fprintln(p.w)
	p.facts(p.style.Bold(head)+p.style.Dim(" · "), len(head)+3, facts)
}
