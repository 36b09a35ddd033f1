package chain

import (
	"context"
	"maps"
	"slices"
)

// Step returns the chain as a step of another: its inputs and outputs are the
// step's. It works within the other's run, so its steps' events and costs are
// there, with paths below name. Its own Timeout and memory hold; its Events
// listener hears only runs of its own.
func (c *Chain) Step(name string) Step { return &subchain{name: name, c: c} }

type subchain struct {
	name string
	c    *Chain
}

func (s *subchain) Name() string      { return s.name }
func (s *subchain) Outputs() []string { return s.c.outputs }
func (s *subchain) children() []Step  { return s.c.steps }

func (s *subchain) Inputs() []string {
	return addNew(slices.Clone(s.c.required), sortedKeys(s.c.schema.Properties))
}

func (s *subchain) Run(ctx context.Context, in Values) (Values, error) {
	return s.exec(ctx, frameOf(ctx), env{base: in})
}

func (s *subchain) exec(ctx context.Context, f frame, in env) (Values, error) {
	given := in.only(s.Inputs())
	if s.c.open && s.c.o.Input == nil {
		given = maps.Clone(in.all()) // its prompts say what they need only when they are fetched
	}
	for name, v := range given {
		if v == nil && !slices.Contains(s.c.required, name) {
			delete(given, name) // null for an optional input: its default
		}
	}
	vals, err := s.c.admit(given)
	if err != nil {
		return nil, err
	}
	if s.c.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.c.o.Timeout)
		defer cancel()
	}
	if s.c.o.Memory != nil {
		if f.memory, err = s.c.recall(ctx, f.run.session); err != nil {
			return nil, err
		}
	}
	if err := f.sequence(ctx, s.c.steps, vals); err != nil {
		return nil, err
	}
	if s.c.o.Memory != nil {
		if err := f.keep(ctx); err != nil {
			return nil, err
		}
	}
	return env{base: vals}.only(s.c.outputs), nil
}

func (s *subchain) describe(k *checker, at string, _ *scope) signature {
	var sig signature
	c := s.c
	if k.ctx != nil && !k.loading {
		c = &Chain{name: s.c.name, steps: s.c.steps, o: s.c.o}
		inner := &checker{chain: c.name, ctx: k.ctx}
		inner.chainFaults(c)
		for _, f := range inner.faults {
			f.Step = join2(at, f.Step)
			k.faults = append(k.faults, f)
		}
	}
	sig.open = c.open
	for _, name := range sortedKeys(c.schema.Properties) {
		sig.needs = append(sig.needs, need{name: name, schema: c.schema.Properties[name], optional: !slices.Contains(c.required, name)})
	}
	for _, o := range c.produced {
		sig.gives = append(sig.gives, give{name: o.name, typ: o.typ, kept: true})
	}
	k.recall = k.recall || c.recalls && c.o.Memory == nil
	k.waits = k.waits || c.waits
	return sig
}
