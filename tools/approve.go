package tools

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"
)

// Request asks whether a call may run.
type Request struct {
	Tool *Tool
	Call llms.ToolCall // its arguments have been checked
}

// Decision answers a Request. The zero value refuses.
type Decision struct {
	Allow     bool
	Reason    string // told to the model when the call is refused
	Arguments string // run with these instead, when not ""; they are checked too
}

// DeniedError says that a call was not allowed.
type DeniedError struct {
	Tool   string
	Reason string
}

func (e *DeniedError) Error() string {
	text := fmt.Sprintf("the call of %s was not approved and was not run", e.Tool)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// NeedsApproval says whether somebody has to decide before call may run: its
// tool needs approval, has no Approve of its own, and takes the arguments. A
// caller that can stop and ask a person does so when it says true, and then
// answers through RunOptions.Approve.
func (s *Set) NeedsApproval(call llms.ToolCall) bool {
	if call.FunctionCall == nil {
		return false
	}
	t, ok := s.Get(call.FunctionCall.Name)
	if !ok || !t.o.NeedsApproval || t.o.Approve != nil {
		return false
	}
	_, err := t.input.check(t.name, []byte(call.FunctionCall.Arguments))
	return err == nil
}

// approve asks whoever decides, and returns the arguments to run with. What
// could not run anyway is not asked about.
func (r *runner) approve(ctx context.Context, t *Tool, call llms.ToolCall) (string, error) {
	arguments := call.FunctionCall.Arguments
	if _, err := t.input.check(t.name, []byte(arguments)); err != nil {
		return "", err
	}
	ask := t.o.Approve
	if ask == nil {
		ask = r.o.Approve
	}
	if ask == nil {
		return "", &DeniedError{Tool: t.name, Reason: "it needs approval, and nobody is there to give it"}
	}
	d, err := ask(ctx, Request{Tool: t, Call: call})
	if err != nil {
		return "", fmt.Errorf("the call of %s was not run: its approval failed: %w", t.name, err)
	}
	if !d.Allow {
		return "", &DeniedError{Tool: t.name, Reason: d.Reason}
	}
	if d.Arguments != "" {
		arguments = d.Arguments
	}
	return arguments, nil
}

// callApproved is Call for a tool that needs approval: outside of a Set only
// the tool's own Approve can give it.
func (t *Tool) callApproved(ctx context.Context, input string) (string, error) {
	r := &runner{}
	call := llms.ToolCall{FunctionCall: &llms.FunctionCall{Name: t.name, Arguments: input}}
	allowed, err := r.approve(ctx, t, call)
	if err != nil {
		return "", err
	}
	return t.callNow(ctx, allowed)
}
