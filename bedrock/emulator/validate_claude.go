package emulator

import (
	"encoding/json"
	"strings"
)

// thinking is Claude's setting for reasoning within the additional fields.
type thinking struct {
	Type   string `json:"type"`
	Budget int    `json:"budget_tokens"`
}

// minThinking is the smallest budget that Claude takes.
const minThinking = 1024

// checkThinking refuses settings that do not go with reasoning.
func checkThinking(r *Request) *Failure {
	var fields struct {
		Thinking *thinking `json:"thinking"`
	}
	if len(r.AdditionalFields) > 0 && json.Unmarshal(r.AdditionalFields, &fields) != nil || fields.Thinking == nil {
		return nil
	}
	t, set := fields.Thinking, &r.InferenceConfig
	on := t.Type == "enabled" || t.Type == "adaptive"
	forced := false
	if r.ToolConfig != nil {
		_, forced = choice(r.ToolConfig.ToolChoice)
	}
	switch {
	case t.Type == "enabled" && t.Budget < minThinking:
		return modelError("thinking.enabled.budget_tokens: Input should be greater than or equal to %d", minThinking)
	case t.Type == "enabled" && set.MaxTokens != nil && *set.MaxTokens <= t.Budget:
		return modelError("`max_tokens` must be greater than `thinking.budget_tokens`.")
	case on && set.Temperature != nil && *set.Temperature != 1:
		return modelError("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.")
	case on && forced:
		return modelError("Thinking may not be enabled when tool_choice forces tool use.")
	}
	return nil
}

// oneSampler tells the Claude models from 4.1 on, which take temperature or
// top_p but not both.
func oneSampler(model string) bool {
	if !recentClaude(model) {
		return false
	}
	for _, older := range []string{"claude-3-7", "claude-sonnet-4-20250514", "claude-opus-4-20250514"} {
		if strings.Contains(model, older) {
			return false
		}
	}
	return true
}

// checkClaude holds what Claude refuses behind Converse.
func checkClaude(r *Request) *Failure {
	if !strings.Contains(r.ModelID, "anthropic.claude") {
		return nil
	}
	if r.InferenceConfig.Temperature != nil && r.InferenceConfig.TopP != nil && oneSampler(r.ModelID) {
		return modelError("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
	}
	if f := checkThinking(r); f != nil {
		return f
	}
	for i, m := range r.Messages {
		for _, b := range m.Content {
			if b.ToolUse != nil && m.Role == "user" {
				return modelError("messages.%d: `tool_use` blocks can only be in `assistant` messages", i)
			}
		}
	}
	return checkPrefill(r)
}

// checkPrefill looks at a conversation that ends with the beginning of the
// reply.
func checkPrefill(r *Request) *Failure {
	if len(r.Messages) == 0 || r.Messages[len(r.Messages)-1].Role != "assistant" {
		return nil
	}
	if noPrefill(r.ModelID) {
		return modelError("This model does not support assistant message prefill. The conversation must end with a user message.")
	}
	last := r.Messages[len(r.Messages)-1].Content
	if len(last) == 0 {
		return nil
	}
	if t := last[len(last)-1].Text; t != nil && strings.TrimRight(*t, " \t\r\n") != *t {
		return modelError("messages: final assistant content cannot end with trailing whitespace")
	}
	return nil
}

// noPrefill tells the Claude models from 4.6 on, which do not continue a reply
// that the caller began.
func noPrefill(model string) bool {
	for _, name := range []string{"claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-5", "claude-sonnet-5", "claude-haiku-5"} {
		if strings.Contains(model, name) {
			return true
		}
	}
	return false
}
