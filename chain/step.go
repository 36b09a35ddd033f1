package chain

import (
	"context"
	"slices"
	"time"

	"github.com/causeway-go/causeway/retry"
)

// Values are what steps read and write, by name: plain JSON data (nil, bool,
// numbers, string, []any, map[string]any). Who is handed Values reads them and
// never changes them; who returns Values gives them away.
type Values = map[string]any

// Step is one piece of work. Run is given exactly the values that Inputs names
// and returns exactly those that Outputs names. A Step holds no state of a
// run, so one may sit in many chains and run in many goroutines at once. A
// panic in Run is returned as a [PanicError].
type Step interface {
	Name() string
	Inputs() []string
	Outputs() []string
	Run(ctx context.Context, in Values) (Values, error)
}

// StepOptions are what every kind of step can be told, by [With].
type StepOptions struct {
	// With computes inputs: a name and an expression over the values so far.
	// An input that is not listed takes the value of the same name.
	With map[string]string
	// When is a condition over the values so far. When it is false the step is
	// skipped and yields null for each of its outputs.
	When string
	// Timeout bounds all of the step's work, its retries and waits included; 0
	// is no bound.
	Timeout time.Duration
	// Retry, if set, runs a failed step again. Its own Retry function decides
	// on which errors; without one all are worth it but those that another try
	// cannot change: bad input, a panic, a cancellation, a spent quota, and
	// what a model's own retries have given up on.
	Retry *retry.Policy
	// OnError are steps that run in the place of one that failed. What they
	// make replaces its outputs, null where they make nothing. They can read
	// error, an object with step and message.
	OnError []Step
	// Optional makes a failure, of the OnError steps too, yield null.
	Optional bool
}

// With returns s under the options o. A mistake in an expression is reported
// by [New], with everything else that is wrong. Over a step that has options
// already, both conditions must hold, and what else o says goes before.
func With(s Step, o *StepOptions) Step {
	if o == nil || s == nil {
		return s
	}
	g := &guarded{Step: s}
	if inner, ok := s.(*guarded); ok {
		*g = *inner
	}
	if o.When != "" && g.when != nil {
		g.when = compile("(" + g.when.src + ") and (" + o.When + ")")
	} else if o.When != "" {
		g.when = compile(o.When)
	}
	for _, name := range sortedKeys(o.With) {
		g.bind(binding{name: name, expr: compile(o.With[name])})
	}
	if o.Timeout != 0 {
		g.timeout = o.Timeout
	}
	if o.Retry != nil {
		g.retry = o.Retry
	}
	if o.OnError != nil {
		g.onError = o.OnError
	}
	g.optional = g.optional || o.Optional
	return g
}

// bind sets how an input is computed.
func (g *guarded) bind(b binding) {
	g.with = slices.DeleteFunc(slices.Clone(g.with), func(old binding) bool { return old.name == b.name })
	g.with = append(g.with, b)
}

// binding is one entry of a With: an input and how to compute it.
type binding struct {
	name string
	expr *expression
}

// guarded is a step under options.
type guarded struct {
	Step
	when     *expression
	with     []binding
	timeout  time.Duration
	retry    *retry.Policy
	onError  []Step
	optional bool
}

// Inputs are the names that the conditions read and those of the step's own
// inputs that With does not compute.
func (g *guarded) Inputs() []string {
	var names []string
	add := func(more ...string) {
		for _, n := range more {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	if g.when != nil {
		add(g.when.names...)
	}
	computed := make(map[string]bool, len(g.with))
	for _, b := range g.with {
		add(b.expr.names...)
		computed[b.name] = true
	}
	for _, n := range g.Step.Inputs() {
		if !computed[n] {
			add(n)
		}
	}
	add(without(inputsOf(g.onError), "error")...)
	return names
}

// Run runs the step outside any chain, under its options.
func (g *guarded) Run(ctx context.Context, in Values) (Values, error) {
	return frameOf(ctx).step(ctx, g, env{base: in})
}

// unguard returns the step below options, and the options.
func unguard(s Step) (Step, *guarded) {
	if g, ok := s.(*guarded); ok {
		return g.Step, g
	}
	return s, nil
}
