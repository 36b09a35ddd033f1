package retry

import (
	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// Cost is what a call takes out of the token quota while it runs. Bedrock
// reserves the input and the whole of max_tokens when a request arrives and
// settles what was used when it ends ([Grant.Done]).
type Cost struct {
	Input     int // tokens of the request, estimated; cached ones included
	MaxTokens int // the most the model may write; 0 when the request does not say
}

// total returns the tokens reserved. A request that does not limit its output
// reserves the model's maximum, which nobody knows here: 4096 stands for it,
// and settling corrects it.
func (c Cost) total() float64 {
	out := c.MaxTokens
	if out <= 0 {
		out = 4096
	}
	return float64(max(c.Input, 0) + out)
}

// Quota is the rate a model may be asked at. It is where a [Gate] starts, not
// where it stops: the service's refusals teach it the true rate, which may be
// higher or lower. The zero value means unknown, which is fine.
type Quota struct {
	RPM      float64 `yaml:"rpm"`      // requests a minute; 0 means unknown
	TPM      float64 `yaml:"tpm"`      // tokens a minute, input and output; 0 means unknown
	Burndown float64 `yaml:"burndown"` // quota tokens for one output token; 0 means 1. Bedrock counts 5 for Claude from 3.7 on
}

// settled returns the tokens that u takes from the quota: input and cache
// writes as they are, output times the burndown, cache reads not at all.
func (q Quota) settled(u message.Usage) float64 {
	b := q.Burndown
	if b <= 0 {
		b = 1
	}
	return float64(u.Input+u.CacheWrite) + float64(u.Output)*b
}

// Rough sizes, for the estimate only: what a call truly took is settled.
const (
	bytesPerToken  = 4    // of English text and of code
	tokensPerMedia = 1600 // of a picture: Claude's largest, and near enough for a page
)

// estimate returns the cost of a request.
func estimate(msgs []llms.MessageContent, asked *llms.CallOptions) Cost {
	var bytes, tokens int
	for _, m := range msgs {
		for _, p := range m.Parts {
			b, t := sizeOf(p)
			bytes += b
			tokens += t
		}
	}
	for _, t := range asked.Tools {
		if t.Function != nil {
			bytes += 400 + len(t.Function.Description) // the schema's size is not worth encoding it
		}
	}
	return Cost{Input: bytes/bytesPerToken + tokens + 4*len(msgs), MaxTokens: asked.MaxTokens}
}

// sizeOf returns the bytes of text in p, or the tokens of what is no text.
func sizeOf(p llms.ContentPart) (bytes, tokens int) {
	if text, ok := message.Text(p); ok {
		return len(text), 0
	}
	switch p := p.(type) {
	case llms.ToolCall:
		if p.FunctionCall != nil {
			return len(p.FunctionCall.Name) + len(p.FunctionCall.Arguments), 0
		}
	case llms.ToolCallResponse:
		return len(p.Content), 0
	case message.ToolResult:
		for _, q := range p.Parts {
			b, t := sizeOf(q)
			bytes += b
			tokens += t
		}
		return bytes, tokens
	case message.Reasoning:
		return len(p.Text) + len(p.Redacted), 0
	case message.CachePoint:
		return 0, 0
	case message.Document:
		return len(p.Data) / 8, 0 // a file is mostly not text
	}
	return 0, tokensPerMedia
}
