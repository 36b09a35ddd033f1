package experiment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
)

// variantChain answers with its key after wait, or fails.
func variantChain(t testing.TB, key string, wait time.Duration, fail error) *chain.Chain {
	t.Helper()
	c, err := chain.New("support", []chain.Step{
		chain.Func("answer", func(ctx context.Context, in chain.Values) (string, error) {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return "", ctx.Err()
			}
			if fail != nil {
				return "", fail
			}
			return key + ": " + in["question"].(string), nil
		}, &chain.FuncOptions{Inputs: []string{"question"}}),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const live = `schema: causeway.experiment/v1
key: live
variants: [{key: control}, {key: warm}]
metrics:
  primary: {name: csat}
  guardrails: [{name: error, kind: ratio, worseBy: 0.1}, {name: latency_ms, worseBy: 5000}]
decision: {minUnits: 20}
`

type setup struct {
	log     *experiment.FolderLog
	tracker *experiment.Tracker
	runner  *experiment.Runner
}

func newSetup(t testing.TB, e *experiment.Experiment, chains map[string]*chain.Chain, o *experiment.RunnerOptions) setup {
	t.Helper()
	s := setup{log: experiment.NewFolderLog(t.TempDir())}
	s.tracker = experiment.NewTracker(e, s.log, nil)
	if o == nil {
		o = &experiment.RunnerOptions{}
	}
	o.OnError = func(err error) { t.Errorf("recording: %v", err) }
	var err error
	if s.runner, err = experiment.NewRunner(e, chains, s.tracker, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.log.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s setup) records(t testing.TB, key string) (list []experiment.Record) {
	t.Helper()
	for r, err := range s.log.Read(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestRunner(t *testing.T) {
	e := parse(t, live)
	s := newSetup(t, e, map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", 0, nil)}, nil)
	in := chain.Values{"question": "hi"}
	for i := range 40 {
		session := fmt.Sprint("session-", i)
		want := e.Assign(session).Variant.Key
		for range 2 {
			var labels map[string]string
			res, err := s.runner.Run(t.Context(), in, &chain.RunOptions{Session: session, Events: func(e chain.Event) {
				if e.Kind == chain.RunStarted {
					labels = e.Labels
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			if res.Values["answer"] != want+": hi" || labels["variant"] != want || labels["experiment"] != "live" {
				t.Fatalf("%s: %v with labels %v, want %s", session, res.Values, labels, want)
			}
			if err := s.tracker.Feedback(t.Context(), experiment.Feedback{RunID: res.RunID, Values: map[string]float64{"csat": 5}, Note: "my name is Ann"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A run of nobody is the control's and is not recorded; the chain goes
	// anywhere a chain goes.
	if res, err := s.runner.Chain().Run(t.Context(), in, nil); err != nil || res.Values["answer"] != "control: hi" {
		t.Errorf("without a unit: %v, %v", res, err)
	}
	kinds := map[experiment.RecordKind]int{}
	for _, r := range s.records(t, "live") {
		kinds[r.Kind]++
		if strings.Contains(r.Unit, "session") || r.Note != "" {
			t.Errorf("the log says who it was: %+v", r)
		}
	}
	if kinds[experiment.Exposure] != 40 || kinds[experiment.Outcome] != 160 {
		t.Errorf("%v, want 40 exposures and 160 outcomes", kinds)
	}
	r, err := s.runner.Review(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Metrics[0].Arms[0].Value != 5 || r.Excluded.Unmatched != 0 || r.Metrics[1].Arms[1].Value != 0 {
		t.Errorf("%+v %+v", r.Metrics[0].Arms, r.Excluded)
	}
}

func TestRunnerRefusesUnlikeChains(t *testing.T) {
	e := parse(t, live)
	other, err := chain.New("support", []chain.Step{
		chain.Func("reply", func(context.Context, chain.Values) (string, error) { return "", nil }, &chain.FuncOptions{Inputs: []string{"question"}}),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	control := variantChain(t, "control", 0, nil)
	for says, chains := range map[string]map[string]*chain.Chain{
		"no chain for the variant warm": {"control": control},
		"returns [reply], the control":  {"control": control, "warm": other},
	} {
		if _, err := experiment.NewRunner(e, chains, nil, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

func TestRunnerRecordsFailuresAndNotCancellations(t *testing.T) {
	e := parse(t, strings.Replace(live, "variants:", "weights: [0, 1]\nvariants:", 1))
	s := newSetup(t, e, map[string]*chain.Chain{
		"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", time.Millisecond, errors.New("boom")),
	}, nil)
	if _, err := s.runner.Run(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Session: "a"}); err == nil {
		t.Fatal("no error")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.runner.Run(gone, chain.Values{"question": "x"}, &chain.RunOptions{Session: "b"}); err == nil {
		t.Fatal("no error")
	}
	failed := 0
	for _, r := range s.records(t, "live") {
		if r.Kind == experiment.Outcome {
			failed++
			if _, has := r.Values[experiment.LatencyMS]; has || r.Values[experiment.Failed] != 1 {
				t.Errorf("values %v", r.Values)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d outcomes, want the failure's alone", failed)
	}
}

// A shadow that is slow, fails or panics costs the real run nothing, and its
// numbers stand beside the control's.
func TestShadow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := parse(t, strings.Replace(live, "variants:", "mode: shadow\nvariants:", 1))
		s := newSetup(t, e, map[string]*chain.Chain{
			"control": variantChain(t, "control", time.Second, nil), "warm": variantChain(t, "warm", time.Minute, nil),
		}, &experiment.RunnerOptions{MaxShadows: 3})
		for i := range 5 {
			began := time.Now()
			ctx, cancel := context.WithCancel(t.Context())
			res, err := s.runner.Run(ctx, chain.Values{"question": "x"}, &chain.RunOptions{Session: fmt.Sprint(i)})
			cancel() // the real run's end does not end its shadow
			if err != nil || res.Values["answer"] != "control: x" || time.Since(began) != time.Second {
				t.Fatalf("%v, %v after %v", res, err, time.Since(began))
			}
		}
		s.runner.Close()
		if s.runner.Dropped() != 2 {
			t.Errorf("dropped %d, want 2", s.runner.Dropped())
		}
		r, err := s.runner.Review(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		latency := r.Metrics[2].Arms
		if latency[0].Value != 1000 || latency[1].Value != 60_000 || r.Arms[1].Units != 3 || r.Excluded.MixedUnits != 0 {
			t.Errorf("latency %+v, arms %+v, %+v", latency, r.Arms, r.Excluded)
		}
	})
}

// A canary whose guardrail breaks is stepped down within one period, in the
// process that finds out and in the one that reads it from the log; one that
// holds goes on.
func TestCanary(t *testing.T) {
	for name, fail := range map[string]error{"breached": errors.New("boom"), "held": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := parse(t, strings.Replace(live, "variants:", "mode: canary\ncanary: {steps: [0.2, 0.5]}\nvariants:", 1))
				chains := map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", 0, fail)}
				s := newSetup(t, e, chains, nil)
				second, err := experiment.NewRunner(e, chains, s.tracker, nil)
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { s.runner.Watch(ctx, time.Minute); close(done) }()
				var warm atomic.Int64
				run := func(r *experiment.Runner, n int) (of int) {
					for i := range n {
						res, err := r.Run(ctx, chain.Values{"question": "x"}, &chain.RunOptions{Session: fmt.Sprint("c", i)})
						if err != nil || strings.HasPrefix(res.Values["answer"].(string), "warm") {
							of++
							warm.Add(1)
						}
					}
					return of
				}
				first := run(s.runner, 300)
				time.Sleep(61 * time.Second) // one period, of virtual time
				if _, err := second.Review(ctx); err != nil {
					t.Fatal(err)
				}
				after, there := run(s.runner, 300), run(second, 300)
				if fail != nil && (first == 0 || after != 0 || there != 0) {
					t.Errorf("warm got %d, and %d and %d after it broke", first, after, there)
				}
				if fail == nil && (after <= first || there != after) {
					t.Errorf("warm got %d, then %d and %d", first, after, there)
				}
				stop()
				<-done
			})
		})
	}
}

// A stream carries the variant in its first event's labels, and its end is
// recorded with what the program asked to keep.
func TestStream(t *testing.T) {
	e := parse(t, strings.Replace(live, "variants:", "unit: user\nweights: [0, 1]\nvariants:", 1))
	log := experiment.NewFolderLog(t.TempDir())
	tracker := experiment.NewTracker(e, log, &experiment.TrackerOptions{Price: func(*chain.Result) float64 { return 0.25 }, KeepNotes: true})
	runner, err := experiment.NewRunner(e, map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", 0, nil)}, tracker, nil)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []chain.Kind
	var first chain.Event
	for event, err := range runner.Stream(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Labels: map[string]string{experiment.UserLabel: "ann"}}) {
		if err != nil {
			t.Fatal(err)
		}
		if kinds = append(kinds, event.Kind); event.Kind == chain.RunStarted {
			first = event
		}
	}
	if first.Labels["variant"] != "warm" || first.Labels[experiment.UserLabel] != "ann" || kinds[len(kinds)-1] != chain.RunFinished {
		t.Errorf("labels %v, kinds %v", first.Labels, kinds)
	}
	if err := tracker.Feedback(t.Context(), experiment.Feedback{RunID: first.RunID, Values: map[string]float64{"csat": 1}, Note: "too long"}); err != nil {
		t.Fatal(err)
	}
	var cost float64
	var note string
	for r, err := range log.Read(t.Context(), "live") {
		if err != nil {
			t.Fatal(err)
		}
		cost, note = cost+r.Values[experiment.Cost], note+r.Note
	}
	if cost != 0.25 || note != "too long" {
		t.Errorf("cost %v, note %q", cost, note)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

// Graders judge live runs; their scores join the run's unit.
func TestGradeLive(t *testing.T) {
	e := parse(t, strings.Replace(live, "name: csat", "name: polite", 1))
	c := variantChain(t, "x", 0, nil)
	s := newSetup(t, e, map[string]*chain.Chain{"control": c, "warm": c}, nil)
	res, err := s.runner.Run(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Session: "a"})
	if err != nil {
		t.Fatal(err)
	}
	polite := experiment.GraderFunc("polite", func(context.Context, experiment.Case, experiment.Answer) (experiment.Score, error) {
		return experiment.Score{Value: 0.75}, nil
	})
	if err := s.tracker.Grade(t.Context(), res.RunID, experiment.Case{}, experiment.Answer{}, map[string]experiment.Grader{"polite": polite}); err != nil {
		t.Fatal(err)
	}
	r, err := s.runner.Review(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Metrics[0].Arms[e.Assign("a").Index]; a.Value != 0.75 || a.Units != 1 {
		t.Errorf("%+v", a)
	}
}

// A person halts an experiment: every process that reviews it goes back to the
// control, and what is known stays known.
func TestHalt(t *testing.T) {
	e := parse(t, strings.Replace(live, "variants:", "weights: [0, 1]\nvariants:", 1))
	s := newSetup(t, e, map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", 0, nil)}, nil)
	ask := func() any {
		res, err := s.runner.Run(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Session: "a"})
		if err != nil {
			t.Fatal(err)
		}
		return res.Values["answer"]
	}
	if got := ask(); got != "warm: x" {
		t.Fatal(got)
	}
	if err := experiment.NewTracker(e, s.log, nil).Halt(t.Context(), "the customer asked for it"); err != nil {
		t.Fatal(err)
	}
	r, err := s.runner.Review(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != "control: x" || r.Arms[1].Units != 1 {
		t.Errorf("after the halt: %v, %+v", got, r.Arms)
	}
}

// A variant that waits for a human is resumed as the variant it was, and counted
// once, when it ends.
func TestApprovalInAVariant(t *testing.T) {
	e := parse(t, strings.Replace(live, "variants:", "weights: [0, 1]\nvariants:", 1))
	asks := func(key string) *chain.Chain {
		worked := 0
		c, err := chain.New("support", []chain.Step{
			chain.Func("draft", func(context.Context, chain.Values) (string, error) {
				worked++
				return fmt.Sprint(key, " ", worked), nil
			}, &chain.FuncOptions{Inputs: []string{"question"}}),
			chain.Approve("ok", "Send it?", &chain.ApproveOptions{Show: []string{"draft"}}),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s := newSetup(t, e, map[string]*chain.Chain{"control": asks("control"), "warm": asks("warm")}, &experiment.RunnerOptions{Checkpoints: chain.NewInProcessCheckpoints()})
	res, err := s.runner.Run(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Session: "a"})
	if err != nil || res.Interrupt == nil {
		t.Fatalf("%+v, %v", res, err)
	}
	res, err = s.runner.Chain().Resume(t.Context(), res.RunID, chain.Values{"approved": true}, nil)
	if err != nil || res.Values["draft"] != "warm 1" {
		t.Fatalf("%+v, %v", res, err)
	}
	outcomes, failed := 0, 0.0
	for _, r := range s.records(t, "live") {
		if r.Kind == experiment.Outcome {
			outcomes++
			failed += r.Values[experiment.Failed]
		}
	}
	if outcomes != 1 || failed != 0 {
		t.Errorf("%d outcomes, %v of them failures, want one that is none", outcomes, failed)
	}
}
