package chain

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// spec is a generated step, simple enough to be interpreted in a few lines.
type spec struct {
	kind     string // leaf, parallel, branch, forEach, loop, chain
	name     string
	reads    []string // leaf
	makes    string   // leaf, forEach
	when     string   // the value whose half decides; empty: always
	optional bool
	fails    bool // leaf: always
	item     string
	rounds   int
	until    string
	kids     []*spec
	ways     [][]*spec // branch; the last is for all that is left
	asks     []string  // branch: the value that decides each way but the last
}

// condition is true of about half of all values.
func condition(name string) string {
	return fmt.Sprintf(`type(%s) != "string" || string(%[1]s) < "8"`, name)
}

func holds(v any) bool {
	s, ok := v.(string)
	return !ok || s < "8"
}

func digest(name string, reads []string, vals Values) string {
	h := fnv.New32a()
	fmt.Fprint(h, name)
	for _, r := range reads {
		fmt.Fprintf(h, "|%v", vals[r])
	}
	return fmt.Sprintf("%08x", h.Sum32())
}

// generator makes random chains of up to limit steps.
type generator struct {
	*rand.Rand
	count, limit int
	failures     bool
}

func (g *generator) name(kind string) string {
	g.count++
	return fmt.Sprintf("%s%d", kind, g.count)
}

func (g *generator) pick(names []string) string { return names[g.IntN(len(names))] }

func (g *generator) sequence(known []string, depth, most int) ([]*spec, []string) {
	var list []*spec
	var made []string
	for n := 1 + g.IntN(most); n > 0 && (len(list) == 0 || g.count < g.limit); n-- {
		s := g.step(append(known[:len(known):len(known)], made...), depth)
		list = append(list, s)
		made = append(made, s.outputs()...)
	}
	return list, made
}

func (g *generator) step(known []string, depth int) *spec {
	kinds := []string{"leaf", "leaf", "leaf", "parallel", "branch", "forEach", "loop", "chain"}
	s := &spec{kind: kinds[g.IntN(len(kinds))]}
	if depth == 0 || g.count >= g.limit {
		s.kind = "leaf"
	}
	s.name = g.name(s.kind)
	if g.IntN(4) == 0 {
		s.when = g.pick(known)
	}
	s.optional = g.failures && g.IntN(3) == 0
	switch s.kind {
	case "leaf":
		for range g.IntN(3) {
			s.reads = addNew(s.reads, []string{g.pick(known)})
		}
		s.makes, s.fails = s.name, g.failures && g.IntN(6) == 0
	case "parallel":
		for range 1 + g.IntN(3) {
			s.kids = append(s.kids, g.step(known, depth-1))
		}
	case "branch":
		for range 1 + g.IntN(3) {
			way, _ := g.sequence(known, depth-1, 2)
			s.ways = append(s.ways, way)
			s.asks = append(s.asks, g.pick(known))
		}
	case "forEach":
		s.item, s.makes = s.name+"_item", s.name
		for range g.IntN(4) {
			s.reads = append(s.reads, g.pick(known))
		}
		kids, made := g.sequence(append(known[:len(known):len(known)], s.item), depth-1, 2)
		s.kids = kids
		last := &spec{kind: "leaf", name: g.name("leaf"), reads: append(made, s.item)} // what is made inside and not read is a fault
		last.makes = last.name
		s.kids = append(s.kids, last)
	case "loop":
		s.rounds = 1 + g.IntN(3)
		s.kids, _ = g.sequence(known, depth-1, 2)
		s.until = g.pick(outputsOfSpecs(s.kids))
	case "chain":
		s.kids, _ = g.sequence(known, depth-1, 3)
	}
	return s
}

func outputsOfSpecs(list []*spec) []string {
	var names []string
	for _, s := range list {
		names = append(names, s.outputs()...)
	}
	return names
}

func (s *spec) outputs() []string {
	switch s.kind {
	case "leaf", "forEach":
		return []string{s.makes}
	case "branch":
		var names []string
		for _, w := range s.ways {
			names = append(names, outputsOfSpecs(w)...)
		}
		return names
	}
	return outputsOfSpecs(s.kids)
}

// interpret is the reference: what the chain means, without any of its code.
func interpret(list []*spec, vals Values) error {
	for _, s := range list {
		if s.when != "" && !holds(vals[s.when]) {
			maps.Copy(vals, nulls(s.outputs()))
			continue
		}
		inside := maps.Clone(vals)
		err := s.interpret(inside)
		if err != nil && !s.optional {
			return err
		}
		for _, name := range s.outputs() {
			if vals[name] = inside[name]; err != nil {
				vals[name] = nil
			}
		}
	}
	return nil
}

func (s *spec) interpret(vals Values) error {
	switch s.kind {
	case "leaf":
		if s.fails {
			return errors.New(s.name)
		}
		vals[s.makes] = digest(s.name, s.reads, vals)
	case "parallel":
		before := maps.Clone(vals)
		for _, kid := range s.kids {
			side := maps.Clone(before)
			if err := interpret([]*spec{kid}, side); err != nil {
				return err
			}
			for _, name := range kid.outputs() {
				vals[name] = side[name]
			}
		}
	case "branch":
		maps.Copy(vals, nulls(s.outputs()))
		for i, way := range s.ways {
			if i == len(s.ways)-1 || holds(vals[s.asks[i]]) {
				return interpret(way, vals)
			}
		}
	case "forEach":
		made := []any{}
		for _, r := range s.reads {
			side := maps.Clone(vals)
			side[s.item] = vals[r]
			if err := interpret(s.kids, side); err != nil {
				return err
			}
			made = append(made, side[s.kids[len(s.kids)-1].makes])
		}
		vals[s.makes] = made
	case "loop":
		for range s.rounds {
			if err := interpret(s.kids, vals); err != nil {
				return err
			}
			if holds(vals[s.until]) {
				break
			}
		}
	case "chain":
		return interpret(s.kids, vals)
	}
	return nil
}

// build turns specs into steps. Leaves that cut names fail once.
func build(t *testing.T, list []*spec, cut *sync.Map) []Step {
	t.Helper()
	steps := make([]Step, len(list))
	for i, s := range list {
		steps[i] = s.build(t, cut)
		if s.when != "" || s.optional {
			o := &StepOptions{Optional: s.optional}
			if s.when != "" {
				o.When = condition(s.when)
			}
			steps[i] = With(steps[i], o)
		}
	}
	return steps
}

func (s *spec) build(t *testing.T, cut *sync.Map) Step {
	switch s.kind {
	case "parallel":
		return Parallel(s.name, build(t, s.kids, cut), &ParallelOptions{Max: 2})
	case "branch":
		var cases []Case
		for i, w := range s.ways {
			c := Case{Steps: build(t, w, cut)}
			if i < len(s.ways)-1 {
				c.When = condition(s.asks[i])
			}
			cases = append(cases, c)
		}
		return Branch(s.name, cases, nil)
	case "forEach":
		in := "[" + strings.Join(s.reads, ", ") + "]"
		return ForEach(s.name, in, build(t, s.kids, cut), &ForEachOptions{As: s.item, Max: 2})
	case "loop":
		return Loop(s.name, s.rounds, build(t, s.kids, cut), &LoopOptions{Until: condition(s.until)})
	case "chain":
		c, err := New(s.name, build(t, s.kids, cut), nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Step(s.name)
	}
	return Func(s.name, func(_ context.Context, in Values) (Values, error) {
		if s.fails {
			return nil, errors.New(s.name)
		}
		if _, found := cut.LoadAndDelete(s.name); found {
			return nil, errors.New("cut")
		}
		return Values{s.makes: digest(s.name, s.reads, in)}, nil
	}, &FuncOptions{Inputs: s.reads, Outputs: []string{s.makes}})
}

func TestRandomChainsMeanWhatTheReferenceSays(t *testing.T) {
	steps, failed := 0, 0
	for seed := range uint64(400) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), limit: 5 + int(seed)%46, failures: seed%3 == 0}
		list, _ := g.sequence([]string{"x", "y"}, 4, 12)
		in := Values{"x": "x", "y": "7"}
		want := maps.Clone(in)
		wrong := interpret(list, want)
		delete(want, "x")
		delete(want, "y")
		c, err := New("random", build(t, list, &sync.Map{}), nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		steps += g.count
		res, err := c.Run(t.Context(), in, nil)
		if (err != nil) != (wrong != nil) {
			t.Fatalf("seed %d: %v, want %v", seed, err, wrong)
		}
		if err != nil {
			failed++
			continue
		}
		if diff := cmp.Diff(want, res.Values); diff != "" {
			t.Fatalf("seed %d: %s\n%s", seed, diff, c.Mermaid())
		}
		resumedIsTheSame(t, seed, list, in, want)
	}
	t.Logf("400 chains, %d steps, %d of the chains fail", steps, failed)
}

// resumedIsTheSame fails a leaf once, wherever the run happens to be, and goes
// on from there.
func resumedIsTheSame(t *testing.T, seed uint64, list []*spec, in, want Values) {
	t.Helper()
	names := leaves(list)
	cut := &sync.Map{}
	cut.Store(names[int(seed)%len(names)], true)
	c, err := New("random", build(t, list, cut), &Options{Checkpoints: NewInProcessCheckpoints()})
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Run(t.Context(), in, &RunOptions{RunID: "r"})
	if err != nil {
		res, err = c.Resume(t.Context(), "r", nil, nil)
	} else if _, left := cut.Load(names[int(seed)%len(names)]); !left {
		return // an optional step met it: another result is right
	}
	if err != nil {
		t.Fatalf("seed %d resumed: %v", seed, err)
	}
	if diff := cmp.Diff(want, res.Values); diff != "" {
		t.Fatalf("seed %d resumed: %s", seed, diff)
	}
}

func leaves(list []*spec) []string {
	var names []string
	for _, s := range list {
		if s.kind == "leaf" {
			names = append(names, s.name)
		}
		names = append(names, leaves(s.kids)...)
		for _, w := range s.ways {
			names = append(names, leaves(w)...)
		}
	}
	return names
}
