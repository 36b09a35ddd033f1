package message

import (
	"context"

	"github.com/tmc/langchaingo/llms"
)

// Aware is implemented by models that know this package: they read its parts,
// honour [Call] and report to the [Observer] of the context.
type Aware interface {
	llms.Model
	MessageAware()
}

// Generate asks m in the way it understands. An [Aware] model gets everything
// as it is. Any other gets [Plain] messages, and what it streams through
// langchaingo's callbacks reaches the context's [Observer] as deltas.
func Generate(ctx context.Context, m llms.Model, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	if _, ok := m.(Aware); ok {
		return m.GenerateContent(ctx, msgs, opts...)
	}
	deltas := ObserverOf(ctx).Delta
	if deltas == nil {
		return m.GenerateContent(ctx, Plain(msgs), opts...)
	}
	return generateForeign(ctx, m, msgs, opts, deltas)
}

// generateForeign bridges langchaingo's callbacks to deltas. With tools
// offered some providers push the JSON of tool calls through StreamingFunc as
// if it were text, so then the text is told once the call has ended.
func generateForeign(ctx context.Context, m llms.Model, msgs []llms.MessageContent, opts []llms.CallOption, deltas func(Delta) error) (*llms.ContentResponse, error) {
	var asked llms.CallOptions
	for _, o := range opts {
		o(&asked)
	}
	textLater := len(asked.Tools) > 0 || len(asked.Functions) > 0
	bridged := append(opts[:len(opts):len(opts)],
		llms.WithStreamingReasoningFunc(func(ctx context.Context, reasoning, text []byte) error {
			if f := asked.StreamingReasoningFunc; f != nil {
				if err := f(ctx, reasoning, text); err != nil {
					return err
				}
			}
			if len(reasoning) == 0 {
				return nil
			}
			return deltas(Delta{Kind: DeltaReasoning, Text: string(reasoning)})
		}),
		llms.WithStreamingFunc(func(ctx context.Context, text []byte) error {
			if f := asked.StreamingFunc; f != nil {
				if err := f(ctx, text); err != nil {
					return err
				}
			}
			if textLater || len(text) == 0 {
				return nil
			}
			return deltas(Delta{Kind: DeltaText, Text: string(text)})
		}))
	resp, err := m.GenerateContent(ctx, Plain(msgs), bridged...)
	if err != nil || !textLater {
		return resp, err
	}
	if len(resp.Choices) > 0 && resp.Choices[0].Content != "" {
		return resp, deltas(Delta{Kind: DeltaText, Text: resp.Choices[0].Content})
	}
	return resp, nil
}
