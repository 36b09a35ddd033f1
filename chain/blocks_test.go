package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/retry"
)

// upper is a step that shouts one value as another.
func upper(from, to string) Step {
	return Func("make_"+to, func(_ context.Context, in Values) (Values, error) {
		return Values{to: strings.ToUpper(fmt.Sprint(in[from]))}, nil
	}, &FuncOptions{Inputs: []string{from}, Outputs: []string{to}})
}

// flaky fails as often as it is told to.
func flaky(name string, times int, err error) (Step, *int) {
	tries := new(int)
	return Func(name, func(context.Context, Values) (string, error) {
		if *tries++; *tries <= times {
			return "", err
		}
		return "well", nil
	}, nil), tries
}

func must(t testing.TB, steps []Step, o *Options) *Chain {
	t.Helper()
	c, err := New("c", steps, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func values(t testing.TB, c *Chain, in Values) Values {
	t.Helper()
	res, err := c.Run(t.Context(), in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return res.Values
}

func TestForEachKeepsOrderAndBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		nap := Func("nap", func(_ context.Context, in Values) (Values, error) {
			most.Store(max(most.Load(), running.Add(1)))
			n := in["item"].(int)
			time.Sleep(time.Duration(10-n) * time.Second) // later items are done sooner
			running.Add(-1)
			if n == 3 {
				return nil, errors.New("three is bad")
			}
			return Values{"twice": 2 * n}, nil
		}, &FuncOptions{Inputs: []string{"item"}, Outputs: []string{"twice"}})
		c := must(t, []Step{ForEach("all", "1..5", []Step{nap}, &ForEachOptions{Max: 2, Errors: "bad"})}, nil)
		got := values(t, c, nil)
		want := Values{
			"all": []any{2, 4, nil, 8, 10},
			"bad": []any{map[string]any{"index": 2, "error": "chain c, step all/2/nap: three is bad"}},
		}
		if diff := cmp.Diff(want, got); diff != "" || most.Load() > 2 {
			t.Errorf("at most %d at once: %s", most.Load(), diff)
		}
		strict := must(t, []Step{ForEach("all", "1..5", []Step{nap}, nil)}, nil)
		if _, err := strict.Run(t.Context(), nil, nil); err == nil || err.Error() != "chain c, step all/2/nap: three is bad" {
			t.Errorf("strict: %v", err)
		}
		long := must(t, []Step{ForEach("all", "1..5", []Step{nap}, &ForEachOptions{MaxItems: 4})}, nil)
		if _, err := long.Run(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "5 items; maxItems is 4") {
			t.Errorf("long: %v", err)
		}
	})
}

func TestLoopCarriesItsValues(t *testing.T) {
	add := Func("add", func(_ context.Context, in Values) (Values, error) {
		return Values{"text": in["text"].(string) + "x"}, nil
	}, &FuncOptions{Inputs: []string{"text"}, Outputs: []string{"text"}})
	o := &LoopOptions{Start: map[string]string{"text": `"-"`}, Until: "len(text) == 4", Output: "report"}
	got := values(t, must(t, []Step{Loop("grow", 10, []Step{add}, o)}, nil), nil)
	if diff := cmp.Diff(Values{"text": "-xxx", "report": map[string]any{"rounds": 3, "done": true}}, got); diff != "" {
		t.Error(diff)
	}
	got = values(t, must(t, []Step{Loop("grow", 2, []Step{add}, o)}, nil), nil)
	if diff := cmp.Diff(Values{"text": "-xx", "report": map[string]any{"rounds": 2, "done": false}}, got); diff != "" {
		t.Error(diff)
	}
}

// inner wraps s in a chain, for another name.
func inner(t testing.TB, s Step) Step { return must(t, []Step{s}, nil).Step("inner") }

func TestBranchTakesTheFirstCaseThatHolds(t *testing.T) {
	c := must(t, []Step{
		Branch("route", []Case{
			{When: `kind == "a"`, Steps: []Step{upper("kind", "loud")}},
			{When: `kind != "c"`, Steps: []Step{upper("kind", "other"), inner(t, upper("other", "loud"))}},
		}, &BranchOptions{Else: []Step{Func("quiet", func(context.Context, Values) (string, error) { return "hush", nil }, nil)}}),
	}, nil)
	for kind, want := range map[string]Values{
		"a": {"loud": "A", "other": nil, "quiet": nil},
		"b": {"loud": "B", "other": "B", "quiet": nil},
		"c": {"loud": nil, "other": nil, "quiet": "hush"},
	} {
		if diff := cmp.Diff(want, values(t, c, Values{"kind": kind})); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

func TestRetriesAndRescues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		s, tries := flaky("s", 2, down)
		var events []string
		c := must(t, []Step{With(s, &StepOptions{Retry: &retry.Policy{MaxAttempts: 3}})}, &Options{Events: func(e Event) {
			if e.Retry != nil {
				events = append(events, fmt.Sprint(e.Retry.What, e.Retry.Attempt, e.Retry.Error))
			}
		}})
		if got := values(t, c, nil); got["s"] != "well" || *tries != 3 {
			t.Errorf("retried: %v after %d", got, *tries)
		}
		if diff := cmp.Diff([]string{"wait1down", "wait2down"}, events); diff != "" {
			t.Error(diff)
		}
		fails, _ := flaky("s", 9, down)
		plan := Func("plan_b", func(_ context.Context, in Values) (Values, error) {
			return Values{"s": "rescued from: " + in["error"].(map[string]any)["message"].(string)}, nil
		}, &FuncOptions{Inputs: []string{"error"}, Outputs: []string{"s"}})
		c = must(t, []Step{With(fails, &StepOptions{OnError: []Step{plan}})}, nil)
		if got := values(t, c, nil); got["s"] != "rescued from: down" {
			t.Errorf("rescued: %v", got)
		}
		c = must(t, []Step{With(fails, &StepOptions{Optional: true})}, nil)
		if got := values(t, c, nil); got["s"] != nil {
			t.Errorf("optional: %v", got)
		}
		boom := Func("boom", func(context.Context, Values) (string, error) { panic("boom") }, nil)
		_, err := must(t, []Step{With(boom, &StepOptions{Retry: &retry.Policy{}})}, nil).Run(t.Context(), nil, nil)
		if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != "boom" || len(p.Stack) == 0 {
			t.Errorf("panic: %v", err)
		}
	})
}

func TestChainAsAStep(t *testing.T) {
	within, err := New("inner", []Step{upper("name", "loud")}, &Options{
		Input: &jsonschema.Schema{
			Type: "object", Properties: map[string]*jsonschema.Schema{"name": {Type: "string", Default: []byte(`"you"`)}},
		},
		Output: []string{"loud"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := must(t, []Step{
		within.Step("one"),
		With(within.Step("two"), &StepOptions{When: "false"}),
	}[:1], nil)
	if got := values(t, c, nil); got["loud"] != "YOU" {
		t.Errorf("default: %v", got)
	}
	res, err := c.Run(t.Context(), Values{"name": "me"}, nil)
	if err != nil || res.Values["loud"] != "ME" || res.Steps[0].Step != "one/make_loud" {
		t.Errorf("given: %+v %v", res, err)
	}
	if _, err := c.Run(t.Context(), Values{"name": 7}, nil); err == nil || !strings.Contains(err.Error(), "chain c, step one") {
		t.Errorf("wrong type: %v", err)
	}
}

// library is a retriever of two documents.
type library struct{}

func (library) GetRelevantDocuments(_ context.Context, query string) ([]schema.Document, error) {
	return []schema.Document{{PageContent: "on " + query, Score: 0.5}, {PageContent: "more"}}, nil
}

func TestRetrieve(t *testing.T) {
	c := must(t, []Step{Retrieve("docs", library{}, `"tea and " + topic`, &RetrieveOptions{Max: 1})}, nil)
	want := Values{"docs": []any{map[string]any{"content": "on tea and milk", "metadata": map[string]any{}, "score": 0.5}}}
	if diff := cmp.Diff(want, values(t, c, Values{"topic": "milk"})); diff != "" {
		t.Error(diff)
	}
}

func TestAFailedRunLeavesNoHalfTurn(t *testing.T) {
	store := memory.NewInProcess()
	remembers := Template(parsed(t, strings.Split(answerPrompt, "\n")...))
	fails, _ := flaky("after", 1, errors.New("down"))
	c := must(t, []Step{Prompt("answer", says("one", "two"), remembers, nil), fails}, &Options{Memory: store})
	in, o := Values{"ticket": "t", "queue": "q"}, &RunOptions{Session: "s"}
	if _, err := c.Run(t.Context(), in, o); err == nil {
		t.Fatal("the first run went well")
	}
	if h, _ := store.Load(t.Context(), "s"); len(h.Messages) != 0 {
		t.Errorf("a failed run left %d messages", len(h.Messages))
	}
	if _, err := c.Run(t.Context(), in, o); err != nil {
		t.Fatal(err)
	}
	if h, _ := store.Load(t.Context(), "s"); len(h.Messages) != 2 {
		t.Errorf("a run left %d messages", len(h.Messages))
	}
}

func TestAChainAsAStepHasItsOwnMemory(t *testing.T) {
	store := memory.NewInProcess()
	remembers := Template(parsed(t, strings.Split(answerPrompt, "\n")...))
	m := says("one", "two")
	within, err := New("within", []Step{Prompt("answer", m, remembers, nil)}, &Options{Memory: store})
	if err != nil {
		t.Fatal(err)
	}
	c := must(t, []Step{within.Step("ask"), upper("answer", "loud")}, nil)
	for _, ticket := range []string{"first", "second"} {
		if _, err := c.Run(t.Context(), Values{"ticket": ticket, "queue": "q"}, &RunOptions{Session: "s"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.asked[1]) != 4 {
		t.Errorf("the second question came with %d messages", len(m.asked[1]))
	}
	if h, _ := store.Load(t.Context(), "s"); len(h.Messages) != 4 {
		t.Errorf("the conversation has %d messages", len(h.Messages))
	}
}

func TestInputsAreHeldToTheSchema(t *testing.T) {
	c := must(t, []Step{upper("name", "loud"), upper("loud", "louder")}, &Options{Input: &jsonschema.Schema{
		Type: "object", Required: []string{"name"}, Properties: map[string]*jsonschema.Schema{"name": {Type: "string", MaxLength: new(3)}},
	}})
	for name, tc := range map[string]struct {
		in   Values
		want string
	}{
		"missing": {nil, "chain c: bad input: name is missing"},
		"unknown": {Values{"name": "x", "nam": "y"}, "chain c: bad input: nam is not an input: did you mean name?"},
		"type":    {Values{"name": 1}, "bad input"},
		"length":  {Values{"name": "long"}, "bad input"},
	} {
		_, err := c.Run(t.Context(), tc.in, nil)
		if _, ok := errors.AsType[*InputError](err); !ok || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
