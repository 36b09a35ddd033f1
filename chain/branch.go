package chain

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// Case is one way a Branch can go.
type Case struct {
	When  string // a condition; empty, in the last case only, for all that is left
	Steps []Step
}

// BranchOptions are what a Branch can be told.
type BranchOptions struct {
	// Else are the steps that run when no case's condition is true, as those of
	// a last Case without one do; nil runs nothing.
	Else []Step
}

// Branch returns a step that runs the steps of the first case whose condition
// is true, or BranchOptions.Else. It makes what any case makes; what the chosen one
// does not make is null.
func Branch(name string, cases []Case, o *BranchOptions) Step {
	b := &branch{name: name}
	if o != nil && len(o.Else) > 0 {
		cases = append(slices.Clip(cases), Case{Steps: o.Else})
	}
	for _, c := range cases {
		w := way{steps: c.Steps}
		if c.When != "" {
			w.when = compile(c.When)
		}
		b.ways = append(b.ways, w)
	}
	return b
}

type branch struct {
	name string
	ways []way
}

type way struct {
	when  *expression // nil: always
	steps []Step
}

func (b *branch) Name() string { return b.name }

func (b *branch) Inputs() []string {
	var names []string
	for _, w := range b.ways {
		if w.when != nil {
			names = addNew(names, w.when.names)
		}
		names = addNew(names, inputsOf(w.steps))
	}
	return names
}

func (b *branch) Outputs() []string {
	var names []string
	for _, w := range b.ways {
		names = addNew(names, outputsOf(w.steps))
	}
	return names
}

func (b *branch) children() []Step {
	var all []Step
	for _, w := range b.ways {
		all = append(all, w.steps...)
	}
	return all
}

func (b *branch) Run(ctx context.Context, in Values) (Values, error) {
	return b.exec(ctx, frameOf(ctx), env{base: in})
}

func (b *branch) exec(ctx context.Context, f frame, in env) (Values, error) {
	vals := maps.Clone(in.all())
	if vals == nil {
		vals = Values{}
	}
	names := b.Outputs()
	for _, name := range names {
		vals[name] = nil
	}
	for i, w := range b.ways {
		if w.when != nil {
			chosen, err := w.when.truth(in.all())
			if err != nil {
				return nil, fmt.Errorf("case %d: %w", i+1, err)
			}
			if !chosen {
				continue
			}
		}
		if err := f.sequence(ctx, w.steps, vals); err != nil {
			return nil, err
		}
		break
	}
	return env{base: vals}.only(names), nil
}

func (b *branch) describe(k *checker, at string, sc *scope) signature {
	if len(b.ways) == 0 {
		k.fault(at, "switch", "", "it has no cases")
	}
	made := map[string][]give{}
	complete := false // some case always holds
	seen := map[string]bool{}
	for i, w := range b.ways {
		field := fmt.Sprintf("switch.%d", i)
		if w.when != nil {
			k.condition(at, field+".when", w.when, sc)
		} else {
			complete = true
			if i < len(b.ways)-1 {
				k.fault(at, field, "give it a when, or move it to the end", "case %d has no condition, so the cases after it never run", i+1)
			}
		}
		k.notEmpty(at, field, w.steps)
		for _, s := range w.steps {
			if s != nil && seen[s.Name()] {
				k.fault(join2(at, s.Name()), "name", "rename one of them", "there are two steps named %s in the cases of %s", s.Name(), b.name)
			}
		}
		inside := sc.block()
		k.sequence(at, w.steps, inside)
		for _, s := range w.steps {
			if s != nil {
				seen[s.Name()] = true
			}
		}
		for _, name := range outputsOf(w.steps) {
			if v := inside.vars[name]; v != nil {
				made[name] = append(made[name], give{name: name, typ: v.typ, kept: v.kept || v.used})
			}
		}
	}
	var sig signature
	for _, name := range sortedKeys(made) {
		sig.gives = append(sig.gives, united(made[name], complete && len(made[name]) == len(b.ways)))
	}
	return sig
}

// united is one output that several cases make.
func united(gives []give, always bool) give {
	u := gives[0]
	for _, g := range gives[1:] {
		u.kept = u.kept || g.kept
		u.typ.nullable = u.typ.nullable || g.typ.nullable
		switch {
		case u.typ.schema == nil || g.typ.schema == nil:
			u.typ.schema = nil
		case !reflect.DeepEqual(u.typ.schema, g.typ.schema):
			u.typ.schema = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{u.typ.schema, g.typ.schema}}
		}
	}
	u.typ.nullable = u.typ.nullable || !always
	return u
}
