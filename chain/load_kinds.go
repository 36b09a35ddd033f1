package chain

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"gopkg.in/yaml.v3"
)

func (b *builder) prompt(name string, f fields) Step {
	return Prompt(name, nil, b.source(f), &PromptOptions{
		Output: f.text("output"), Models: b.models(), ModelID: orElse(f.text("model"), b.model), Repairs: b.repairs(f),
	})
}

func (b *builder) agent(at, name string, f fields) Step {
	a, ok := b.d.mapping(f.vals["agent"], "agent", "prompt", "tools", "maxTurns", "stopWhen", "maxParallel", "approve", "model", "repairs")
	if !ok || !b.needs(a, "agent", "prompt") {
		return nil
	}
	b.markInside(at, a, f)
	o := &AgentOptions{
		Output: f.text("output"), Models: b.models(), ModelID: orElse(a.text("model"), b.model),
		MaxTurns: a.number("maxTurns"), StopWhen: a.text("stopWhen"), MaxParallel: a.number("maxParallel"), Repairs: b.repairs(a), Approve: a.texts("approve"),
	}
	if a.has("tools") {
		o.Tools = b.tools(a)
	}
	return Agent(name, nil, b.source(a), b.r.Tools, o)
}

// tools reads the names of an agent's tools, and reports those unknown one by
// one.
func (b *builder) tools(a fields) []string {
	known := []string{}
	n := follow(a.vals["tools"])
	if n.Kind == yaml.ScalarNode {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{a.vals["tools"]}}
	}
	for _, item := range b.d.items(n, "tools") {
		name := b.d.scalar(item, "a tool's name")
		if _, ok := b.r.Tools.Get(name); ok {
			known = append(known, name)
		} else if name != "" {
			b.d.fault(item, didYouMean(name, b.r.Tools.Names()), "there is no tool %s", name)
		}
	}
	return known
}

// repairs reads how often to ask again; in a file 0 means never.
func (b *builder) repairs(f fields) int {
	n := f.number("repairs")
	if f.has("repairs") && n == 0 {
		return -1
	}
	return n
}

func (b *builder) models() func(string) (llms.Model, error) {
	if b.r.Model == nil {
		return func(id string) (llms.Model, error) {
			return nil, fmt.Errorf("there is no model %s: the registry has none", id)
		}
	}
	return b.r.Model
}

// source is the prompt a step names, or nothing when there can be none: then
// that has been reported.
func (b *builder) source(f fields) PromptSource {
	ref := f.text("prompt")
	return FromLibrary(b.r.Templates, ref)
}

func (b *builder) function(name string, f fields) Step {
	want := f.text("func")
	s := b.r.Steps[want]
	if s == nil {
		b.d.fault(f.vals["func"], didYouMean(want, sortedKeys(b.r.Steps)), "there is no function %s", want)
		return nil
	}
	r, err := rename(s, name, f.text("output"))
	if err != nil {
		b.d.fault(f.vals["output"], "", "%s: %v", want, err)
	}
	return r
}

// subchain reads the chain in another file, named from where this one stands.
func (b *builder) subchain(name string, f fields) Step {
	n := f.vals["chain"]
	file := path.Join(path.Dir(b.d.name), b.d.scalar(n, "chain"))
	if strings.HasPrefix(file, "../") || file == ".." {
		b.d.fault(n, "", "%s lies outside of the folder", file)
		return nil
	}
	if i := slices.Index(b.stack, file); i >= 0 {
		b.d.fault(n, "", "the chains go round in a circle: %s", strings.Join(append(slices.Clone(b.stack[i:]), file), " -> "))
		return nil
	}
	before := len(b.faults)
	c := b.file(file)
	if c == nil {
		if len(b.faults) == before+1 && b.faults[before].Line == 0 { // it could not be read: that is this line's fault
			b.faults = b.faults[:before]
			b.d.fault(n, b.otherChains(), "the chain file %s cannot be read", file)
		}
		return nil
	}
	s := c.Step(name)
	out := f.text("output")
	switch {
	case out == "":
		return s
	case len(c.outputs) == 1:
		r, _ := rename(s, name, out)
		return r
	}
	return &gathered{Step: s, output: out}
}

func (b *builder) otherChains() string {
	return "paths are relative to the file that names them"
}

func (b *builder) parallel(at, name string, f fields) Step {
	n := f.vals["parallel"]
	o := &ParallelOptions{}
	if follow(n).Kind == yaml.MappingNode {
		p, ok := b.d.mapping(n, "parallel", "steps", "max", "errors")
		if !ok || !p.has("steps") {
			b.d.fault(n, "", "parallel has no steps")
			return nil
		}
		o.Max, o.Errors = p.number("max"), p.text("errors")
		b.markInside(at, p, f)
		n = p.vals["steps"]
	}
	b.noOutput(f, "parallel")
	return Parallel(name, b.steps(at, n), o)
}

func (b *builder) noOutput(f fields, kind string) {
	if f.has("output") {
		b.d.fault(f.keys["output"], "its steps' outputs keep their own names", "a %s step has no output", kind)
	}
}

func (b *builder) branch(at, name string, f fields) Step {
	var cases []Case
	seen := map[string]*yaml.Node{}
	for _, item := range b.d.items(f.vals["switch"], "switch") {
		c, ok := b.d.mapping(item, "a case", "when", "steps")
		if !ok {
			continue
		}
		if !c.has("steps") {
			b.d.fault(item, "", "the case has no steps")
			continue
		}
		b.at[at][indexed("switch", len(cases))] = item
		if c.has("when") {
			b.at[at][indexed("switch", len(cases))+".when"] = c.vals["when"]
		}
		way := Case{When: c.text("when")}
		for _, s := range b.d.items(c.vals["steps"], "steps") {
			if s := b.step(at, s, seen); s != nil {
				way.Steps = append(way.Steps, s)
			}
		}
		cases = append(cases, way)
	}
	b.noOutput(f, "switch")
	return Branch(name, cases, nil)
}

// blankStep stands for a step that could not be read: its faults are known,
// and its output is not reported as missing.
type blankStep struct {
	name    string
	outputs []string
}

func (s *blankStep) Name() string      { return s.name }
func (s *blankStep) Inputs() []string  { return nil }
func (s *blankStep) Outputs() []string { return s.outputs }

func (s *blankStep) Run(context.Context, Values) (Values, error) { return nil, nil }

func (s *blankStep) exec(context.Context, frame, env) (Values, error) { return nil, nil }

func (s *blankStep) describe(*checker, string, *scope) signature {
	sig := signature{open: true, acts: true}
	for _, name := range s.outputs {
		sig.gives = append(sig.gives, give{name: name})
	}
	return sig
}
