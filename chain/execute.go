package chain

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
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
		for name, v := range out {
			vals[name] = v
		}
	}
	return nil
}

// step runs s below f, its options included, and accounts for it.
func (f frame) step(ctx context.Context, s Step, in env) (Values, error) {
	f.path = join2(f.path, s.Name())
	if ctx.Err() != nil {
		return nil, f.failure(context.Cause(ctx))
	}
	f.res = &StepResult{Step: f.path}
	inner, opts := unguard(s)
	if opts != nil && opts.when != nil {
		wanted, err := opts.when.truth(in.all())
		if err != nil {
			return nil, f.failure(fmt.Errorf("when: %w", err))
		}
		if !wanted {
			return f.skip(s), nil
		}
	}
	start := time.Now()
	if f.run.sink != nil {
		f.emit(Event{Kind: StepStarted})
	}
	out, err := f.perform(ctx, inner, opts, in)
	f.res.Duration = time.Since(start)
	if err != nil {
		err = f.failure(err)
		f.res.Error = err.Error()
	}
	f.account(out)
	return out, err
}

// perform computes the step's inputs and runs it within its timeout.
func (f frame) perform(ctx context.Context, s Step, opts *guarded, in env) (Values, error) {
	if opts == nil {
		return call(ctx, f, s, in)
	}
	if len(opts.with) > 0 {
		seen := in.all()
		over := make(Values, len(opts.with)+len(in.over))
		for name, v := range in.over {
			over[name] = v
		}
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
		return call(ctx, f, s, in)
	}
	bound, cancel := context.WithTimeout(ctx, opts.timeout)
	defer cancel()
	out, err := call(bound, f, s, in)
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

// skip yields null for every output of s.
func (f frame) skip(s Step) Values {
	names := s.Outputs()
	out := make(Values, len(names))
	for _, name := range names {
		out[name] = nil
	}
	f.res.Skipped = true
	f.account(out)
	return out
}

// account adds a finished step to the run and tells of it.
func (f frame) account(out Values) {
	r, res := f.run, f.res
	r.mu.Lock()
	r.steps = append(r.steps, *res)
	r.usage = r.usage.Add(res.Usage)
	r.attempts += res.Attempts
	r.waited += res.Waited
	if res.Prompt != nil && !slices.Contains(r.prompts, *res.Prompt) {
		r.prompts = append(r.prompts, *res.Prompt)
	}
	r.mu.Unlock()
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
	f.emit(e)
}

// failure wraps err with where it happened, unless a step further in has.
func (f frame) failure(err error) error {
	if _, ok := errors.AsType[*StepError](err); ok {
		return err
	}
	return &StepError{Chain: f.run.chain, Step: f.path, Err: err}
}
