package chain

import (
	"github.com/google/jsonschema-go/jsonschema"
)

func (b *builder) forEach(at, name string, f fields) Step {
	n := f.vals["forEach"]
	e, ok := b.d.mapping(n, "forEach", "in", "as", "index", "max", "maxItems", "yield", "errors", "steps")
	if !ok || !b.needs(e, "forEach", "in", "steps") {
		return nil
	}
	b.markInside(at, e, f)
	o := &ForEachOptions{
		As: e.text("as"), Index: e.text("index"), Max: e.number("max"), MaxItems: e.number("maxItems"),
		Yield: e.text("yield"), Output: f.text("output"), Errors: e.text("errors"),
	}
	return ForEach(name, e.text("in"), b.steps(at, e.vals["steps"]), o)
}

func (b *builder) loop(at, name string, f fields) Step {
	n := f.vals["loop"]
	l, ok := b.d.mapping(n, "loop", "until", "max", "start", "steps")
	if !ok || !b.needs(l, "loop", "max", "steps") {
		return nil
	}
	b.markInside(at, l, f)
	o := &LoopOptions{Until: l.text("until"), Output: f.text("output")}
	if s := l.vals["start"]; s != nil {
		if m, ok := b.d.mapping(s, "start"); ok {
			o.Start = make(map[string]string, len(m.vals))
			for key, v := range m.vals {
				o.Start[key] = m.text(key)
				b.at[at]["start."+key] = v
			}
		}
	}
	return Loop(name, l.number("max"), b.steps(at, l.vals["steps"]), o)
}

func (b *builder) retrieve(at, name string, f fields) Step {
	r, ok := b.d.mapping(f.vals["retrieve"], "retrieve", "from", "query", "max")
	if !ok || !b.needs(r, "retrieve", "from", "query") {
		return nil
	}
	b.markInside(at, r, f)
	want := r.text("from")
	from := b.r.Retrievers[want]
	if from == nil {
		b.d.fault(r.vals["from"], didYouMean(want, sortedKeys(b.r.Retrievers)), "there is no retriever %s", want)
		return nil
	}
	return Retrieve(name, from, r.text("query"), &RetrieveOptions{Output: f.text("output"), Max: r.number("max")})
}

func (b *builder) approve(at, name string, f fields) Step {
	a, ok := b.d.mapping(f.vals["approve"], "approve", "question", "show", "answer")
	if !ok || !b.needs(a, "approve", "question") {
		return nil
	}
	b.markInside(at, a, f)
	var answer *jsonschema.Schema
	if n := a.vals["answer"]; n != nil {
		if answer = b.schema(n, "answer"); answer != nil && answer.Type == "" {
			answer.Type = "object"
		}
	}
	return Approve(name, a.text("question"), &ApproveOptions{Show: a.texts("show"), Answer: answer, Output: f.text("output")})
}

// needs reports required keys that are absent.
func (b *builder) needs(f fields, what string, keys ...string) bool {
	ok := true
	for _, key := range keys {
		if !f.has(key) {
			b.d.fault(f.node, "", "%s has no %s", what, key)
			ok = false
		}
	}
	return ok
}

// markInside notes where the fields of a step's own mapping stand, under the
// same names as the step's.
func (b *builder) markInside(at string, inside, step fields) {
	b.mark(at, inside)
	b.at[at][""] = step.node
}
