package chain

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/google/jsonschema-go/jsonschema"
)

// LoopOptions are what a Loop can be told.
type LoopOptions struct {
	// Until is a condition looked at after each round: when it is true the
	// loop ends. Empty: all rounds are run.
	Until string
	// Start gives first values, by expressions, to what the steps both read
	// and make.
	Start map[string]string
	// Output, if set, names an object with rounds (a number) and done (whether
	// Until came true).
	Output string
}

// Loop returns a step that runs steps again and again, at most rounds times.
// Each round sees what the one before made; what the last one made comes out.
// Running out of rounds is no error: see LoopOptions.Output.
func Loop(name string, rounds int, steps []Step, o *LoopOptions) Step {
	l := &loop{block: block{name: name, steps: steps}, rounds: rounds}
	if o != nil {
		l.output = o.Output
		if o.Until != "" {
			l.until = compile(o.Until)
		}
		for _, name := range sortedKeys(o.Start) {
			l.start = append(l.start, binding{name: name, expr: compile(o.Start[name])})
		}
	}
	return l
}

type loop struct {
	block
	rounds int
	until  *expression
	start  []binding
	output string
}

func (l *loop) Inputs() []string {
	var names, started []string
	for _, b := range l.start {
		names = addNew(names, b.expr.names)
		started = append(started, b.name)
	}
	inner := inputsOf(l.steps)
	if l.until != nil {
		inner = addNew(inner, without(append([]string{}, l.until.names...), outputsOf(l.steps)...))
	}
	return addNew(names, without(inner, started...))
}

func (l *loop) Outputs() []string {
	names := outputsOf(l.steps)
	if l.output != "" {
		names = append(names, l.output)
	}
	return names
}

func (l *loop) Run(ctx context.Context, in Values) (Values, error) {
	return l.exec(ctx, frameOf(ctx), env{base: in})
}

func (l *loop) exec(ctx context.Context, f frame, in env) (Values, error) {
	seen := in.all()
	vals := make(Values, len(seen)+len(l.start))
	maps.Copy(vals, seen)
	for _, b := range l.start {
		v, err := b.expr.eval(seen)
		if err != nil {
			return nil, fmt.Errorf("start.%s: %w", b.name, err)
		}
		vals[b.name] = v
	}
	done, round := false, 0
	for !done && round < l.rounds {
		round++
		at := f
		at.path = f.path + "/" + strconv.Itoa(round)
		err := at.sequence(ctx, l.steps, vals)
		if err == nil && l.until != nil {
			if done, err = l.until.truth(vals); err != nil {
				err = at.failure(fmt.Errorf("until: %w", err))
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if l.output != "" {
		vals[l.output] = map[string]any{"rounds": round, "done": done}
	}
	return env{base: vals}.only(l.Outputs()), nil
}

func (l *loop) describe(k *checker, at string, sc *scope) signature {
	k.notEmpty(at, "loop", l.steps)
	if l.rounds < 1 {
		k.fault(at, "max", "", "its max must be at least 1: it bounds the rounds")
	}
	inside := sc.block()
	made := outputsOf(l.steps)
	for _, b := range l.start {
		t := k.expression(at, "start."+b.name, b.expr, sc)
		if !valueName.MatchString(b.name) || !slices.Contains(made, b.name) {
			k.fault(at, "start."+b.name, didYouMean(b.name, made), "none of its steps makes %s", b.name)
			continue
		}
		if sc.lookup(b.name) != nil {
			k.fault(at, "start."+b.name, "choose another name", "%s is already a value here", b.name)
			continue
		}
		inside.vars[b.name] = &variable{typ: loose(t), from: at, used: true, again: true}
	}
	k.sequence(at, l.steps, inside)
	if l.until != nil {
		k.condition(at, "until", l.until, inside)
	}
	var sig signature
	for _, name := range made {
		if v := inside.vars[name]; v != nil {
			sig.gives = append(sig.gives, give{name: name, typ: v.typ, kept: v.kept || v.used})
		}
	}
	if l.output != "" {
		sig.gives = append(sig.gives, give{name: l.output, typ: typ{schema: loopReport}, kept: true})
	}
	return sig
}

// loose is the type of a loop's first value, which the rounds replace: only
// its kind is taken for granted.
func loose(t typ) typ {
	if k := kinds(t.schema); len(k) == 1 && !t.nullable {
		return typeNamed(k[0])
	}
	return anyType()
}

var loopReport = &jsonschema.Schema{
	Type: "object", Required: []string{"rounds", "done"},
	Properties: map[string]*jsonschema.Schema{"rounds": {Type: "integer"}, "done": {Type: "boolean"}},
}
