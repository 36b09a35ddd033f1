package chain

import "context"

func (r *renamed) Name() string { return r.name }

func (r *renamed) children() []Step { return childrenOf(r.Step) }

func (r *renamed) Outputs() []string {
	if r.from == "" {
		return r.Step.Outputs()
	}
	return []string{r.to}
}

func (r *renamed) Run(ctx context.Context, in Values) (Values, error) {
	return r.exec(ctx, frameOf(ctx), env{base: in})
}

func (r *renamed) exec(ctx context.Context, f frame, in env) (Values, error) {
	out, err := call(ctx, f, r.Step, in)
	if err != nil || r.from == "" {
		return out, err
	}
	return Values{r.to: out[r.from]}, nil
}

func (r *renamed) describe(k *checker, at string, sc *scope) signature {
	sig := k.describe(at, r.Step, sc)
	for i := range sig.gives {
		if sig.gives[i].name == r.from {
			sig.gives[i].name = r.to
		}
	}
	return sig
}

// gathered is a chain with several outputs whose values a file wants as one
// object.
type gathered struct {
	Step
	output string
}

func (g *gathered) Outputs() []string { return []string{g.output} }

func (g *gathered) children() []Step { return childrenOf(g.Step) }

func (g *gathered) Run(ctx context.Context, in Values) (Values, error) {
	return g.exec(ctx, frameOf(ctx), env{base: in})
}

func (g *gathered) exec(ctx context.Context, f frame, in env) (Values, error) {
	out, err := call(ctx, f, g.Step, in)
	if err != nil {
		return nil, err
	}
	return Values{g.output: out}, nil
}

func (g *gathered) describe(k *checker, at string, sc *scope) signature {
	sig := k.describe(at, g.Step, sc)
	sig.gives = []give{{name: g.output, typ: typ{schema: objectOf(sig.gives)}, kept: true}}
	return sig
}
