package lcchain

import (
	"context"
	"errors"

	"github.com/tmc/langchaingo/callbacks"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/chain"
)

// Events returns a listener, for RunOptions.Events or Options.Events, that
// tells a langchaingo handler what happens: the start and end of the chain,
// tokens, what models answered, tool calls and their results. Langchaingo's
// handlers take a context, which events do not have: it is ctx.
func Events(ctx context.Context, h callbacks.Handler) func(chain.Event) {
	tell := inside(h)
	return func(e chain.Event) {
		switch e.Kind {
		case chain.RunStarted:
			h.HandleChainStart(ctx, map[string]any{"chain": e.Chain, "run": e.RunID})
		case chain.RunFinished:
			if e.Error != "" {
				h.HandleChainError(ctx, errors.New(e.Error))
			} else {
				h.HandleChainEnd(ctx, e.Values)
			}
		default:
			tell(e)
		}
	}
}

// inside tells of everything but the chain's own start and end, which
// chains.Call tells itself.
func inside(h callbacks.Handler) func(chain.Event) {
	ctx := context.Background()
	return func(e chain.Event) {
		switch e.Kind {
		case chain.Token:
			h.HandleStreamingFunc(ctx, []byte(e.Text))
		case chain.ToolCall:
			h.HandleAgentAction(ctx, schema.AgentAction{Tool: e.Tool.Name, ToolInput: e.Tool.Arguments, ToolID: e.Tool.ID})
			h.HandleToolStart(ctx, e.Tool.Arguments)
		case chain.ToolResult:
			if e.Tool.IsError {
				h.HandleToolError(ctx, errors.New(e.Tool.Result))
			} else {
				h.HandleToolEnd(ctx, e.Tool.Result)
			}
		case chain.Progress:
			h.HandleText(ctx, e.Text)
		case chain.StepFinished:
			answered(ctx, h, e)
		}
	}
}

// answered tells what a step that asked a model came to.
func answered(ctx context.Context, h callbacks.Handler, e chain.Event) {
	if e.Usage == nil {
		return
	}
	if e.Error != "" {
		h.HandleLLMError(ctx, errors.New(e.Error))
		return
	}
	choice := &llms.ContentChoice{StopReason: e.StopReason, GenerationInfo: map[string]any{
		"PromptTokens": e.Usage.Input, "CompletionTokens": e.Usage.Output, "TotalTokens": e.Usage.Input + e.Usage.Output,
	}}
	for _, v := range e.Values {
		if text, ok := v.(string); ok {
			choice.Content = text
		}
	}
	h.HandleLLMGenerateContentEnd(ctx, &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}})
}
