package chain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

// work runs the calls of one turn, but for those that the journal has results
// of, telling of each as it starts and ends.
func (a *agentStep) work(ctx context.Context, t *talk, n int, now turn) (toolResults, error) {
	calls := callsIn(now.said)
	results := make(toolResults, len(calls))
	var todo []llms.ToolCall
	var place []int // of each of todo among the calls
	for i, c := range calls {
		if r, ok := now.results[i]; ok {
			results[i] = r
			continue
		}
		c, denied, err := a.allowed(ctx, t, n, i, c)
		if err != nil {
			return nil, err
		}
		if denied != nil {
			results[i] = *denied
			if err := t.f.run.journal.addCall(ctx, t.f.path, n, i, *denied); err != nil {
				return nil, err
			}
			continue
		}
		todo, place = append(todo, c), append(place, i)
	}
	var broken error
	o := a.runOptions(t, n)
	tell := o.Finished
	o.Finished = func(r tools.Report) {
		if ctx.Err() == nil || r.Err == nil { // else it was cut off, which is no result
			i := slices.IndexFunc(todo, func(c llms.ToolCall) bool { return c.ID == r.Call.ID })
			if err := t.f.run.journal.addCall(ctx, t.f.path, n, place[i], r.Result); err != nil {
				broken = err
			}
		}
		if tell != nil {
			tell(r)
		}
	}
	for i, r := range t.set.Run(t.f.within(ctx), todo, o) {
		results[place[i]] = r
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return results, broken
}

func (a *agentStep) runOptions(t *talk, n int) *tools.RunOptions {
	o := &tools.RunOptions{
		MaxParallel:    a.o.MaxParallel,
		IdempotencyKey: fmt.Sprintf("%s/%s/%d", t.f.run.id, t.f.path, n),
	}
	if n > 1 { // before, no call can have failed
		o.History = t.msgs
	}
	if t.f.run.journal != nil { // then whoever had to be asked has been
		o.Approve = func(context.Context, tools.Request) (tools.Decision, error) {
			return tools.Decision{Allow: true}, nil
		}
	}
	if t.f.run.sink == nil {
		return o
	}
	o.Started = func(c llms.ToolCall) {
		e := toolEvent(c)
		t.f.emit(Event{Kind: ToolCall, Turn: n, Tool: &e})
	}
	o.Finished = func(r tools.Report) {
		e := toolEvent(r.Call)
		e.Result, e.IsError, e.Duration = textOf(r.Result), r.Result.IsError, r.Duration.Round(time.Microsecond)
		t.f.emit(Event{Kind: ToolResult, Turn: n, Tool: &e})
	}
	return o
}

// allowed asks for approval of a call that needs it. It returns the call to
// run, or the result to tell the model when it was refused.
func (a *agentStep) allowed(ctx context.Context, t *talk, n, i int, c llms.ToolCall) (llms.ToolCall, *message.ToolResult, error) {
	if c.FunctionCall == nil {
		return c, nil, nil
	}
	name := c.FunctionCall.Name
	if !slices.Contains(a.o.Approve, name) && (t.f.run.journal == nil || !t.set.NeedsApproval(c)) {
		return c, nil, nil
	}
	e := toolEvent(c)
	answer, err := t.f.ask(ctx, fmt.Sprintf("%s#%d/%d", t.f.path, n, i), Interrupt{
		Step: t.f.path, Question: "May the tool " + name + " be called?", Tool: &e, Answer: toolApproval,
	})
	if err != nil {
		return c, nil, err
	}
	if ok, _ := answer["approved"].(bool); !ok {
		text := "the call of " + name + " was not approved and was not run"
		if reason, _ := answer["reason"].(string); reason != "" {
			text += ": " + reason
		}
		return c, &message.ToolResult{ToolCallID: c.ID, Name: name, IsError: true, Parts: []llms.ContentPart{llms.TextContent{Text: text}}}, nil
	}
	if other, _ := answer["arguments"].(string); other != "" {
		c.FunctionCall = &llms.FunctionCall{Name: name, Arguments: other}
	}
	return c, nil, nil
}

var toolApproval = &jsonschema.Schema{
	Type: "object", Required: []string{"approved"},
	Properties: map[string]*jsonschema.Schema{
		"approved":  {Type: "boolean"},
		"reason":    {Type: "string", Description: "told to the model when the call is refused"},
		"arguments": {Type: "string", Description: "JSON to call the tool with instead"},
	},
}
