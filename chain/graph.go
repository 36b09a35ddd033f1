package chain

import (
	"fmt"
	"slices"
	"strings"
)

// graph is the flow of a chain as boxes and arrows.
type graph struct {
	root   box
	count  int
	arrows []arrow
}

// box is one step, or a frame around several.
type box struct {
	id, label string
	shape     shape
	inside    []box // of a frame
}

type shape int

const (
	plainBox shape = iota
	roundBox       // where the flow begins and ends
	choice
	frameBox
)

type arrow struct {
	from, to, label string
	dotted          bool
}

// exit is a way out of a step: from a box, under a condition if it has a label.
type exit struct {
	id, label string
	dotted    bool
}

// draw returns the graph of c.
func (c *Chain) draw() *graph {
	g := &graph{root: box{shape: frameBox}}
	start := g.add(&g.root, roundBox, "in: "+listed(c.shownInputs()))
	exits := g.sequence(&g.root, c.steps, []exit{{id: start}})
	g.join(exits, g.add(&g.root, roundBox, "out: "+listed(c.outputs)))
	return g
}

func (c *Chain) shownInputs() []string {
	return addNew(slices.Clone(c.required), sortedKeys(c.schema.Properties))
}

// add puts a box into in and returns its id.
func (g *graph) add(in *box, s shape, label string) string {
	g.count++
	id := fmt.Sprintf("n%d", g.count)
	in.inside = append(in.inside, box{id: id, label: label, shape: s})
	return id
}

// framed puts a frame into in and fills it.
func (g *graph) framed(in *box, label string, fill func(*box) []exit) []exit {
	g.count++
	f := box{id: fmt.Sprintf("n%d", g.count), label: label, shape: frameBox}
	exits := fill(&f)
	in.inside = append(in.inside, f)
	return exits
}

// join draws an arrow from every exit to a box.
func (g *graph) join(exits []exit, to string) {
	for _, e := range exits {
		g.arrows = append(g.arrows, arrow{from: e.id, to: to, label: e.label, dotted: e.dotted})
	}
}

func (g *graph) sequence(in *box, steps []Step, from []exit) []exit {
	for _, s := range steps {
		from = g.step(in, s, from)
	}
	return from
}

// step draws one step with the options it is under.
func (g *graph) step(in *box, s Step, from []exit) []exit {
	inner, opts := unguard(s)
	if opts == nil {
		return g.kind(in, s.Name(), inner, from)
	}
	var around []exit
	if opts.when != nil {
		asks := g.add(in, choice, opts.when.src)
		g.join(from, asks)
		from, around = []exit{{id: asks, label: "yes"}}, []exit{{id: asks, label: "no"}}
	}
	exits := g.kind(in, s.Name(), inner, from)
	if len(opts.onError) > 0 {
		failing := slices.Clone(exits)
		for i := range failing {
			failing[i].label, failing[i].dotted = "on error", true
		}
		exits = append(exits, g.sequence(in, opts.onError, failing)...)
	}
	return append(exits, around...)
}

// kind draws a step by what it is.
func (g *graph) kind(in *box, name string, s Step, from []exit) []exit {
	switch s := s.(type) {
	case *renamed:
		if s.children() == nil {
			id := g.add(in, plainBox, name+"\nmakes "+listed(s.Outputs()))
			g.join(from, id)
			return []exit{{id: id}}
		}
		return g.kind(in, name, s.Step, from)
	case *gathered:
		return g.kind(in, name, s.Step, from)
	case *parallel:
		return g.framed(in, name+": side by side", func(f *box) []exit {
			var exits []exit
			for _, child := range s.steps {
				exits = append(exits, g.step(f, child, from)...)
			}
			return exits
		})
	case *branch:
		return g.branch(in, name, s, from)
	case *forEach:
		return g.framed(in, fmt.Sprintf("%s: for each %s in %s", name, s.o.As, s.in.src), func(f *box) []exit { return g.sequence(f, s.steps, from) })
	case *loop:
		return g.framed(in, loopLabel(name, s), func(f *box) []exit { return g.sequence(f, s.steps, from) })
	case *subchain:
		return g.framed(in, name+": chain "+s.c.name, func(f *box) []exit { return g.sequence(f, s.c.steps, from) })
	}
	id := g.add(in, plainBox, name+"\n"+leafLabel(s))
	g.join(from, id)
	return []exit{{id: id}}
}

func loopLabel(name string, l *loop) string {
	label := fmt.Sprintf("%s: up to %d times", name, l.rounds)
	if l.until != nil {
		label += " until " + l.until.src
	}
	return label
}

func (g *graph) branch(in *box, name string, b *branch, from []exit) []exit {
	id := g.add(in, choice, name)
	g.join(from, id)
	var exits []exit
	left := true // some values take no case
	for _, w := range b.ways {
		label := "else"
		if w.when != nil {
			label = w.when.src
		} else {
			left = false
		}
		exits = append(exits, g.sequence(in, w.steps, []exit{{id: id, label: label}})...)
	}
	if left {
		exits = append(exits, exit{id: id, label: "else"})
	}
	return exits
}

// leafLabel says in a few words what a step without steps does.
func leafLabel(s Step) string {
	switch s := s.(type) {
	case *promptStep:
		return "prompt " + sourceName(s.source)
	case *agentStep:
		label := "agent " + sourceName(s.source)
		if names := s.set.Names(); len(names) > 0 {
			label += "\ntools: " + listed(names)
		}
		return label
	case *retrieve:
		return "retrieve " + s.query.src
	case *approve:
		return "approve: " + s.question
	}
	return "makes " + listed(s.Outputs())
}

func sourceName(src PromptSource) string {
	switch s := src.(type) {
	case *shelved:
		return s.name
	case fixed:
		if s.t != nil {
			return s.t.Name()
		}
	}
	return "chosen at run time"
}

// oneLine shortens a label for a drawing.
func oneLine(label string) string {
	label = strings.Join(strings.Fields(label), " ")
	if r := []rune(label); len(r) > 60 {
		label = string(r[:59]) + "…"
	}
	return label
}
