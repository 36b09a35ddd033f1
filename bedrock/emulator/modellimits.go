package emulator

import "strings"

// limit is what a family of models takes and gives.
type limit struct {
	name      string // after the provider's dot
	window    int    // tokens of input and output together
	maxOutput int
}

// limits come from the model cards; the longest name that fits counts. What is
// not here is not limited.
var limits = []limit{
	{"anthropic.claude-v2", 100_000, 4096},
	{"anthropic.claude-v2:1", 200_000, 4096},
	{"anthropic.claude-instant", 100_000, 4096},
	{"anthropic.claude-3-haiku", 200_000, 4096},
	{"anthropic.claude-3-sonnet", 200_000, 4096},
	{"anthropic.claude-3-opus", 200_000, 4096},
	{"anthropic.claude-3-5-", 200_000, 8192},
	{"anthropic.claude-3-7-", 200_000, 131_072},
	{"anthropic.claude-opus-4-1", 200_000, 32_000},
	{"anthropic.claude-opus-4-20250514", 200_000, 32_000},
	{"anthropic.claude-sonnet-4-20250514", 1_000_000, 64_000},
	{"anthropic.claude-sonnet-4-5", 1_000_000, 64_000},
	{"anthropic.claude-haiku-4-5", 200_000, 64_000},
	{"amazon.nova-micro", 128_000, 10_000},
	{"amazon.nova-lite", 300_000, 10_000},
	{"amazon.nova-pro", 300_000, 10_000},
}

func limitOf(model string) (best limit) {
	for _, l := range limits {
		if len(l.name) > len(best.name) && strings.Contains(model, l.name) {
			best = l
		}
	}
	return best
}

// checkSize refuses what is too long for the model, by the estimate.
func checkSize(r *Request) *Failure {
	l := limitOf(r.ModelID)
	if l.window == 0 {
		return nil
	}
	if n := r.InferenceConfig.MaxTokens; n != nil && *n > l.maxOutput {
		return invalid("The maximum tokens you requested exceeds the model limit of %d. Try again with a maximum tokens value that is lower than %d.", l.maxOutput, l.maxOutput)
	}
	switch {
	case r.inputTokens <= l.window:
		return nil
	case strings.HasPrefix(l.name, "anthropic"):
		return modelError("prompt is too long: %d tokens > %d maximum", r.inputTokens, l.window)
	}
	return invalid("Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.")
}
