package chain

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/google/jsonschema-go/jsonschema"
)

// DefaultMaxItems is how many items a ForEach takes at most.
const DefaultMaxItems = 10_000

// ForEachOptions are what a ForEach can be told.
type ForEachOptions struct {
	As    string // the name of the item for the steps inside; empty means item
	Index string // the name of its index, from 0; empty: it has none
	Max   int    // how many items are worked on at once; 0 means 1, negative all of them
	// MaxItems bounds the list; 0 means DefaultMaxItems. A longer one is an
	// error before any work is done.
	MaxItems int
	// Yield is an expression for what becomes of an item; empty means the
	// first output of the last step.
	Yield string
	// Output names the list of what became of the items, in their order; empty
	// means the step's name.
	Output string
	// Errors, if set, names an output that lists what failed, as objects with
	// index and error: then a failing item yields null and the others go on.
	// Empty: the first failure cancels the others and is the step's error.
	Errors string
}

// ForEach returns a step that runs steps once for each item of a list, which
// the expression in gives. What the steps make stays inside; the list of what
// each item yielded comes out.
func ForEach(name, in string, steps []Step, o *ForEachOptions) Step {
	e := &forEach{block: block{name: name, steps: steps}, in: compile(in)}
	if o != nil {
		e.o = *o
	}
	e.o.As, e.o.Output = orElse(e.o.As, "item"), orElse(e.o.Output, name)
	if e.o.Max == 0 {
		e.o.Max = 1
	}
	if e.o.MaxItems == 0 {
		e.o.MaxItems = DefaultMaxItems
	}
	if e.o.Yield == "" {
		e.o.Yield = lastOutput(steps)
	}
	e.yield = compile(e.o.Yield)
	return e
}

func lastOutput(steps []Step) string {
	if len(steps) == 0 || steps[len(steps)-1] == nil {
		return ""
	}
	if names := steps[len(steps)-1].Outputs(); len(names) > 0 {
		return names[0]
	}
	return ""
}

type forEach struct {
	block
	o         ForEachOptions
	in, yield *expression
}

func (e *forEach) Inputs() []string {
	inner := addNew(inputsOf(e.steps), without(append([]string{}, e.yield.names...), outputsOf(e.steps)...))
	return addNew(append([]string{}, e.in.names...), without(inner, e.o.As, e.o.Index))
}

func (e *forEach) Outputs() []string {
	if e.o.Errors != "" {
		return []string{e.o.Output, e.o.Errors}
	}
	return []string{e.o.Output}
}

func (e *forEach) Run(ctx context.Context, in Values) (Values, error) {
	return e.exec(ctx, frameOf(ctx), env{base: in})
}

func (e *forEach) exec(ctx context.Context, f frame, in env) (Values, error) {
	seen := in.all()
	list, err := e.items(seen)
	if err != nil {
		return nil, err
	}
	made := make([]any, len(list))
	errs, first := fan(ctx, len(list), e.o.Max, e.o.Errors != "", func(ctx context.Context, i int) error {
		vals := make(Values, len(seen)+2)
		maps.Copy(vals, seen)
		vals[e.o.As] = list[i]
		if e.o.Index != "" {
			vals[e.o.Index] = i
		}
		at := f
		at.path = f.path + "/" + strconv.Itoa(i)
		if err := at.sequence(ctx, e.steps, vals); err != nil {
			return err
		}
		var err error
		if made[i], err = e.yield.eval(vals); err != nil {
			return at.failure(fmt.Errorf("yield: %w", err))
		}
		return nil
	})
	if err := verdict(ctx, errs, first, e.o.Errors != ""); err != nil {
		return nil, err
	}
	out := Values{e.o.Output: made}
	if e.o.Errors != "" {
		failures := []any{}
		for i, err := range errs {
			if err != nil {
				failures = append(failures, map[string]any{"index": i, "error": err.Error()})
			}
		}
		out[e.o.Errors] = failures
	}
	return out, nil
}

// items evaluates the list.
func (e *forEach) items(vals Values) ([]any, error) {
	v, err := e.in.eval(vals)
	if err != nil {
		return nil, fmt.Errorf("in: %w", err)
	}
	list, ok := v.([]any)
	if r := reflect.ValueOf(v); !ok && r.Kind() == reflect.Slice {
		list, ok = make([]any, r.Len()), true
		for i := range list {
			list[i] = r.Index(i).Interface()
		}
	}
	switch {
	case !ok:
		return nil, fmt.Errorf("in: %s gives %s, not a list", e.in.src, kindOf(v))
	case len(list) > e.o.MaxItems:
		return nil, fmt.Errorf("in: %s gives %d items; maxItems is %d", e.in.src, len(list), e.o.MaxItems)
	}
	return list, nil
}

func (e *forEach) describe(k *checker, at string, sc *scope) signature {
	k.notEmpty(at, "forEach", e.steps)
	t := k.expression(at, "in", e.in, sc)
	switch have := kinds(t.schema); {
	case have != nil && !overlap(have, []string{"array"}):
		k.fault(at, "in", "", "%s is %s, not a list", e.in.src, article(have))
	case t.nullable:
		k.fault(at, "in", "write "+e.in.src+" ?? []", "%s may be null", e.in.src)
	}
	if e.o.MaxItems < 0 {
		k.fault(at, "maxItems", "", "its maxItems is negative")
	}
	item := anyType()
	if t.schema != nil {
		item.schema = t.schema.Items
	}
	inside := sc.block()
	k.bind(at, "as", e.o.As, item, inside)
	if e.o.Index != "" {
		k.bind(at, "index", e.o.Index, typeNamed("integer"), inside)
	}
	k.sequence(at, e.steps, inside)
	y := anyType()
	if e.o.Yield == "" && len(e.steps) > 0 {
		k.fault(at, "yield", "say what the item becomes with yield", "its last step makes no value")
	} else if len(e.steps) > 0 {
		y = k.expression(at, "yield", e.yield, inside)
	}
	k.unusedInside(inside)
	list := &jsonschema.Schema{Type: "array"}
	if y.nullable = y.nullable || e.o.Errors != ""; y.schema != nil {
		list.Items = y.asSchema()
	}
	sig := signature{gives: []give{{name: e.o.Output, typ: typ{schema: list}}}}
	if e.o.Errors != "" {
		sig.gives = append(sig.gives, give{name: e.o.Errors, typ: typ{schema: failureList}, kept: true})
	}
	return sig
}

// bind adds a name that a block gives its steps.
func (k *checker) bind(at, field, name string, t typ, sc *scope) {
	if !valueName.MatchString(name) {
		k.fault(at, field, "", "%q is no name for a value: a letter or _, then letters, digits and _", name)
		return
	}
	if sc.lookup(name) != nil {
		k.fault(at, field, "choose another name", "%s is already a value here", name)
		return
	}
	sc.vars[name] = &variable{typ: t, from: at, used: true}
}

// unusedInside reports what steps of a block make and nobody in it reads.
func (k *checker) unusedInside(inside *scope) {
	if k.open {
		return
	}
	for _, name := range sortedKeys(inside.vars) {
		if v := inside.vars[name]; !v.used && !v.kept {
			k.fault(v.from, "output", "read it in a later step inside, or in yield, or start its name with _", "its output %s is never used", name)
		}
	}
}
