package chain

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

// toolResults are the results of one turn, in the order of its calls.
type toolResults []message.ToolResult

// message returns the results as the one turn that models expect after
// parallel calls.
func (r toolResults) message() llms.MessageContent {
	m := llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: make([]llms.ContentPart, len(r))}
	for i, p := range r {
		m.Parts[i] = p
	}
	return m
}

// work runs the calls of one turn, telling of each as it starts and ends.
func (a *agentStep) work(ctx context.Context, t *talk, turn int, calls []llms.ToolCall) (toolResults, error) {
	o := &tools.RunOptions{
		MaxParallel:    a.o.MaxParallel,
		IdempotencyKey: fmt.Sprintf("%s/%s/%d", t.f.run.id, t.f.path, turn),
		History:        t.msgs,
	}
	if t.f.run.sink != nil {
		o.Started = func(c llms.ToolCall) {
			e := toolEvent(c)
			t.f.emit(Event{Kind: ToolCall, Turn: turn, Tool: &e})
		}
		o.Finished = func(r tools.Report) {
			e := toolEvent(r.Call)
			e.Result, e.IsError, e.Duration = textOf(r.Result), r.Result.IsError, r.Duration.Round(time.Microsecond)
			t.f.emit(Event{Kind: ToolResult, Turn: turn, Tool: &e})
		}
	}
	results := t.set.Run(t.f.within(ctx), calls, o)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // the tools were cut off: their results are about that
	}
	return results, nil
}

func toolEvent(c llms.ToolCall) ToolEvent {
	e := ToolEvent{ID: c.ID}
	if c.FunctionCall != nil {
		e.Name, e.Arguments = c.FunctionCall.Name, c.FunctionCall.Arguments
	}
	return e
}

// textOf returns what a result says in words.
func textOf(r message.ToolResult) string {
	var texts []string
	for _, p := range r.Parts {
		if text, ok := message.Text(p); ok {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n")
}
