package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/templates"
)

func TestStepsAndToolsKnowTheirRun(t *testing.T) {
	var info RunInfo
	s := Func("s", func(ctx context.Context, _ Values) (string, error) {
		info = RunOf(ctx)
		Emit(ctx, Event{Text: "half way"})
		return "", nil
	}, nil)
	c := must(t, []Step{s}, nil)
	var progress []string
	o := &RunOptions{RunID: "r", Session: "u", Labels: map[string]string{"a": "b"}, Events: func(e Event) {
		if e.Kind == Progress {
			progress = append(progress, e.Step+" "+e.Text)
		}
	}}
	if _, err := c.Run(t.Context(), nil, o); err != nil {
		t.Fatal(err)
	}
	want := RunInfo{ID: "r", Chain: "c", Step: "s", Session: "u", Labels: map[string]string{"a": "b"}}
	if diff := cmp.Diff(want, info); diff != "" || len(progress) != 1 || progress[0] != "s half way" {
		t.Errorf("%s, progress %v", diff, progress)
	}
	Emit(t.Context(), Event{Text: "nobody hears"})
	if diff := cmp.Diff(RunInfo{}, RunOf(t.Context())); diff != "" {
		t.Error(diff)
	}
}

// instant is a model that costs next to nothing: what is measured is ours.
type instant struct{}

var instantReply = &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "an answer", StopReason: "end_turn"}}}

func (instant) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	return instantReply, nil
}
func (instant) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", nil }
func (instant) MessageAware()                                                    {}

// tired is a model that retried and tells of it, as package retry does.
type tired struct{ instant }

func (tired) GenerateContent(ctx context.Context, _ []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	message.Tell(ctx, message.Notice{Kind: message.NoticeAttempt, Attempt: 1})
	message.Tell(ctx, message.Notice{Kind: message.NoticeThrottle, Attempt: 1, Class: "throttleTokens", Err: errors.New("slow down")})
	if tell := message.ObserverOf(ctx).Delta; tell != nil {
		for _, d := range []message.Delta{{Kind: message.DeltaReasoning, Text: "hm"}, {Kind: message.DeltaText, Text: "yes"}} {
			if err := tell(d); err != nil {
				return nil, err
			}
		}
	}
	c := &llms.ContentChoice{Content: "yes", StopReason: "end_turn"}
	message.Attach(c, message.Info{Usage: message.Usage{Input: 7, Output: 1}, Model: "m", Attempts: 2, Waited: 5})
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{c}}, nil
}

func TestEventsTellOfRetriesAndCosts(t *testing.T) {
	c := must(t, []Step{Prompt("a", tired{}, asks(t, "q"), nil)}, nil)
	for _, streamed := range []bool{true, false} {
		var got []string
		var last Event
		hear := func(e Event) {
			got, last = append(got, string(e.Kind)), e
			if e.Retry != nil && (e.Retry.Class != "throttleTokens" || e.Retry.Error != "slow down") {
				t.Errorf("retry: %+v", e.Retry)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Error(err)
			}
		}
		want := []string{"run.started", "step.started", "retry", "step.finished", "run.finished"}
		if streamed {
			want = []string{"run.started", "step.started", "retry", "reasoning", "token", "step.finished", "run.finished"}
			for e, err := range c.Stream(t.Context(), Values{"q": "?"}, nil) {
				if err != nil {
					t.Fatal(err)
				}
				hear(e)
			}
		} else if _, err := c.Run(t.Context(), Values{"q": "?"}, &RunOptions{Events: hear}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("streamed %v: %s", streamed, diff)
		}
		if r := last.Result; r == nil || r.Attempts != 2 || r.Waited != 5 || r.Usage.Input != 7 || r.Steps[0].Model != "m" || (r.FirstToken > 0) != streamed {
			t.Errorf("streamed %v: %+v", streamed, r)
		}
	}
}

func TestAStreamEndsWithItsQuestionOrItsError(t *testing.T) {
	var last Event
	for e, err := range must(t, []Step{Approve("ok", "Sure?", nil)}, nil).Stream(t.Context(), nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	if last.Kind != Interrupted || last.Interrupt == nil || last.Result.Interrupt == nil {
		t.Errorf("%+v", last)
	}
	down := errors.New("down")
	fails, _ := flaky("s", 1, down)
	var failed error
	for e, err := range must(t, []Step{fails}, nil).Stream(t.Context(), nil, nil) {
		if failed = err; err == nil {
			last = e
		}
	}
	if !errors.Is(failed, down) || last.Kind != RunFinished || last.Error != "chain c, step s: down" {
		t.Errorf("%v after %+v", failed, last)
	}
}

func TestCheckAsksForThePrompts(t *testing.T) {
	r := registry(t, says())
	answer := Prompt("answer", says(), FromLibrary(r.Templates, "support/answer@production"), nil)
	c := must(t, []Step{answer}, &Options{Input: ticketOnly()})
	err := c.Check(t.Context())
	if e, ok := errors.AsType[*CheckError](err); !ok || !strings.Contains(e.Error(), "step answer: its input queue comes from nowhere") {
		t.Errorf("Check: %v", err)
	}
	gone := Prompt("gone", says(), FromLibrary(r.Templates, "support/nobody"), nil)
	if err := must(t, []Step{gone}, nil).Check(t.Context()); !strings.Contains(fmt.Sprint(err), "there is no prompt support/nobody") {
		t.Errorf("Check: %v", err)
	}
	// A chain whose needs only a library knows still works as a step.
	m := says("an answer")
	inner := must(t, []Step{Prompt("answer", m, FromLibrary(r.Templates, "support/answer@production"), nil)}, nil)
	got := values(t, must(t, []Step{inner.Step("in")}, nil), Values{"ticket": "t", "queue": "q"})
	if got["answer"] != "an answer" {
		t.Errorf("%v", got)
	}
	if _, err := New("c", []Step{Prompt("p", says(), FromLibrary(nil, "a"), nil), Prompt("q", says(), FromLibrary(&templates.Library{}, "A b"), nil)}, nil); err == nil {
		t.Error("New takes a missing library and a broken reference")
	}
}

// bySession chooses a prompt by the session of the run.
type bySession map[string]PromptSource

func (s bySession) Template(ctx context.Context) (*templates.Template, error) {
	return s[RunOf(ctx).Session].Template(ctx)
}

func TestAPromptMayDependOnTheRun(t *testing.T) {
	m := says("1", "2")
	src := bySession{"a": asks(t, "q"), "b": asks(t, "q", "r")}
	c := must(t, []Step{Prompt("p", m, src, nil)}, nil)
	for _, session := range []string{"a", "b"} {
		if _, err := c.Run(t.Context(), Values{"q": "1", "r": "2"}, &RunOptions{Session: session}); err != nil {
			t.Error(err)
		}
	}
	if a, b := textIn(m.asked[0][0]), textIn(m.asked[1][0]); a != "q=1" || b != "q=1 r=2" {
		t.Errorf("asked %q and %q", a, b)
	}
}

func TestOptionsOverOptions(t *testing.T) {
	s := With(With(upper("a", "b"), &StepOptions{When: "yes", With: map[string]string{"a": `"inner"`}}), &StepOptions{When: "also", With: map[string]string{"a": `"outer"`}})
	c := must(t, []Step{s}, nil)
	for in, want := range map[[2]bool]any{{true, true}: "OUTER", {true, false}: nil, {false, true}: nil} {
		if got := values(t, c, Values{"yes": in[0], "also": in[1]}); got["b"] != want {
			t.Errorf("%v: %v", in, got)
		}
	}
}

func TestErrorsQuoteNoValues(t *testing.T) {
	c := must(t, []Step{upper("ticket", "b"), With(upper("b", "d"), &StepOptions{When: `int(b) > 0`})}, &Options{Input: ticketOnly()})
	for _, in := range []Values{{"ticket": []any{"s3cret"}}, {"ticket": "s3cret"}} {
		_, err := c.Run(t.Context(), in, nil)
		if err == nil || strings.Contains(strings.ToLower(err.Error()), "s3cret") {
			t.Errorf("the error: %v", err)
		}
	}
}

// A file's chain with several outputs, wanted as one value, and a registered
// step that has options of its own.
func TestStepsUnderOtherNames(t *testing.T) {
	r := registry(t, says())
	r.Steps["quiet"] = With(r.Steps["shout"], &StepOptions{When: "len(text) < 3"})
	fsys := fstest.MapFS{
		"chain.yaml": {Data: []byte("schema: causeway.chain/v1\nname: c\ninput: {required: [text], properties: {text: {type: string}}}\nsteps:\n" +
			"  - {name: both, chain: two.yaml, output: pair}\n  - {name: q, func: quiet, output: q}\n")},
		"two.yaml": {Data: []byte("schema: causeway.chain/v1\nname: two\ninput: {required: [text], properties: {text: {type: string}}}\nsteps:\n" +
			"  - {name: one, func: shout}\n  - {name: two, func: shout, with: {text: loud}, output: louder}\n")},
	}
	c, err := Load(t.Context(), fsys, "chain.yaml", r)
	if err != nil {
		t.Fatal(err)
	}
	want := Values{"pair": map[string]any{"loud": "ABC", "louder": "ABC"}, "q": nil}
	if diff := cmp.Diff(want, values(t, c, Values{"text": "abc"})); diff != "" {
		t.Error(diff)
	}
}

func TestTenThousandRunsAtOnce(t *testing.T) {
	const crowd = 10_000
	var arrived, all sync.WaitGroup
	open := make(chan struct{})
	wait := Func("wait", func(context.Context, Values) (string, error) {
		arrived.Done()
		<-open
		return "done", nil
	}, nil)
	c := must(t, []Step{wait}, nil)
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	arrived.Add(crowd)
	for range crowd {
		all.Go(func() {
			if _, err := c.Run(t.Context(), nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	arrived.Wait()
	runtime.ReadMemStats(&during)
	close(open)
	all.Wait()
	if grown := (during.Sys - before.Sys) >> 20; grown > 1024 {
		t.Errorf("10,000 runs took %d MiB", grown)
	} else {
		t.Logf("10,000 runs took %d MiB", grown)
	}
}

func TestEventsSideBySideKeepEachStepsOrder(t *testing.T) {
	var steps []Step
	for i := range 8 {
		steps = append(steps, Prompt(fmt.Sprintf("s%d", i), tired{}, asks(t, "q"), nil))
	}
	c := must(t, []Step{Parallel("all", steps, nil)}, nil)
	seen := map[string][]string{}
	for e, err := range c.Stream(t.Context(), Values{"q": "?"}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		seen[e.Step] = append(seen[e.Step], string(e.Kind))
	}
	for i := range 8 {
		want := []string{"step.started", "retry", "reasoning", "token", "step.finished"}
		if diff := cmp.Diff(want, seen[fmt.Sprintf("all/s%d", i)]); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
}

// A label that a step adds is seen by those after it and by whoever reads the
// result; the caller's own map stays as it is.
func TestLabel(t *testing.T) {
	var seen map[string]string
	learns := Func("learns", func(ctx context.Context, _ Values) (string, error) {
		Label(ctx, "variant", "b")
		return "", nil
	}, nil)
	reads := Func("reads", func(ctx context.Context, _ Values) (string, error) {
		seen = RunOf(ctx).Labels
		return "", nil
	}, nil)
	own := map[string]string{"team": "a"}
	var last Event
	res, err := must(t, []Step{learns, reads}, nil).Run(t.Context(), nil, &RunOptions{Labels: own, Events: func(e Event) { last = e }})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"team": "a", "variant": "b"}
	for name, got := range map[string]map[string]string{"RunOf": seen, "Result": res.Labels, "the last event": last.Labels} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if len(own) != 1 {
		t.Errorf("the caller's map became %v", own)
	}
	Label(t.Context(), "nobody", "cares")
}

func TestARunMayBeStreamed(t *testing.T) {
	c := must(t, []Step{Prompt("answer", says("one two"), asks(t, "text"), nil)}, nil)
	var words []string
	res, err := c.Run(t.Context(), Values{"text": "x"}, &RunOptions{Streamed: true, Events: func(e Event) {
		if e.Kind == Token {
			words = append(words, e.Text)
		}
	}})
	if err != nil || res.FirstToken == 0 || len(words) != 2 || words[0] != "one " {
		t.Errorf("%q, first token after %v, %v", words, res.FirstToken, err)
	}
}
