package bedrock

import (
	"maps"

	"github.com/tmc/langchaingo/llms"
)

// interleavedBeta lets Claude think between tool calls; name from Anthropic's
// documentation of extended thinking.
const interleavedBeta = "interleaved-thinking-2025-05-14"

// minThinking is the least budget Claude takes, in tokens.
const minThinking = 1024

// additionalFields returns the model-specific fields of a request: what
// langchaingo's options mean to the model's family, under the model's own
// fields, under the call's. nil when there are none.
func (s *settings) additionalFields() map[string]any {
	fields := s.familyFields()
	fields = mergeFields(fields, s.AdditionalFields)
	return mergeFields(fields, s.call.AdditionalFields)
}

// familyFields is the one place that knows how a family spells top-k and
// thinking. Sources: the model parameter pages of the Bedrock user guide.
func (s *settings) familyFields() map[string]any {
	var fields map[string]any
	set := func(key string, v any) { fields = mergeFields(fields, map[string]any{key: v}) }
	if k := s.lc.TopK; k != 0 {
		switch s.family {
		case familyClaude, familyMistral, familyQwen:
			set("top_k", k)
		case familyNova:
			set("inferenceConfig", map[string]any{"topK": k})
		case familyCohere:
			set("k", k)
		}
	}
	thinking := llms.GetThinkingConfig(&s.lc)
	if thinking == nil || thinking.Mode == llms.ThinkingModeNone {
		return fields
	}
	switch s.family {
	case familyClaude:
		field := s.claudeThinking(thinking)
		if field == nil {
			return fields
		}
		set("thinking", field)
		if thinking.InterleaveThinking {
			set("anthropic_beta", []any{interleavedBeta})
		}
	case familyNova:
		set("reasoningConfig", map[string]any{"type": "enabled", "maxReasoningEffort": effortOf(thinking.Mode)})
	case familyGPTOSS:
		set("reasoning_effort", effortOf(thinking.Mode))
	}
	return fields
}

// hasTopK reports whether familyFields can say top-k.
func (f family) hasTopK() bool {
	switch f {
	case familyClaude, familyMistral, familyQwen, familyNova, familyCohere:
		return true
	}
	return false
}

// claudeThinking returns Claude's thinking field: the budget asked for, or the
// share of the answer's bound that langchaingo gives the mode. Without a bound
// the model decides, which is the adaptive type of its newer versions. It is
// nil when the bound leaves no room for the least budget: thinking counts
// towards it.
func (s *settings) claudeThinking(t *llms.ThinkingConfig) map[string]any {
	budget, bound := t.BudgetTokens, s.maxTokens()
	switch {
	case budget != 0: // as asked for, right or wrong
	case bound == 0 || t.Mode == llms.ThinkingModeAuto:
		return map[string]any{"type": "adaptive"}
	case bound <= minThinking:
		return nil
	default:
		budget = max(llms.CalculateThinkingBudget(t.Mode, bound), minThinking)
	}
	return map[string]any{"type": "enabled", "budget_tokens": budget}
}

// thinksInVain reports whether thinking was asked for and cannot be had.
func (s *settings) thinksInVain() bool {
	t := llms.GetThinkingConfig(&s.lc)
	if t == nil || t.Mode == llms.ThinkingModeNone {
		return false
	}
	switch s.family {
	case familyClaude:
		return s.claudeThinking(t) == nil
	case familyNova, familyGPTOSS, familyDeepSeek:
		return false
	}
	return true
}

// effortOf returns a mode as the word of families that take one.
func effortOf(mode llms.ThinkingMode) string {
	switch mode {
	case llms.ThinkingModeLow, llms.ThinkingModeHigh:
		return string(mode)
	}
	return string(llms.ThinkingModeMedium)
}

// mergeFields returns over laid on base, objects merged key by key. Neither
// is changed.
func mergeFields(base, over map[string]any) map[string]any {
	if over == nil {
		return base
	}
	if base == nil {
		return over
	}
	merged := maps.Clone(base)
	for k, v := range over {
		below, ok1 := merged[k].(map[string]any)
		above, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			v = mergeFields(below, above)
		}
		merged[k] = v
	}
	return merged
}
