package tools

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

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

// approvalError says that it could not be found out whether a call may run.
type approvalError struct {
	tool string
	err  error
}

func (e *approvalError) Error() string {
	text := "the call of " + e.tool + " was not run: its approval failed"
	if _, ok := errors.AsType[*PanicError](e.err); ok {
		return text // a panic's value was not written for a model
	}
	return text + ": " + e.err.Error()
}

func (e *approvalError) Unwrap() error { return e.err }

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
	d, err := r.ask(ctx, Request{Tool: t, Call: call})
	if err != nil {
		return "", &approvalError{tool: t.name, err: err}
	}
	if !d.Allow {
		return "", &DeniedError{Tool: t.name, Reason: d.Reason}
	}
	if d.Arguments != "" {
		arguments = d.Arguments
	}
	return arguments, nil
}

// ask asks the tool's own hook, or the run's. A hook that panics has not
// allowed anything; it runs on a goroutine of ours, where nobody else recovers.
func (r *runner) ask(ctx context.Context, q Request) (d Decision, err error) {
	defer func() {
		if v := recover(); v != nil {
			d, err = Decision{}, &PanicError{Tool: q.Tool.name, Value: v, Stack: debug.Stack()}
		}
	}()
	switch {
	case q.Tool.o.Approve != nil:
		return q.Tool.o.Approve(ctx, q)
	case r.o.Approve != nil:
		r.asking.Lock()
		defer r.asking.Unlock()
		return r.o.Approve(ctx, q)
	}
	return Decision{Reason: "it needs approval, and nobody is there to give it"}, nil
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
