package chain

import (
	"context"
	"maps"
)

// ParallelOptions are what a Parallel can be told.
type ParallelOptions struct {
	// Max is how many steps run at once; 0 is all of them.
	Max int
	// Errors, if set, names an output that lists what failed, as objects with
	// step and error: then a failing step yields null and the others go on.
	// Empty: the first failure cancels the others and is the step's error.
	Errors string
}

// Parallel returns a step that runs steps side by side. Each sees the values
// from before; what they make is all there afterwards.
func Parallel(name string, steps []Step, o *ParallelOptions) Step {
	p := &parallel{block: block{name: name, steps: steps}}
	if o != nil {
		p.o = *o
	}
	return p
}

type parallel struct {
	block
	o ParallelOptions
}

func (p *parallel) Outputs() []string {
	names := outputsOf(p.steps)
	if p.o.Errors != "" {
		names = append(names, p.o.Errors)
	}
	return names
}

func (p *parallel) Inputs() []string {
	var names []string
	for _, s := range p.steps {
		names = addNew(names, s.Inputs())
	}
	return names
}

func (p *parallel) Run(ctx context.Context, in Values) (Values, error) {
	return p.exec(ctx, frameOf(ctx), env{base: in})
}

func (p *parallel) exec(ctx context.Context, f frame, in env) (Values, error) {
	outs := make([]Values, len(p.steps))
	errs, first := fan(ctx, len(p.steps), p.o.Max, p.o.Errors != "", func(ctx context.Context, i int) error {
		var err error
		outs[i], err = f.step(ctx, p.steps[i], in)
		return err
	})
	if err := verdict(ctx, errs, first, p.o.Errors != ""); err != nil {
		return nil, err
	}
	all := make(Values, len(p.steps)+1)
	failures := []any{}
	for i, s := range p.steps {
		if errs[i] == nil {
			maps.Copy(all, outs[i])
			continue
		}
		failures = append(failures, map[string]any{"step": s.Name(), "error": errs[i].Error()})
		for _, name := range s.Outputs() {
			all[name] = nil
		}
	}
	if p.o.Errors != "" {
		all[p.o.Errors] = failures
	}
	return all, nil
}

func (p *parallel) describe(k *checker, at string, sc *scope) signature {
	k.notEmpty(at, "parallel", p.steps)
	if p.o.Max < 0 {
		k.fault(at, "max", "", "its max is negative")
	}
	var sig signature
	seen := map[string]bool{}
	for i, s := range p.steps {
		if s == nil {
			continue
		}
		k.named(at, s, seen)
		for _, g := range k.step(at, s, p.beside(at, i, sc)) {
			g.typ.nullable = g.typ.nullable || p.o.Errors != ""
			sig.gives = append(sig.gives, g)
		}
	}
	if p.o.Errors != "" {
		sig.gives = append(sig.gives, give{name: p.o.Errors, typ: typ{schema: failureList}, kept: true})
	}
	return sig
}

// beside is the scope of step i: what its siblings make is out of its reach.
func (p *parallel) beside(at string, i int, sc *scope) *scope {
	inside := sc.block()
	for j, s := range p.steps {
		if s == nil {
			continue
		}
		for _, name := range s.Outputs() {
			inside.later[name] = elsewhere{join2(at, s.Name()), "side by side with it"}
			if j == i {
				inside.later[name] = elsewhere{join2(at, s.Name()), "now"}
			}
		}
	}
	return inside
}
