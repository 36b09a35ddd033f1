package chain

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/retry"
)

// kindKeys are the keys that say what a step is; each step has one.
var kindKeys = []string{"prompt", "agent", "func", "chain", "parallel", "switch", "forEach", "loop", "retrieve", "approve"}

// commonKeys may stand in any step.
var commonKeys = []string{"name", "with", "when", "timeout", "retry", "onError", "output"}

// extraKeys may stand in steps of one kind.
var extraKeys = map[string][]string{
	"prompt": {"model", "repairs"},
}

// allKeys are what a step may have, whatever it is.
var allKeys = slices.Concat(commonKeys, kindKeys, []string{"model", "repairs"})

// steps reads a list of steps that stand below the step named path.
func (b *builder) steps(path string, n *yaml.Node) []Step {
	var steps []Step
	seen := map[string]*yaml.Node{}
	for _, item := range b.d.items(n, "steps") {
		s := b.step(path, item, seen)
		if s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}

// step reads one step. What cannot be read whole becomes a blank, so that its
// neighbours can still be checked.
func (b *builder) step(path string, n *yaml.Node, seen map[string]*yaml.Node) Step {
	f, ok := b.d.mapping(n, "a step", allKeys...)
	if !ok {
		return nil
	}
	name := f.text("name")
	switch {
	case !f.has("name"):
		b.d.fault(n, "", "a step has no name")
		return nil
	case name == "":
		return nil
	case seen[name] != nil:
		b.d.fault(f.vals["name"], "rename one of them", "there are two steps named %s: the first is at line %d", name, seen[name].Line)
		return nil
	}
	seen[name] = f.vals["name"]
	at := join2(path, name)
	b.mark(at, f)
	kind := b.kind(f, name)
	blank := &blankStep{name: name, outputs: []string{orElse(f.text("output"), name)}}
	if kind == "" {
		return blank
	}
	for _, key := range f.sorted() {
		if !slices.Contains(commonKeys, key) && key != kind && !slices.Contains(extraKeys[kind], key) && !slices.Contains(kindKeys, key) {
			b.d.fault(f.keys[key], "", "a %s step has no field %s", kind, key)
		}
	}
	faults := len(b.d.faults)
	s := b.build(kind, at, name, f)
	if s == nil || len(b.d.faults) > faults && s.Outputs() == nil {
		s = blank
	}
	return b.options(at, s, f)
}

// kind finds the one key that says what the step is.
func (b *builder) kind(f fields, name string) string {
	var found []string
	for _, k := range kindKeys {
		if f.has(k) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		b.d.fault(f.node, "give it one of "+strings.Join(kindKeys, ", "), "step %s does not say what it is", name)
		return ""
	case 1:
		return found[0]
	}
	b.d.fault(f.keys[found[1]], "make two steps of it", "step %s is both %s", name, strings.Join(found, " and "))
	return ""
}

func (b *builder) build(kind, at, name string, f fields) Step {
	switch kind {
	case "prompt":
		return b.prompt(name, f)
	case "agent":
		return b.agent(at, name, f)
	case "func":
		return b.function(name, f)
	case "chain":
		return b.subchain(name, f)
	case "parallel":
		return b.parallel(at, name, f)
	case "switch":
		return b.branch(at, name, f)
	case "forEach":
		return b.forEach(at, name, f)
	case "loop":
		return b.loop(at, name, f)
	case "retrieve":
		return b.retrieve(at, name, f)
	case "approve":
		return b.approve(at, name, f)
	}
	return nil
}

// options reads what every step may have.
func (b *builder) options(at string, s Step, f fields) Step {
	o := &StepOptions{When: f.text("when"), Timeout: f.duration("timeout")}
	if n := f.vals["with"]; n != nil {
		w, ok := b.d.mapping(n, "with")
		if ok {
			o.With = make(map[string]string, len(w.vals))
			for key := range w.vals {
				o.With[key] = w.text(key)
				b.at[at]["with."+key] = w.vals[key]
			}
		}
	}
	o.Retry = b.retry(f)
	b.onError(at, f, o)
	if o.When == "" && o.Timeout == 0 && len(o.With) == 0 && o.Retry == nil && o.OnError == nil && !o.Optional {
		return s
	}
	return With(s, o)
}

func (b *builder) retry(f fields) *retry.Policy {
	n := f.vals["retry"]
	if n == nil {
		return nil
	}
	r, ok := b.d.mapping(n, "retry", "maxAttempts", "maxElapsed", "base", "cap")
	if !ok {
		return nil
	}
	return &retry.Policy{
		MaxAttempts: r.number("maxAttempts"), MaxElapsed: r.duration("maxElapsed"),
		Base: r.duration("base"), Cap: r.duration("cap"),
	}
}

// onError reads what to do about a failure: the word skip, or steps.
func (b *builder) onError(at string, f fields, o *StepOptions) {
	n := f.vals["onError"]
	if n == nil {
		return
	}
	if follow(n).Kind == yaml.ScalarNode {
		if o.Optional = follow(n).Value == "skip"; !o.Optional {
			b.d.fault(n, "say skip, or give steps to run instead", "onError is %q", follow(n).Value)
		}
		return
	}
	o.OnError = b.steps(at+"/onError", n)
}

func (f fields) sorted() []string { return sortedKeys(f.keys) }

func indexed(field string, i int) string { return fmt.Sprintf("%s.%d", field, i) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// renamed is a registered step under the name and output a file gives it.
type renamed struct {
	Step
	name string
	from string // the inner output that is called to here; empty: none is renamed
	to   string
}

func rename(s Step, name, output string) (Step, error) {
	inner, opts := unguard(s)
	r := &renamed{Step: inner, name: name}
	var err error
	if made := inner.Outputs(); output != "" && len(made) == 1 {
		r.from, r.to = made[0], output
	} else if output != "" {
		err = fmt.Errorf("it makes %d values (%s), so output cannot name it", len(made), listed(made))
	}
	if opts == nil {
		return r, err
	}
	g := *opts
	g.Step = r
	return &g, err
}
