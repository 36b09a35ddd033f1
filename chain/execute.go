package chain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"github.com/causeway-go/causeway/message"
)

// node is a step of this package: it reads values without their being copied
// out for it, and knows the types of what it reads and makes.
type node interface {
	Step
	exec(ctx context.Context, f frame, in env) (Values, error)
	describe(k *checker, path string, sc *scope) signature
}

// sequence runs steps one after another and adds their outputs to vals.
func (f frame) sequence(ctx context.Context, steps []Step, vals Values) error {
	for _, s := range steps {
		out, err := f.step(ctx, s, env{base: vals})
		if err != nil {
			return err
		}
		maps.Copy(vals, out)
	}
	return nil
}

// step runs s below f, its options included, and accounts for it. What is in
// the journal already is not done again.
func (f frame) step(ctx context.Context, s Step, in env) (Values, error) {
	f.path = join2(f.path, s.Name())
	if e, ok := f.run.journal.finished(f.path); ok {
		return e.Values, f.restore(e)
	}
	if ctx.Err() != nil {
		return nil, f.failure(context.Cause(ctx))
	}
	f.res = &tally{StepResult: StepResult{Step: f.path}}
	inner, opts := unguard(s)
	if opts != nil && opts.when != nil {
		wanted, err := opts.when.truth(in.all())
		if err != nil {
			return nil, f.failure(fmt.Errorf("when: %w", err))
		}
		if !wanted {
			f.res.Skipped = true
			out := nulls(s.Outputs())
			return out, f.finish(ctx, out)
		}
	}
	start := time.Now()
	if f.run.sink != nil {
		f.emit(Event{Kind: StepStarted})
	}
	out, err := f.perform(ctx, inner, opts, in)
	if err != nil && !isWaiting(err) {
		f.res.Error = f.failure(err).Error()
		out, err = f.rescue(ctx, s, opts, in, err)
	}
	f.res.Duration = time.Since(start)
	if isWaiting(err) {
		f.run.pause(f.res)
		return nil, err
	}
	if err != nil {
		err = f.failure(err)
		f.account(nil)
		return nil, err
	}
	return out, f.finish(ctx, out)
}

// finish writes down and accounts for a step that went well.
func (f frame) finish(ctx context.Context, out Values) error {
	if f.run.journal != nil {
		e := entry{Kind: "step", Key: f.path, Values: out, Result: &f.res.StepResult}
		if f.memory != nil && f.res.said != nil {
			said, err := message.Marshal(f.res.said)
			if err != nil {
				return f.failure(err)
			}
			e.Said = said
		}
		if err := f.run.journal.add(ctx, e); err != nil {
			return f.failure(err)
		}
	}
	f.memory.turn(f.res.said)
	f.account(out)
	return nil
}

// restore takes a step from the journal; what it cost is booked already.
func (f frame) restore(e entry) error {
	if e.Said == nil {
		return nil
	}
	said, err := message.Unmarshal(e.Said)
	if err != nil {
		return f.failure(err)
	}
	f.memory.turn(said)
	return nil
}

// nulls is null for every name.
func nulls(names []string) Values {
	out := make(Values, len(names))
	for _, name := range names {
		out[name] = nil
	}
	return out
}

// perform computes the step's inputs and runs it within its timeout.
func (f frame) perform(ctx context.Context, s Step, opts *guarded, in env) (Values, error) {
	if opts == nil {
		return call(ctx, f, s, in)
	}
	if len(opts.with) > 0 {
		seen := in.all()
		over := make(Values, len(opts.with)+len(in.over))
		maps.Copy(over, in.over)
		for _, b := range opts.with {
			v, err := b.expr.eval(seen)
			if err != nil {
				return nil, fmt.Errorf("with.%s: %w", b.name, err)
			}
			over[b.name] = v
		}
		in.over = over
	}
	if opts.timeout <= 0 {
		return f.retried(ctx, s, opts, in)
	}
	bound, cancel := context.WithTimeout(ctx, opts.timeout)
	defer cancel()
	out, err := f.retried(bound, s, opts, in)
	if err != nil && bound.Err() != nil && ctx.Err() == nil {
		err = &TimeoutError{After: opts.timeout, Err: err}
	}
	return out, err
}

// call runs one step and catches its panic.
func call(ctx context.Context, f frame, s Step, in env) (out Values, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	if n, ok := s.(node); ok {
		return n.exec(ctx, f, in)
	}
	got, err := s.Run(f.within(ctx), in.only(s.Inputs()))
	if err != nil {
		return nil, err
	}
	return declared(s, got)
}

// declared returns the outputs that s promises, and an error when it made
// fewer.
func declared(s Step, got Values) (Values, error) {
	names := s.Outputs()
	out := make(Values, len(names))
	for _, name := range names {
		v, ok := got[name]
		if !ok {
			return nil, fmt.Errorf("it did not return its output %s", name)
		}
		out[name] = v
	}
	return out, nil
}

// account adds a step to the run's costs and tells of its end.
func (f frame) account(out Values) {
	r, res := f.run, f.res
	r.book(res.StepResult)
	if r.sink == nil {
		return
	}
	e := Event{
		Kind: StepFinished, Model: res.Model, StopReason: res.StopReason, Prompt: res.Prompt, FirstToken: res.FirstToken,
		Duration: res.Duration, Attempts: res.Attempts, Waited: res.Waited, Skipped: res.Skipped, Values: out, Error: res.Error,
	}
	if res.Turns > 0 {
		e.Turn, e.Usage = res.Turns, &res.Usage
	}
	if res.earlier != nil {
		e.Resumed = new(res.since())
	}
	f.emit(e)
}

// failure wraps err with where it happened, unless a step further in has.
func (f frame) failure(err error) error {
	if _, ok := errors.AsType[*StepError](err); ok {
		return err
	}
	return &StepError{Chain: f.run.chain, Step: f.path, Err: err}
}
