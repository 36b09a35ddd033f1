package experiment_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
)

func dataset(t testing.TB, n int) *experiment.Dataset {
	t.Helper()
	d := &experiment.Dataset{Name: "tickets"}
	for i := range n {
		d.Cases = append(d.Cases, experiment.Case{ID: fmt.Sprint("c", i), Input: chain.Values{"n": i}, Reference: i % 10, Category: []string{"even", "odd"}[i%2]})
	}
	return d
}

// subject answers n%10, except where wrong says otherwise, and counts.
func subject(name string, wrong func(n, ask int) bool, asked *atomic.Int64) experiment.Subject {
	return experiment.Subject{Name: name, Version: "1", Ask: func(_ context.Context, in chain.Values) (experiment.Answer, error) {
		ask := int(asked.Add(1))
		n := in["n"].(int)
		v := n % 10
		if wrong(n, ask) {
			v = -1
		}
		return experiment.Answer{Value: v, Text: fmt.Sprint(v), Duration: time.Second, TokensIn: 10, TokensOut: 2, Cost: 0.01}, nil
	}}
}

var right = experiment.GraderFunc("right", func(_ context.Context, c experiment.Case, a experiment.Answer) (experiment.Score, error) {
	return experiment.PassFail(fmt.Sprint(c.Reference) == a.Text, "want "+fmt.Sprint(c.Reference)+", got "+a.Text), nil
})

func never(int, int) bool { return false }

func TestEvaluate(t *testing.T) {
	var asked atomic.Int64
	e, err := experiment.Evaluate(t.Context(), dataset(t, 200), []experiment.Subject{
		subject("control", func(n, _ int) bool { return n%4 == 0 }, &asked), // 50 wrong
		subject("warm", func(n, _ int) bool { return n%20 == 1 }, &asked),   // 10 wrong, others
	}, &experiment.EvalOptions{Graders: []experiment.Grader{right}, Parallel: 8})
	if err != nil {
		t.Fatal(err)
	}
	p := e.Pairs[0]
	if p.Gained != 50 || p.Lost != 10 || p.McNemar > 1e-6 || p.Adjusted > 1e-6 || p.Low <= 0 || p.Diff < 0.199 || p.Diff > 0.201 {
		t.Errorf("pair %+v", p)
	}
	warm := e.Subjects[1]
	if warm.Passed != 190 || warm.Answers != 200 || warm.P95 != time.Second || warm.TokensIn != 2000 || warm.Categories[1].Passed != 90 {
		t.Errorf("warm %+v", warm)
	}
	var text bytes.Buffer
	if err := e.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "right: warm is better than control: +0.2000") {
		t.Errorf("text:\n%s", text.String())
	}
	if err := e.Gate(0.95); err == nil || err.Error() != "control passes 0.75 of its answers, less than 0.95" {
		t.Errorf("gate: %v", err)
	}
	if _, ok := errors.AsType[*experiment.GateError](e.Gate(0.8)); !ok || e.Gate(0.7) != nil {
		t.Error("the gate's threshold is not where it was set")
	}
}

func TestFlakyCases(t *testing.T) {
	var asked atomic.Int64
	e, err := experiment.Evaluate(t.Context(), dataset(t, 10), []experiment.Subject{
		subject("a", func(n, ask int) bool { return n == 3 && ask > 20 || n == 5 }, &asked),
	}, &experiment.EvalOptions{Graders: []experiment.Grader{right}, Repeats: 3, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := e.Subjects[0]
	if len(s.Flaky) != 1 || s.Flaky[0] != "c3" || s.PassAll != 0.8 || s.PassAny != 0.9 || s.Passed != 26 {
		t.Errorf("%+v", s)
	}
}

// An evaluation that was cut off goes on where it was, one that is run again
// asks nobody, a changed reference is graded again and a changed subject asked
// again.
func TestResume(t *testing.T) {
	file := filepath.Join(t.TempDir(), "eval.jsonl")
	var asked atomic.Int64
	d := dataset(t, 50)
	run := func(ctx context.Context, version string, stopAt int) (*experiment.Evaluation, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		s := subject("a", never, &asked)
		s.Version = version
		return experiment.Evaluate(ctx, d, []experiment.Subject{s}, &experiment.EvalOptions{
			Graders: []experiment.Grader{right}, Journal: file, Progress: func(p experiment.Progress) {
				if p.Done == stopAt {
					cancel()
				}
			},
		})
	}
	if _, err := run(t.Context(), "1", 20); !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off: %v", err)
	}
	// The process died in the middle of a line.
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"key":"to`); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	cutOff := asked.Load()
	for round, want := range []int64{50, 0, 0, 50} {
		asked.Store(0)
		version := "1"
		switch round {
		case 2:
			d.Cases[0].Reference = 7
		case 3:
			version = "2"
		}
		e, err := run(t.Context(), version, -1)
		if err != nil {
			t.Fatal(err)
		}
		got := asked.Load()
		if round == 0 { // of those that were going when it was cut off, four at most are asked again
			if got < want-cutOff || got > want-cutOff+4 {
				t.Errorf("asked %d times after %d, for %d cases", got, cutOff, want)
			}
		} else if got != want {
			t.Errorf("round %d asked %d times, want %d", round, got, want)
		}
		if passed := e.Subjects[0].Passed; passed != 50 && round < 2 || passed != 49 && round == 2 {
			t.Errorf("round %d: %d passed", round, passed)
		}
	}
}

func TestFailuresEndNothing(t *testing.T) {
	failing := experiment.Subject{Name: "a", Ask: func(_ context.Context, in chain.Values) (experiment.Answer, error) {
		if in["n"] == 1 {
			return experiment.Answer{}, errors.New("no answer")
		}
		return experiment.Answer{Text: "0"}, nil
	}}
	judge := experiment.GraderFunc("judge", func(_ context.Context, c experiment.Case, _ experiment.Answer) (experiment.Score, error) {
		if c.ID == "c2" {
			return experiment.Score{}, errors.New("the judge is away")
		}
		return experiment.Score{Value: 1, Pass: true}, nil
	})
	e, err := experiment.Evaluate(t.Context(), dataset(t, 4), []experiment.Subject{failing}, &experiment.EvalOptions{Graders: []experiment.Grader{judge}})
	if err != nil {
		t.Fatal(err)
	}
	if s := e.Subjects[0]; s.Errors != 2 || s.Passed != 2 || s.Grades[0].PassRate != 0.5 {
		t.Errorf("%+v", s)
	}
	var junit bytes.Buffer
	if err := e.WriteJUnit(&junit); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Suites []struct {
			Tests  int `xml:"tests,attr"`
			Errors int `xml:"errors,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(junit.Bytes(), &back); err != nil || back.Suites[0].Tests != 4 || back.Suites[0].Errors != 2 {
		t.Errorf("%+v, %v in\n%s", back, err, junit.String())
	}
}

// Answers come at most Parallel at once, transient failures are asked again,
// and the rest's time is told.
func TestParallelAndProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var going, most, tries atomic.Int64
		s := experiment.Subject{Name: "slow", Ask: func(context.Context, chain.Values) (experiment.Answer, error) {
			if n := going.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer going.Add(-1)
			time.Sleep(time.Second)
			if tries.Add(1)%10 == 0 {
				return experiment.Answer{}, errors.New("again")
			}
			return experiment.Answer{}, nil
		}}
		var last experiment.Progress
		var half time.Duration
		began := time.Now()
		e, err := experiment.Evaluate(t.Context(), dataset(t, 100), []experiment.Subject{s}, &experiment.EvalOptions{
			Parallel: 5, Retry: retry.Policy{Base: time.Millisecond, Retry: func(error) bool { return true }},
			Progress: func(p experiment.Progress) {
				last = p
				if p.Done == 50 {
					half = p.Left
				}
			},
		})
		if err != nil || e.Subjects[0].Errors != 0 {
			t.Fatalf("%+v, %v", e, err)
		}
		if most.Load() != 5 || last.Done != 100 || last.Total != 100 || time.Since(began) > 25*time.Second {
			t.Errorf("%d at once, %+v, %v", most.Load(), last, time.Since(began))
		}
		if half < 8*time.Second || half > 14*time.Second {
			t.Errorf("half way, %v were said to be left", half)
		}
	})
}

func TestReadDataset(t *testing.T) {
	good := `{"id":"a","input":{"ticket":"x"},"reference":"billing","category":"money","metadata":{"lang":"en"}}` + "\n\n" + `{"input":{"ticket":"y"}}` + "\n"
	d, err := experiment.ReadDataset(strings.NewReader(good), "d.jsonl")
	if err != nil || len(d.Cases) != 2 || d.Cases[1].ID != "3" {
		t.Fatalf("%+v, %v", d, err)
	}
	var again bytes.Buffer
	if err := d.Write(&again); err != nil {
		t.Fatal(err)
	}
	if back, err := experiment.ReadDataset(&again, "d.jsonl"); err != nil || len(back.Cases) != 2 {
		t.Errorf("%+v, %v", back, err)
	}
	_, err = experiment.ReadDataset(strings.NewReader(`{"id":"a","input":{}}`+"\n"+`{"id":"a","input":{}}`+"\n"+`{"inptu":{}}`+"\n"+`{"id":"b"}`+"\n"+`{"input":{}} {}`), "d.jsonl")
	faults, _ := errors.AsType[experiment.Faults](err)
	if len(faults) != 4 || faults[0].Line != 2 || !strings.Contains(err.Error(), `d.jsonl:3:`) {
		t.Errorf("faults:\n%v", err)
	}
	if _, err := experiment.ReadDataset(strings.NewReader("\n"), "d.jsonl"); err == nil {
		t.Error("an empty dataset was taken")
	}
}

func FuzzReadDataset(f *testing.F) {
	f.Add([]byte(`{"input":{"a":1},"reference":[1,{"b":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := experiment.ReadDataset(bytes.NewReader(body), "f")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := d.Write(&b); err != nil {
			t.Fatal(err)
		}
		if back, err := experiment.ReadDataset(&b, "f"); err != nil || len(back.Cases) != len(d.Cases) {
			t.Fatalf("%d cases came back as %v, %v", len(d.Cases), back, err)
		}
	})
}

func TestChainSubject(t *testing.T) {
	s, err := experiment.ChainSubject("control", variantChain(t, "control", 0, nil), "", "1", func(*chain.Result) float64 { return 2 })
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Ask(t.Context(), chain.Values{"question": "x"})
	if err != nil || a.Text != "control: x" || a.Cost != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestCaseOf(t *testing.T) {
	res := &chain.Result{RunID: "r1", Values: chain.Values{"answer": "It is on its way."}, Prompts: []chain.PromptUse{{Ref: "a@1", SHA256: "ab"}}}
	score := 5.0
	c := experiment.CaseOf(chain.Values{"question": "x"}, res, "answer", experiment.Opinion(&score, "down"), true)
	if c.Reference != "It is on its way." || c.Metadata["csat"] != 5.0 || c.Metadata["thumbs"] != 0.0 || c.Metadata["sha256"] != "ab" {
		t.Errorf("%+v", c)
	}
	if c := experiment.CaseOf(nil, res, "answer", experiment.Opinion(nil, ""), false); c.Reference != nil {
		t.Errorf("a bad answer became the reference: %+v", c)
	}
}

func TestSubjects(t *testing.T) {
	e := parse(t, live)
	chains := map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", 0, nil)}
	subjects, err := e.Subjects(chains, "", "v1", nil)
	if err != nil || len(subjects) != 2 || subjects[1].Name != "warm" || subjects[1].Version == "" {
		t.Fatalf("%+v, %v", subjects, err)
	}
	again, err := e.Subjects(chains, "", "v2", nil)
	if err != nil || again[0].Version == subjects[0].Version {
		t.Errorf("another version of the files answers from the cache: %v", err)
	}
	delete(chains, "warm")
	if _, err := e.Subjects(chains, "", "", nil); err == nil || !strings.Contains(err.Error(), "warm") {
		t.Errorf("%v", err)
	}
}

// Whatever stands in a journal, an evaluation asks for what it cannot use of
// it.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"key":"x","subject":"a","case":"c0","answer":{"text":"0"},"scores":{"right":{"value":1,"pass":true}}}`))
	f.Add([]byte("{\n\x00\n[]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		file := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int64
		e, err := experiment.Evaluate(t.Context(), dataset(t, 2), []experiment.Subject{subject("a", never, &asked)},
			&experiment.EvalOptions{Graders: []experiment.Grader{right}, Journal: file})
		if err != nil {
			t.Fatal(err)
		}
		if e.Subjects[0].Answers != 2 {
			t.Errorf("%+v", e.Subjects[0])
		}
	})
}
