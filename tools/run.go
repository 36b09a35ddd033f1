package tools

import (
	"context"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// DefaultMaxParallel is how many calls of one turn run side by side.
const DefaultMaxParallel = 8

// RunOptions tune one [Set.Run]. The zero value is what the fields say.
type RunOptions struct {
	// MaxParallel is how many calls run side by side; 0 means
	// DefaultMaxParallel, 1 one after the other.
	MaxParallel int

	// Approve decides on the calls of tools that need approval and have no
	// Approve of their own, one at a time. Nil refuses them.
	Approve func(context.Context, Request) (Decision, error)

	// IdempotencyKey names the turn uniquely and the same way when it is run
	// again, such as run, step and turn. See [IdempotencyKey].
	IdempotencyKey string

	// History is the conversation so far. A call that has failed in it
	// MaxRepeats times with the same arguments, since somebody last said
	// something, is not run again. Nil sees no repeats.
	History    []llms.MessageContent
	MaxRepeats int // 0 means DefaultMaxRepeats

	// Started and Finished hear of each call as it happens, one at a time.
	Started  func(llms.ToolCall)
	Finished func(Report)
}

// Report tells how one call went.
type Report struct {
	Call     llms.ToolCall
	Result   message.ToolResult // as the model gets it
	Err      error              // what really happened; nil when the tool succeeded
	Duration time.Duration
}

// Run runs the calls of one turn side by side and returns their results in the
// order of the calls, one for each. Failures are results with IsError, so the
// slice is ready to send, whatever happened. When ctx ends Run returns soon
// after, with what is there.
func (s *Set) Run(ctx context.Context, calls []llms.ToolCall, o *RunOptions) []message.ToolResult {
	if o == nil {
		o = new(RunOptions)
	}
	r := &runner{set: s, o: *o}
	results := make([]message.ToolResult, len(calls))
	parallel := o.MaxParallel
	if parallel <= 0 {
		parallel = DefaultMaxParallel
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(parallel, len(calls)) {
		workers.Go(func() {
			for i := range next {
				results[i] = r.answer(ctx, calls[i])
			}
		})
	}
	for i := range calls {
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

// runner is one Run.
type runner struct {
	set    *Set
	o      RunOptions
	mu     sync.Mutex // held while Started or Finished runs
	asking sync.Mutex // held while RunOptions.Approve runs
}

// answer runs one call and tells about it.
func (r *runner) answer(ctx context.Context, call llms.ToolCall) message.ToolResult {
	result := message.ToolResult{ToolCallID: call.ID}
	if call.FunctionCall != nil {
		result.Name = call.FunctionCall.Name
	}
	if r.o.Started != nil {
		r.one(func() { r.o.Started(call) })
	}
	began := time.Now()
	out, limit, err := r.outcome(ctx, call)
	result.Parts, result.IsError = fit(out.parts, limit), out.isError
	if r.o.Finished != nil {
		took := time.Since(began)
		r.one(func() { r.o.Finished(Report{Call: call, Result: result, Err: err, Duration: took}) })
	}
	return result
}

// one runs a callback, one at a time.
func (r *runner) one(callback func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	callback()
}

// outcome runs one call and puts a failure into words. It returns how much
// text the model gets to see, and what really happened.
func (r *runner) outcome(ctx context.Context, call llms.ToolCall) (out outcome, limit int, err error) {
	t, out, err := r.try(ctx, call)
	limit = DefaultMaxResult
	if t != nil && t.o.MaxResult != 0 {
		limit = t.o.MaxResult
	}
	if err != nil {
		text := err.Error()
		if t != nil {
			text = t.told(err)
		}
		out = outcome{parts: []llms.ContentPart{llms.TextContent{Text: text}}, isError: true}
	}
	return out, limit, err
}

// try runs one call, through everything that may stop it. The tool is nil when
// there is none of that name.
func (r *runner) try(ctx context.Context, call llms.ToolCall) (*Tool, outcome, error) {
	if call.FunctionCall == nil {
		return nil, outcome{}, &UnknownError{Tools: r.set.Names()}
	}
	name, arguments := call.FunctionCall.Name, call.FunctionCall.Arguments
	t, ok := r.set.Get(name)
	if !ok {
		return nil, outcome{}, &UnknownError{Name: name, Tools: r.set.Names()}
	}
	if ctx.Err() != nil {
		return nil, outcome{}, context.Cause(ctx)
	}
	if err := r.repeated(call); err != nil {
		return nil, outcome{}, err
	}
	if t.o.NeedsApproval {
		allowed, err := r.approve(ctx, t, call)
		if err != nil {
			return nil, outcome{}, err
		}
		arguments = allowed
	}
	out, err := t.invoke(withIdempotencyKey(ctx, r.o.IdempotencyKey, call.ID), []byte(arguments))
	return t, out, err
}

// UnknownError says that a model called a tool that it was not offered.
type UnknownError struct {
	Name  string   // as the model wrote it; "" when it named none
	Tools []string // those there are
}

func (e *UnknownError) Error() string {
	return "there is no tool " + unknownName(e.Name, e.Tools, "the tools are", "there are none")
}
