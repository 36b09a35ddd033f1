package chain

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/schema"
)

func TestBatchKeepsErrorsApart(t *testing.T) {
	double := Func("double", func(_ context.Context, in struct {
		N int `json:"n"`
	},
	) (int, error) {
		if in.N == 3 {
			return 0, errors.New("three is bad")
		}
		return 2 * in.N, nil
	}, nil)
	c := must(t, []Step{double}, nil)
	var ins []Values
	for n := range 6 {
		ins = append(ins, Values{"n": n})
	}
	ended := 0
	got := c.Batch(t.Context(), ins, &BatchOptions{Max: 2, Done: func(int, BatchResult) { ended++ }})
	for n, b := range got {
		if (b.Err != nil) != (n == 3) || b.Err == nil && b.Result.Values["double"] != float64(2*n) {
			t.Errorf("run %d: %+v", n, b)
		}
	}
	if ended != 6 {
		t.Errorf("told of %d ends", ended)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, b := range c.Batch(ctx, ins, nil) {
		if !errors.Is(b.Err, context.Canceled) {
			t.Errorf("cancelled: %v", b.Err)
		}
	}
}

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

type bill struct {
	Total float64  `json:"total"`
	Lines []string `json:"lines"`
}

func TestTyped(t *testing.T) {
	price := Func("bill", func(_ context.Context, o order) (bill, error) {
		return bill{Total: 2.5 * float64(o.Count), Lines: []string{o.Item}}, nil
	}, nil)
	c := must(t, []Step{price}, nil)
	buy, err := Typed[order, bill](c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := buy(t.Context(), order{"tea", 3})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bill{7.5, []string{"tea"}}, got); diff != "" {
		t.Error(diff)
	}
	whole, err := Typed[order, struct {
		Bill bill `json:"bill"`
	}](c)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := whole(t.Context(), order{"tea", 1}); err != nil || got.Bill.Total != 2.5 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = Typed[struct {
		Item bool `json:"item"`
	}, struct {
		Total string `json:"total"`
	}](c)
	for _, part := range []string{"the input type has no field count", "the field item does not fit: it is a boolean and must be a string", "at total it is a number and must be a string"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("no fault says %q: %v", part, err)
		}
	}
}

const everything = `schema: causeway.chain/v1
name: everything
description: one step of every kind
input: {required: [ticket, docs], properties: {ticket: {type: string}, docs: {type: array, items: {type: string}}}}
timeout: 5m
steps:
  - name: triage
    prompt: support/triage@production
    repairs: 2
    retry: {maxAttempts: 3, base: 100ms}
  - name: found
    retrieve: {from: library, query: ticket, max: 3}
  - name: both
    parallel:
      max: 2
      errors: failures
      steps:
        - {name: a, func: shout, with: {text: ticket}, output: a, onError: skip}
        - {name: b, func: shout, with: {text: triage.queue}, output: b}
  - name: each
    forEach:
      in: docs
      as: doc
      index: n
      max: 4
      errors: failedDocs
      yield: loudDoc
      steps:
        - {name: loud, func: shout, with: {text: doc + string(n)}, output: loudDoc}
  - name: polish
    loop:
      max: 3
      until: len(draft) > 10
      start: {draft: ticket}
      steps:
        - {name: again, func: shout, with: {text: draft + "!"}, output: draft}
    output: polished
  - name: route
    switch:
      - when: triage.queue == "bug"
        steps:
          - name: fix
            when: b != nil
            with: {queue: triage.queue}
            agent: {prompt: support/answer@production, tools: [lookup_order], approve: [lookup_order], maxTurns: 3, stopWhen: turn > 2, maxParallel: 2}
            output: reply
            onError:
              - {name: sorry, func: shout, with: {text: error.message}, output: reply}
      - steps:
          - {name: other, func: shout, with: {text: '"no"'}, output: reply}
  - name: ok
    approve: {question: "Send it?", show: [reply], answer: {required: [send], properties: {send: {type: boolean}}}}
  - name: sub
    when: ok.send
    chain: sub.yaml
    with: {text: 'reply ?? "nothing"'}
    output: sent
output: [found, a, b, failures, each, failedDocs, draft, polished, ok, sent]
`

const subChain = `schema: causeway.chain/v1
name: sub
input: {required: [text], properties: {text: {type: string}}}
steps:
  - {name: loud, func: shout}
`

func everythingRegistry(t *testing.T, m *scripted) *Registry {
	r := registry(t, m)
	r.Retrievers = map[string]schema.Retriever{"library": library{}}
	return r
}

func loadEverything(t *testing.T, m *scripted) *Chain {
	t.Helper()
	fsys := fstest.MapFS{"chain.yaml": {Data: []byte(everything)}, "sub.yaml": {Data: []byte(subChain)}}
	c, err := Load(t.Context(), fsys, "chain.yaml", everythingRegistry(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAFileCanSayEverything(t *testing.T) {
	m := says(`{"queue":"bug"}`)
	m.turns = append(m.turns, calls("lookup_order", `{"id":"7"}`), says("It has shipped.").turns[0])
	c := loadEverything(t, m)
	res, err := c.Run(t.Context(), Values{"ticket": "help", "docs": []any{"x", "y"}}, &RunOptions{RunID: "r"})
	if err != nil || res.Interrupt == nil || res.Interrupt.Tool == nil {
		t.Fatalf("%+v, %v", res, err)
	}
	res, err = c.Resume(t.Context(), "r", Values{"approved": true}, nil)
	if err != nil || res.Interrupt == nil || res.Interrupt.Values["reply"] != "It has shipped." {
		t.Fatalf("%+v, %v", res, err)
	}
	res, err = c.Resume(t.Context(), "r", Values{"send": true}, nil)
	if err != nil || res.Interrupt != nil {
		t.Fatalf("%+v, %v", res, err)
	}
	delete(res.Values, "found")
	want := Values{
		"a": "HELP", "b": "BUG", "failures": []any{}, "each": []any{"X0", "Y1"}, "failedDocs": []any{},
		"draft": "HELP!!!", "polished": map[string]any{"rounds": 3.0, "done": false},
		"ok": map[string]any{"send": true}, "sent": "IT HAS SHIPPED.",
	}
	if diff := cmp.Diff(want, res.Values); diff != "" {
		t.Error(diff)
	}
}

func TestGraphs(t *testing.T) {
	c := loadEverything(t, says())
	for file, got := range map[string]string{"testdata/everything.mmd": c.Mermaid(), "testdata/everything.dot": c.DOT()} {
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}
