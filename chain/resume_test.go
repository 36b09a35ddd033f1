package chain

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/tools"
)

func TestApproval(t *testing.T) {
	before, after := 0, 0
	count := func(name string, n *int) Step {
		return Func(name, func(context.Context, Values) (int, error) { *n++; return *n, nil }, nil)
	}
	c := must(t, []Step{
		count("before", &before),
		Approve("ok", "Shall we?", &ApproveOptions{Show: []string{"before"}}),
		With(count("after", &after), &StepOptions{When: "ok.approved"}),
	}, nil)
	res, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"})
	if err != nil {
		t.Fatal(err)
	}
	if i := res.Interrupt; i == nil || i.Step != "ok" || i.Question != "Shall we?" || i.Values["before"] != 1.0 {
		t.Fatalf("interrupt: %+v", res.Interrupt)
	}
	if again, err := c.Resume(t.Context(), "r", nil, nil); err != nil || again.Interrupt == nil {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if _, err := c.Resume(t.Context(), "r", Values{"approved": "yes"}, nil); err == nil {
		t.Error("an answer of the wrong type was taken")
	}
	res, err = c.Resume(t.Context(), "r", Values{"approved": true}, nil)
	if err != nil || res.Interrupt != nil || before != 1 || after != 1 {
		t.Fatalf("resumed: %+v, %v; before %d, after %d", res, err, before, after)
	}
	once, err := c.Resume(t.Context(), "r", Values{"approved": true}, nil)
	if err != nil || after != 1 || once.Values["after"] != 1.0 {
		t.Errorf("resumed when over: %+v, %v", once, err)
	}
	if _, err := c.Resume(t.Context(), "other", nil, nil); !errors.Is(err, ErrNoRun) {
		t.Errorf("an unknown run: %v", err)
	}
	if _, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"}); !errors.Is(err, ErrConflict) {
		t.Errorf("the same id again: %v", err)
	}
}

func TestQuestionsSideBySideAreAskedOneByOne(t *testing.T) {
	c := must(t, []Step{
		Parallel("both", []Step{Approve("a", "A?", nil), Approve("b", "B?", nil)}, &ParallelOptions{Errors: "failed"}),
	}, nil)
	res, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"})
	for range 2 {
		if err != nil || res.Interrupt == nil {
			t.Fatalf("%+v, %v", res, err)
		}
		res, err = c.Resume(t.Context(), "r", Values{"approved": true, "reason": res.Interrupt.Step}, nil)
	}
	if err != nil || res.Interrupt != nil {
		t.Fatalf("%+v, %v", res, err)
	}
	want := Values{
		"a": map[string]any{"approved": true, "reason": "both/a"}, "b": map[string]any{"approved": true, "reason": "both/b"},
		"failed": []any{},
	}
	if diff := cmp.Diff(want, res.Values); diff != "" {
		t.Error(diff)
	}
}

// refunds is a chain whose agent refunds after asking.
func refunds(t *testing.T, m llms.Model, done *[]string, o *Options) *Chain {
	var mu sync.Mutex
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		*done = append(*done, what)
	}
	refund := tool(t, "refund", func(ctx context.Context, w word) (string, error) {
		note(w.Word + " " + tools.IdempotencyKey(ctx))
		return "refunded " + w.Word, nil
	})
	look := tool(t, "look", func(_ context.Context, w word) (string, error) {
		note("looked at " + w.Word)
		return "fine", nil
	})
	c, err := New("refunds", []Step{
		Agent("agent", m, Template(parsed(t, strings.Split(answerPrompt, "\n")...)), set(t, refund, look), &AgentOptions{Approve: []string{"refund"}}),
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAgentAsksBeforeItActs(t *testing.T) {
	for name, tc := range map[string]struct {
		answer Values
		done   []string
		told   string
	}{
		"yes":  {Values{"approved": true}, []string{"looked at A", "A r/agent/1/call-1"}, "refunded A"},
		"no":   {Values{"approved": false, "reason": "too much"}, []string{"looked at A"}, "not approved and was not run: too much"},
		"less": {Values{"approved": true, "arguments": `{"word":"half of A"}`}, []string{"looked at A", "half of A r/agent/1/call-1"}, "refunded half of A"},
	} {
		t.Run(name, func(t *testing.T) {
			var done []string
			m := &scripted{turns: []*llms.ContentChoice{calls("look", `{"word":"A"}`, "refund", `{"word":"A"}`), {Content: "done"}}}
			store := memory.NewInProcess()
			checkpoints, err := NewFileCheckpoints(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			o := &Options{Memory: store, Checkpoints: checkpoints}
			res, err := refunds(t, m, &done, o).Run(t.Context(), Values{"ticket": "t", "queue": "q"}, &RunOptions{RunID: "r", Session: "s"})
			if err != nil || res.Interrupt == nil || res.Interrupt.Tool == nil || res.Interrupt.Tool.Name != "refund" || len(done) != 0 {
				t.Fatalf("%+v, %v, %v", res, err, done)
			}
			// Another process, hours later.
			res, err = refunds(t, m, &done, o).Resume(t.Context(), "r", tc.answer, nil)
			if err != nil || res.Values["agent"] != "done" {
				t.Fatalf("%+v, %v", res, err)
			}
			if len(tc.done) == 2 && len(done) == 2 && done[0] != tc.done[0] {
				done[0], done[1] = done[1], done[0] // they ran side by side
			}
			if diff := cmp.Diff(tc.done, done); diff != "" {
				t.Error(diff)
			}
			last := m.asked[1]
			if text := last[len(last)-1].Parts[0].(llms.ToolCallResponse).Content; !strings.Contains(text, tc.told) {
				t.Errorf("the model was told %q", text)
			}
			if len(m.asked) != 2 || res.Steps[0].Turns != 2 {
				t.Errorf("the model was asked %d times in %d turns", len(m.asked), res.Steps[0].Turns)
			}
			if h, _ := store.Load(t.Context(), "s"); len(h.Messages) != 4 {
				t.Errorf("the conversation has %d messages", len(h.Messages))
			}
		})
	}
}

func TestAFailedRunGoesOnWhereItFailed(t *testing.T) {
	first := 0
	one := func(name string) Step {
		return Func(name, func(context.Context, Values) (int, error) { first++; return first, nil }, nil)
	}
	two, _ := flaky("two", 1, errors.New("down"))
	c := must(t, []Step{one("one"), ForEach("each", "1..3", []Step{one("each_one")}, nil), two}, &Options{Checkpoints: NewInProcessCheckpoints()})
	if _, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"}); err == nil {
		t.Fatal("it went well")
	}
	var again []string
	res, err := c.Resume(t.Context(), "r", nil, &RunOptions{Events: func(e Event) { again = append(again, strings.TrimSpace(string(e.Kind)+" "+e.Step)) }})
	if err != nil || res.Values["two"] != "well" || first != 4 {
		t.Errorf("%+v, %v; one ran %d times", res, err, first)
	}
	if diff := cmp.Diff([]string{"run.started", "step.started two", "step.finished two", "run.finished"}, again); diff != "" {
		t.Error(diff)
	}
	if len(res.Steps) != 6 {
		t.Errorf("the result tells of %d steps", len(res.Steps))
	}
	other := must(t, []Step{two}, &Options{Checkpoints: c.o.Checkpoints})
	if _, err := other.Resume(t.Context(), "r", nil, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("another chain: %v", err)
	}
	if _, err := c.Resume(t.Context(), "r", Values{"x": 1}, nil); err != nil {
		t.Errorf("an answer to a run that is over: %v", err)
	}
}

// together lets two read a journal before either goes on.
type together struct {
	Checkpointer
	both *sync.WaitGroup
}

func (c together) Entries(ctx context.Context, runID string) ([][]byte, error) {
	entries, err := c.Checkpointer.Entries(ctx, runID)
	c.both.Done()
	c.both.Wait()
	return entries, err
}

func TestOfTwoResumersOneGoesOn(t *testing.T) {
	act, tries := flaky("act", 1, errors.New("down"))
	both := &sync.WaitGroup{}
	both.Add(2)
	c := must(t, []Step{act}, &Options{Checkpoints: together{NewInProcessCheckpoints(), both}})
	if _, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"}); err == nil {
		t.Fatal("it went well")
	}
	var wg sync.WaitGroup
	var won, lost atomic.Int32
	for range 2 {
		wg.Go(func() {
			switch _, err := c.Resume(t.Context(), "r", nil, nil); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, ErrConflict):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 1 || *tries != 2 {
		t.Errorf("%d went on, %d were turned away, the step ran %d times", won.Load(), lost.Load(), *tries)
	}
}

func TestOfTwoAnswersOneCounts(t *testing.T) {
	for range 20 {
		var ran atomic.Int32
		act := Func("act", func(context.Context, Values) (string, error) { ran.Add(1); return "", nil }, nil)
		c := must(t, []Step{Approve("ok", "Shall we?", nil), With(act, &StepOptions{When: "ok.approved"})}, &Options{Checkpoints: NewInProcessCheckpoints()})
		if _, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var won atomic.Int32
		for range 2 {
			wg.Go(func() {
				_, err := c.Resume(t.Context(), "r", Values{"approved": true}, nil)
				switch {
				case err == nil:
					won.Add(1) // the other may also find the run over, and be told its values
				case !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotWaiting):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() == 0 || ran.Load() != 1 {
			t.Fatalf("%d answers counted, the step ran %d times", won.Load(), ran.Load())
		}
	}
}

func TestARunOnCheckpointsOfItsOwn(t *testing.T) {
	c := must(t, []Step{Approve("ok", "Shall we?", nil)}, nil)
	own := NewInProcessCheckpoints()
	o := &RunOptions{RunID: "r", Checkpoints: own}
	if res, err := c.Run(t.Context(), nil, o); err != nil || res.Interrupt == nil {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := c.Resume(t.Context(), "r", nil, nil); !errors.Is(err, ErrNoRun) {
		t.Errorf("the chain's own checkpoints know the run: %v", err)
	}
	res, err := c.Resume(t.Context(), "r", Values{"approved": true}, o)
	if err != nil || res.Interrupt != nil {
		t.Errorf("%+v, %v", res, err)
	}
}
