package chain

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/internal/nearest"
)

// checker walks a chain as a run would, with types in the place of values, and
// collects every fault it finds. With a ctx it also asks prompt libraries and
// models; without one it does not know the inputs of prompts it would have to
// fetch.
type checker struct {
	chain   string
	ctx     context.Context // nil: ask nobody
	faults  []Fault
	open    bool                          // some step's inputs are not known
	free    bool                          // the chain has no declared input: unknown names become inputs
	found   map[string]*jsonschema.Schema // those inputs
	wanted  map[string]bool               // those that must be given
	recall  bool                          // some step can read the conversation
	waits   bool                          // some step may wait for a human
	loading bool                          // by Load, which checks each file for itself
}

// signature is what a step tells the checker about itself.
type signature struct {
	needs []need
	gives []give
	// open: the inputs are not known before the prompt has been fetched.
	open bool
	// acts: the step does more than make values, so nobody need read them.
	acts bool
}

// need is one input of a step.
type need struct {
	name     string
	schema   *jsonschema.Schema // nil: anything
	optional bool
	nullable bool // null is welcome
}

// give is one output of a step.
type give struct {
	name string
	typ  typ
	kept bool // not reported when nobody reads it
}

var (
	stepName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)
	valueName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
)

func (k *checker) fault(step, field, hint, format string, args ...any) {
	k.faults = append(k.faults, Fault{Step: step, Field: field, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// chainFaults checks c whole and fills in what the check learns about it.
func (k *checker) chainFaults(c *Chain) {
	if c.name == "" {
		k.fault("", "name", "", "the chain has no name")
	}
	if len(c.steps) == 0 {
		k.fault("", "steps", "", "the chain has no steps")
	}
	sc := k.inputs(c)
	top := sc.block()
	k.sequence("", c.steps, top)
	k.takeOutputs(c, sc, top)
	if k.free {
		k.inferInput(c)
	}
	c.recalls, c.waits, c.open = k.recall, k.waits, k.open
	if c.o.Memory != nil && !k.recall && !k.open {
		k.fault("", "memory", "add a history slot (history: {}) to the prompt that should remember",
			"the chain has memory, but none of its prompts has a place for the conversation")
	}
	if !k.open {
		k.unused(sc, top, c)
	}
}

// inputs returns the scope that the chain's input makes.
func (k *checker) inputs(c *Chain) *scope {
	sc := newScope()
	s := c.o.Input
	if s == nil {
		k.free = true
		k.found, k.wanted = map[string]*jsonschema.Schema{}, map[string]bool{}
		return sc
	}
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name]
		if p == nil {
			k.fault("", "input."+name, "say {} for anything", "the input %s has no schema", name)
			p = &jsonschema.Schema{}
			s = s.CloneSchemas()
			s.Properties[name] = p
		}
		if !valueName.MatchString(name) {
			k.fault("", "input."+name, "", "input %q: a value's name is a letter or _, then letters, digits and _", name)
		}
		optional := !slices.Contains(s.Required, name) && p.Default == nil
		sc.vars[name] = &variable{typ: typ{schema: p, nullable: optional}}
	}
	for _, name := range s.Required {
		if sc.vars[name] == nil {
			k.fault("", "input.required", didYouMean(name, sc.names()), "the input requires %s, which is not among its properties", name)
		}
	}
	if err := c.takeInput(s); err != nil {
		k.fault("", "input", "", "the input is not a valid schema: %v", err)
	}
	return sc
}

// sequence checks steps that run one after another, adding what they make to sc.
func (k *checker) sequence(path string, steps []Step, sc *scope) {
	for _, s := range slices.Backward(steps) {
		if s == nil {
			continue
		}
		for _, name := range s.Outputs() {
			sc.later[name] = elsewhere{join2(path, s.Name()), "later"}
		}
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if s == nil {
			k.fault(path, "steps", "", "a step is nil")
			continue
		}
		k.named(path, s, seen)
		for _, g := range k.step(path, s, sc) {
			k.define(join2(path, s.Name()), g, sc)
		}
	}
}

func join2(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// named checks the name of s among its siblings.
func (k *checker) named(path string, s Step, seen map[string]bool) {
	at := join2(path, s.Name())
	switch {
	case !stepName.MatchString(s.Name()):
		k.fault(at, "name", "", "%q is no name for a step: a letter or _, then up to 63 letters, digits, _ and -", s.Name())
	case seen[s.Name()]:
		k.fault(at, "name", "rename one of them", "there are two steps named %s", s.Name())
	}
	seen[s.Name()] = true
}

// step checks one step in sc and returns what it makes.
func (k *checker) step(path string, s Step, sc *scope) []give {
	at := join2(path, s.Name())
	inner, opts := unguard(s)
	computed := k.bindings(at, opts, sc)
	here := sc
	if len(computed) > 0 {
		here = sc.block()
		for name, t := range computed {
			here.vars[name] = &variable{typ: t, used: true}
		}
	}
	sig := k.describe(at, inner, here)
	if sig.open {
		k.open = true
	}
	for _, n := range sig.needs {
		k.need(at, n, here, computed, opts)
	}
	if len(sig.needs) > 0 && !sig.open {
		k.strangers(at, computed, sig.needs)
	}
	if opts != nil && len(opts.onError) > 0 {
		k.rescue(at, opts.onError, &sig, here)
	}
	if opts != nil && (opts.when != nil || opts.optional) {
		for i := range sig.gives {
			sig.gives[i].typ.nullable = true
		}
	}
	for i := range sig.gives {
		sig.gives[i].kept = sig.gives[i].kept || sig.acts
	}
	return sig.gives
}

// describe asks s, or takes a stranger at its word.
func (k *checker) describe(at string, s Step, sc *scope) signature {
	if n, ok := s.(node); ok {
		return n.describe(k, at, sc)
	}
	sig := signature{acts: true}
	for _, name := range s.Inputs() {
		sig.needs = append(sig.needs, need{name: name})
	}
	for _, name := range s.Outputs() {
		sig.gives = append(sig.gives, give{name: name})
	}
	return sig
}

// need checks that n exists and fits.
func (k *checker) need(at string, n need, sc *scope, computed map[string]typ, opts *guarded) {
	v := sc.lookup(n.name)
	if v == nil {
		k.missing(at, n, sc)
		return
	}
	v.used = true
	t := v.typ
	if t.nullable && opts.mentions(n.name) {
		t.nullable = false // the step's own condition looks at it
	}
	if t.nullable && (n.optional || n.nullable) {
		t.nullable = false // null is left out, and the default taken
	}
	if why := misfit(t, n.schema); why != "" {
		field, hint := "input", k.whence(n.name, v)
		if _, ok := computed[n.name]; ok {
			field = "with." + n.name
			if t.nullable {
				hint = "add ?? and what to take instead, or give this step a when that looks at it"
			}
		}
		k.fault(at, field, hint, "its input %s does not fit: %s", n.name, why)
	}
}

// mentions reports whether the step's condition looks at the value.
func (g *guarded) mentions(name string) bool {
	return g != nil && g.when != nil && slices.Contains(g.when.names, name)
}

func (k *checker) whence(name string, v *variable) string {
	switch {
	case v.from == "":
		return ""
	case v.typ.nullable:
		return fmt.Sprintf("step %s may be skipped: give this step a when that looks at %s, or a with that says what to take instead, such as %s ?? \"none\"", v.from, name, name)
	}
	return fmt.Sprintf("%s comes from step %s", name, v.from)
}

// missing reports, or infers, a value that does not exist yet.
func (k *checker) missing(at string, n need, sc *scope) {
	if by, ok := sc.notYet(n.name); ok {
		k.tooEarly(at, "input", n.name, by)
		return
	}
	if k.free {
		if k.found[n.name] == nil {
			k.found[n.name] = n.schema
		}
		if !n.optional {
			k.wanted[n.name] = true
		}
		return
	}
	if n.optional {
		return
	}
	hint := didYouMean(n.name, sc.names())
	if near := nearest.Word(n.name, sc.names()); near != "" {
		hint = fmt.Sprintf("did you mean %s? then say with: {%s: %s}", near, n.name, near)
	}
	k.fault(at, "input", hint, "its input %s comes from nowhere", n.name)
}

// tooEarly reports a value that is read before, or beside, its making.
func (k *checker) tooEarly(at, field, name string, by elsewhere) {
	if by.step == at {
		k.fault(at, field, "", "it needs its own output %s: a cycle", name)
		return
	}
	k.fault(at, field, "move it behind "+by.step, "%s is made by step %s, which runs %s", name, by.step, by.when)
}

// strangers reports With entries that the step does not read.
func (k *checker) strangers(at string, computed map[string]typ, needs []need) {
	var names []string
	for _, n := range needs {
		names = append(names, n.name)
	}
	for name := range maps.Keys(computed) {
		if !slices.Contains(names, name) {
			k.fault(at, "with."+name, didYouMean(name, names), "it has no input %s", name)
		}
	}
}

// define adds an output to sc.
func (k *checker) define(at string, g give, sc *scope) {
	if !valueName.MatchString(g.name) {
		k.fault(at, "output", "give it an output name of letters, digits and _", "its output %q could not be named in an expression", g.name)
	}
	if old := sc.lookup(g.name); old != nil && !old.again {
		whose := "an input of the chain"
		if old.from != "" {
			whose = "made by step " + old.from
		}
		k.fault(at, "output", "rename one of them", "its output %s is already %s", g.name, whose)
		return
	}
	sc.vars[g.name] = &variable{typ: g.typ, from: at, kept: g.kept || g.name[0] == '_'}
}
