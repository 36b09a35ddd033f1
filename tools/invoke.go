package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// grace is how long a call that was cancelled or timed out may take to notice.
// Functions that heed their context end within it and leave nothing behind.
const grace = 250 * time.Millisecond

// PanicError is a panic of a tool's function.
type PanicError struct {
	Tool  string
	Value any    // what it panicked with
	Stack []byte // as debug.Stack prints it
}

func (e *PanicError) Error() string { return fmt.Sprintf("tool %s panicked: %v", e.Tool, e.Value) }

// Unwrap returns the value where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// TimeoutError says that a call took longer than its tool allows. Errors.Is
// finds context.DeadlineExceeded in it.
type TimeoutError struct {
	Tool    string
	Timeout time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("tool %s gave no answer within %s", e.Tool, e.Timeout)
}

// Unwrap returns context.DeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// invoke checks the arguments and runs the function in a goroutine of its own,
// so that neither a panic nor a hang reaches the caller. A function that heeds
// no context keeps its goroutine until it returns; its result is dropped.
func (t *Tool) invoke(ctx context.Context, raw []byte) (outcome, error) {
	ready, err := t.input.check(t.name, raw)
	if err != nil {
		return outcome{}, err
	}
	ctx, cancel := t.limited(ctx)
	defer cancel()
	if ctx.Err() != nil {
		return outcome{}, context.Cause(ctx)
	}
	ended := make(chan end, 1)
	go t.run(ctx, ready, ended)
	select {
	case e := <-ended:
		return e.out, e.err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case e := <-ended:
		if e.err == nil {
			return e.out, nil // it made it after all
		}
	case <-late.C:
	}
	return outcome{}, context.Cause(ctx)
}

// end is how a call ended.
type end struct {
	out outcome
	err error
}

func (t *Tool) run(ctx context.Context, ready json.RawMessage, ended chan<- end) {
	e := end{err: errGone}
	defer func() {
		if v := recover(); v != nil {
			e = end{err: &PanicError{Tool: t.name, Value: v, Stack: debug.Stack()}}
		}
		ended <- e // also after runtime.Goexit, with errGone
	}()
	e.out, e.err = t.call(ctx, ready)
}

var errGone = errors.New("the tool ended its goroutine without an answer")

func (t *Tool) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := t.o.Timeout
	if limit == 0 {
		limit = DefaultTimeout
	}
	if limit < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, &TimeoutError{Tool: t.name, Timeout: limit})
}

// told is what the model is told of err.
func (t *Tool) told(err error) string {
	if e, ok := errors.AsType[*InputError](err); ok {
		return e.Error()
	}
	text := ""
	if t.o.ErrorText != nil {
		text = t.o.ErrorText(err)
	} else if _, ok := errors.AsType[*PanicError](err); ok {
		text = "the tool failed unexpectedly" // a panic's value was not written for a model
	} else {
		text = err.Error()
	}
	if text == "" {
		text = "the tool failed and did not say why"
	}
	return text
}
