package bedrock

import (
	"encoding/json"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Redacted stands where [Redact] took words out of a history.
const Redacted = "[Removed: a guardrail blocked it.]"

// BlockedInput reports whether a guardrail stopped the answer for what it was
// asked, and not for what the model said. Only the trace tells, so
// Guardrail.Trace has to be enabled. Whoever keeps the history should then
// [Redact] it: the blocked words would block every later turn too.
func BlockedInput(choice *llms.ContentChoice) bool {
	if choice == nil || choice.StopReason != "guardrail_intervened" {
		return false
	}
	var trace struct {
		Guardrail struct {
			InputAssessment map[string]any
		}
	}
	if json.Unmarshal(message.InfoOf(choice).Trace, &trace) != nil {
		return false // no trace
	}
	return saysBlocked(trace.Guardrail.InputAssessment)
}

// saysBlocked looks for a policy's verdict. Each policy lists what it found at
// another place; all give it an action.
func saysBlocked(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["action"] == "BLOCKED" {
			return true
		}
		for _, member := range v {
			if saysBlocked(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, saysBlocked)
	}
	return false
}

// Redact returns msgs with [Redacted] in place of what the user, or a tool,
// said last. Results keep their ids, so that calls stay answered. msgs is not
// changed.
func Redact(msgs []llms.MessageContent) []llms.MessageContent {
	redacted := slices.Clone(msgs)
	for i := len(redacted) - 1; i >= 0; i-- {
		switch redacted[i].Role {
		case llms.ChatMessageTypeAI, llms.ChatMessageTypeSystem:
			return redacted
		}
		redacted[i].Parts = redactedParts(redacted[i].Parts)
	}
	return redacted
}

func redactedParts(parts []llms.ContentPart) []llms.ContentPart {
	words := llms.TextContent{Text: Redacted}
	var kept []llms.ContentPart
	for _, part := range parts {
		switch p := part.(type) {
		case message.ToolResult:
			p.Parts = []llms.ContentPart{words}
			kept = append(kept, p)
		case llms.ToolCallResponse:
			p.Content = Redacted
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		kept = append(kept, words)
	}
	return kept
}
