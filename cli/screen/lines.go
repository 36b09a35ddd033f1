package screen

import (
	"fmt"
	"maps"
	"slices"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
)

func sortedKeys(values chain.Values) []string {
	return slices.Sorted(maps.Keys(values))
}

func (p *Printer) toolResult(t *chain.ToolEvent) string {
	result := Visible(t.Result, 200)
	if t.IsError {
		return p.style.Red("← "+t.Name+" failed:") + " " + result
	}
	return p.style.Cyan("← "+t.Name) + " " + result + p.style.Dim(" · "+Seconds(t.Duration))
}

// retry says what the layer around the model does. A first attempt is not
// worth a line.
func (p *Printer) retry(r *chain.RetryEvent) string {
	switch r.What {
	case message.NoticeThrottle:
		return p.style.Yellow(fmt.Sprintf("! throttled (attempt %d): ", r.Attempt)) + Visible(r.Error, 160)
	case message.NoticeFailure:
		return p.style.Yellow(fmt.Sprintf("! attempt %d failed: ", r.Attempt)) + Visible(r.Error, 160)
	case message.NoticeWait:
		return p.style.Yellow("… waiting " + Seconds(r.Wait))
	case message.NoticeFailover:
		return p.style.Yellow("! asking " + r.Model + " instead")
	}
	return ""
}

// stepFacts is the line under a step: how long, which prompt and model, what
// it cost.
func stepFacts(e chain.Event) string {
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
	if e.Attempts > 1 {
		attempts = Count(e.Attempts, "attempt")
		if e.Waited > 0 {
			attempts += ", waited " + Seconds(e.Waited)
		}
	}
	return joined(Seconds(e.Duration), first, prompt, e.Model, turns, tokens, attempts, oddStop(e.StopReason))
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
	if u.Version > 0 {
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
