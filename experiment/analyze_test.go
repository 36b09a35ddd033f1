package experiment_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// world makes the records of an experiment with known truth.
type world struct {
	t       testing.TB
	e       *experiment.Experiment
	random  *rand.Rand
	records []experiment.Record
	at      time.Time
}

func newWorld(t testing.TB, e *experiment.Experiment) *world {
	return &world{t: t, e: e, random: rand.New(rand.NewPCG(7, 7)), at: start}
}

func (w *world) add(r experiment.Record) {
	w.at = w.at.Add(time.Second)
	r.Experiment, r.Time = w.e.Key, w.at
	r.ID = fmt.Sprint(len(w.records))
	w.records = append(w.records, r)
}

func (w *world) expose(unit, variant string) {
	w.add(experiment.Record{Kind: experiment.Exposure, Unit: unit, Variant: variant})
}

func (w *world) outcome(unit, metric string, v float64) {
	w.add(experiment.Record{Kind: experiment.Outcome, Unit: unit, Values: map[string]float64{metric: v}})
}

func (w *world) coin(p float64) float64 {
	if w.random.Float64() < p {
		return 1
	}
	return 0
}

func all(records []experiment.Record) iter.Seq2[experiment.Record, error] {
	return func(yield func(experiment.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (w *world) report() *experiment.Report {
	w.t.Helper()
	r, err := experiment.Analyze(w.e, all(w.records), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

const tone = `schema: causeway.experiment/v1
key: tone
variants: [{key: control}, {key: warm}]
metrics:
  primary: {name: csat, kind: binary}
  guardrails: [{name: error, kind: ratio, worseBy: 0.05}]
`

// users sends n users through an experiment whose variants please with these
// probabilities and fail with those.
func (w *world) users(n int, please, fail []float64) {
	for i := range n {
		unit := fmt.Sprint("user-", i)
		a := w.e.Assign(unit)
		w.expose(unit, a.Variant.Key)
		w.outcome(unit, "csat", w.coin(please[a.Index]))
		for range 3 {
			w.outcome(unit, "error", w.coin(fail[a.Index]))
		}
	}
}

func TestVerdicts(t *testing.T) {
	same := []float64{0.01, 0.01}
	for _, c := range []struct {
		name         string
		n            int
		please, fail []float64
		action       experiment.Action
		says         string
	}{
		{"a better variant ships", 4000, []float64{0.70, 0.80}, same, experiment.Ship, "ship warm: its csat is"},
		{"none is better", 4000, []float64{0.70, 0.70}, same, experiment.Collect, "more units would tell"},
		{"too few", 60, []float64{0.7, 0.9}, same, experiment.Collect, "of the 100 units"},
		{"a worse variant", 4000, []float64{0.80, 0.70}, same, experiment.Keep, "keep control: no variant is better"},
		{"a guardrail before the primary metric", 4000, []float64{0.7, 0.9}, []float64{0.01, 0.2}, experiment.Stop, "stop warm: a guardrail is breached: error of warm is worse"},
		{"everything fails, at once", 120, []float64{0.7, 0}, []float64{0, 1}, experiment.Stop, "error of warm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, parse(t, tone))
			w.users(c.n, c.please, c.fail)
			v := w.report().Verdict
			t.Log(v.Sentence)
			if v.Action != c.action || !strings.Contains(v.Sentence, c.says) {
				t.Errorf("%s: %s", v.Action, v.Sentence)
			}
		})
	}
}

func TestBrokenSplit(t *testing.T) {
	w := newWorld(t, parse(t, tone))
	for i := range 4000 {
		unit := fmt.Sprint(i)
		a := w.e.Assign(unit)
		if a.Index == 1 && i%5 == 0 {
			continue // a fifth of the variant's users crash before they are seen
		}
		w.expose(unit, a.Variant.Key)
		w.outcome(unit, "csat", float64(a.Index)) // the variant looks perfect
	}
	r := w.report()
	if r.Verdict.Action != experiment.Repair || r.SplitP > 1e-6 {
		t.Errorf("p = %v: %s", r.SplitP, r.Verdict.Sentence)
	}
}

func TestUnitsInTwoVariants(t *testing.T) {
	w := newWorld(t, parse(t, tone))
	for i := range 1000 {
		unit := fmt.Sprint(i)
		w.expose(unit, w.e.Assign(unit).Variant.Key)
		if i < 50 {
			w.expose(unit, "control")
			w.expose(unit, "warm")
		}
	}
	r := w.report()
	if r.Excluded.MixedUnits != 50 || r.Verdict.Action != experiment.Repair || r.Arms[0].Units+r.Arms[1].Units != 950 {
		t.Errorf("%+v %+v: %s", r.Excluded, r.Arms, r.Verdict.Sentence)
	}
}

// The numbers are those of the records whatever their order, however often they
// came, and with the last word of everybody who changed their mind.
func TestJoin(t *testing.T) {
	e := parse(t, `
schema: causeway.experiment/v1
key: join
variants: [{key: a}, {key: b}]
metrics: {primary: {name: score, window: 1h}}
`)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	records := []experiment.Record{
		{ID: "x1", Kind: experiment.Exposure, Time: at(0), Unit: "u1", Variant: "a"},
		{ID: "x2", Kind: experiment.Exposure, Time: at(0), Unit: "u2", Variant: "b"},
		{ID: "r1", Kind: experiment.Outcome, Time: at(time.Minute), Unit: "u1", RunID: "run-1", Values: map[string]float64{"latency": 3}},
		{ID: "f1", Kind: experiment.Outcome, Time: at(2 * time.Minute), RunID: "run-1", Values: map[string]float64{"score": 1}}, // joined by its run
		{ID: "f1", Kind: experiment.Outcome, Time: at(3 * time.Minute), RunID: "run-1", Values: map[string]float64{"score": 5}}, // changed
		{ID: "o2", Kind: experiment.Outcome, Time: at(4 * time.Minute), Unit: "u2", Values: map[string]float64{"score": 2}},
		{ID: "o2", Kind: experiment.Outcome, Time: at(4 * time.Minute), Unit: "u2", Values: map[string]float64{"score": 2}}, // sent twice
		{ID: "o3", Kind: experiment.Outcome, Time: at(2 * time.Hour), Unit: "u2", Values: map[string]float64{"score": 9}},   // after the window
		{ID: "o4", Kind: experiment.Outcome, Time: at(time.Minute), Unit: "nobody", Values: map[string]float64{"score": 9}}, // never exposed
		{ID: "x9", Kind: experiment.Exposure, Time: at(0), Unit: "u9", Variant: "gone"},
	}
	for i := range records {
		records[i].Experiment = "join"
	}
	for round := range 20 {
		rand.New(rand.NewPCG(uint64(round), 1)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		r, err := experiment.Analyze(e, all(records), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := r.Metrics[0]
		if m.Arms[0].Value != 5 || m.Arms[1].Value != 2 {
			t.Fatalf("values %v, want 5 and 2", m.Arms)
		}
		want := experiment.Excluded{Unmatched: 1, Late: 1, Duplicates: 2, UnknownVariants: 1}
		if r.Excluded != want {
			t.Fatalf("excluded %+v, want %+v", r.Excluded, want)
		}
	}
}

func TestKinds(t *testing.T) {
	// Unit u1 (control): outcomes 1, 0, 3 with tokens 2, 2, 6. Unit u2: none. Unit u3 (warm): 4 with 8.
	for _, c := range []struct {
		metric        string
		control, warm float64
	}{
		{"kind: binary", 1, 1},
		{"kind: binary, missing: zero", 0.5, 1},
		{"kind: mean", 4. / 3, 4},
		{"kind: mean, cap: 2", 1, 2},
		{"kind: sum", 4, 4},
		{"kind: sum, missing: zero", 2, 4},
		{"kind: ratio", 4. / 3, 4},
		{"kind: ratio, denominator: tokens", 0.4, 0.5},
	} {
		t.Run(c.metric, func(t *testing.T) {
			e := parse(t, "schema: causeway.experiment/v1\nkey: k\nvariants: [{key: control}, {key: warm}]\nmetrics: {primary: {name: m, "+c.metric+"}}\n")
			w := newWorld(t, e)
			w.expose("u1", "control")
			w.expose("u2", "control")
			w.expose("u3", "warm")
			for _, o := range [][2]float64{{1, 2}, {0, 2}, {3, 6}} {
				w.outcome("u1", "m", o[0])
				w.outcome("u1", "tokens", o[1])
			}
			w.outcome("u3", "m", 4)
			w.outcome("u3", "tokens", 8)
			m := w.report().Metrics[0]
			if math.Abs(m.Arms[0].Value-c.control) > 1e-12 || math.Abs(m.Arms[1].Value-c.warm) > 1e-12 {
				t.Errorf("%v and %v, want %v and %v", m.Arms[0].Value, m.Arms[1].Value, c.control, c.warm)
			}
		})
	}
}

// A covariate that explains most of the outcome makes the interval narrow and
// leaves the difference where it was.
func TestCovariate(t *testing.T) {
	width := func(covariate string) (diff, width float64) {
		w := newWorld(t, parse(t, "schema: causeway.experiment/v1\nkey: k\nvariants: [{key: a}, {key: b}]\nmetrics: {primary: {name: score"+covariate+"}}\n"))
		for i := range 2000 {
			unit, before := fmt.Sprint(i), w.random.NormFloat64()
			a := w.e.Assign(unit)
			w.expose(unit, a.Variant.Key)
			w.outcome(unit, "before", before)
			w.outcome(unit, "score", before+0.1*w.random.NormFloat64()+0.5*float64(a.Index))
		}
		c := w.report().Metrics[0].Comparisons[0]
		return c.Diff, *c.High - *c.Low
	}
	_, plain := width("")
	diff, adjusted := width(", covariate: before")
	if adjusted > plain/5 || math.Abs(diff-0.5) > 0.02 {
		t.Errorf("interval %v wide, %v without; difference %v, want 0.5", adjusted, plain, diff)
	}
}

func TestMethods(t *testing.T) {
	for _, c := range []struct {
		decision string
		please   []float64
		action   experiment.Action
		says     string
	}{
		{"method: fixed", []float64{0.7, 0.8}, experiment.Ship, "ship warm"},
		{"method: fixed", []float64{0.7, 0.7}, experiment.Keep, "no difference in csat is shown"},
		{"method: bayesian", []float64{0.7, 0.8}, experiment.Ship, "with probability 1.000"},
		{"method: bayesian", []float64{0.8, 0.7}, experiment.Keep, "keep control: it is the best"},
		{"method: bayesian", []float64{0.7, 0.7}, experiment.Collect, "no variant is the best"},
	} {
		w := newWorld(t, parse(t, tone+"decision: {"+c.decision+"}\n"))
		w.users(4000, c.please, []float64{0.01, 0.01})
		if v := w.report().Verdict; v.Action != c.action || !strings.Contains(v.Sentence, c.says) {
			t.Errorf("%s, %v: %s: %s", c.decision, c.please, v.Action, v.Sentence)
		}
	}
}

func TestSeveralVariants(t *testing.T) {
	w := newWorld(t, parse(t, `
schema: causeway.experiment/v1
key: three
variants: [{key: control}, {key: short}, {key: long}]
metrics: {primary: {name: csat, kind: binary}}
`))
	for i := range 9000 {
		unit := fmt.Sprint(i)
		a := w.e.Assign(unit)
		w.expose(unit, a.Variant.Key)
		w.outcome(unit, "csat", w.coin([]float64{0.7, 0.7, 0.8}[a.Index]))
	}
	r := w.report()
	if r.Verdict.Action != experiment.Ship || r.Verdict.Variant != "long" {
		t.Error(r.Verdict.Sentence)
	}
	for _, c := range r.Metrics[0].Comparisons {
		if c.Adjusted < c.P {
			t.Errorf("%s: p = %v became %v", c.Variant, c.P, c.Adjusted)
		}
	}
}

// Each step of a canary is looked at by itself: its units and its shares.
func TestCanaryAnalysis(t *testing.T) {
	w := newWorld(t, parse(t, strings.Replace(tone, "key: tone", "key: tone\nmode: canary\ncanary: {steps: [0.1, 0.5]}", 1)))
	send := func(step, n int) {
		for i := range n {
			unit := fmt.Sprint("s", i)
			a := w.e.AssignAt(step, unit, nil)
			w.add(experiment.Record{Kind: experiment.Exposure, Unit: unit, Variant: a.Variant.Key, Step: step})
			w.add(experiment.Record{Kind: experiment.Outcome, Unit: unit, Step: step, Values: map[string]float64{"csat": w.coin(0.7)}})
		}
	}
	send(0, 2000)
	r := w.report()
	if r.Step != 0 || r.SplitP < 0.001 || math.Abs(float64(r.Arms[1].Units)-200) > 60 {
		t.Errorf("step %d: %+v, p = %v", r.Step, r.Arms, r.SplitP)
	}
	w.add(experiment.Record{Kind: experiment.Decided, Step: 1})
	send(1, 1000)
	r = w.report()
	if r.Step != 1 || r.SplitP < 0.001 || r.Excluded.MixedUnits != 0 || math.Abs(float64(r.Arms[1].Units)-500) > 80 {
		t.Errorf("step %d: %+v, p = %v, %+v", r.Step, r.Arms, r.SplitP, r.Excluded)
	}
	w.add(experiment.Record{Kind: experiment.Decided, Step: -1})
	if v := w.report().Verdict; v.Action != experiment.Stop {
		t.Error(v.Sentence)
	}
}

// The last look says what the report says, and earlier ones less.
func TestLooks(t *testing.T) {
	w := newWorld(t, parse(t, tone))
	w.users(500, []float64{0.7, 0.8}, []float64{0, 0})
	r, err := experiment.Analyze(w.e, all(w.records), &experiment.AnalyzeOptions{Every: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	m := r.Metrics[0]
	last := m.Looks[len(m.Looks)-1]
	if last.Diff[0] != m.Comparisons[0].Diff || *last.Low[0] != *m.Comparisons[0].Low {
		t.Errorf("the last look is %+v, the report %+v", last, m.Comparisons[0])
	}
	if !slices.IsSortedFunc(m.Looks, func(a, b experiment.Look) int { return a.At.Compare(b.At) }) || len(m.Looks) < 5 {
		t.Errorf("%d looks out of order", len(m.Looks))
	}
	half, err := experiment.Analyze(w.e, all(w.records), &experiment.AnalyzeOptions{Until: start.Add(w.at.Sub(start) / 2)})
	if err != nil {
		t.Fatal(err)
	}
	if half.Arms[0].Units >= r.Arms[0].Units {
		t.Error("Until did not leave anything out")
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("the report is no JSON: %v", err)
	}
}

func TestSwitchComparesNothing(t *testing.T) {
	w := newWorld(t, parse(t, "schema: causeway.experiment/v1\nkey: s\nmode: switch\nactive: b\nvariants: [{key: a}, {key: b}]\n"))
	if v := w.report().Verdict; v.Action != experiment.Keep || v.Variant != "b" {
		t.Error(v.Sentence)
	}
}

func TestNoRecords(t *testing.T) {
	w := newWorld(t, parse(t, tone))
	r := w.report()
	if r.Verdict.Action != experiment.Collect {
		t.Error(r.Verdict.Sentence)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// What a million outcomes cost, from the file on, is measured by bench/experiment.
func BenchmarkAnalyze(b *testing.B) {
	w := newWorld(b, parse(b, tone))
	w.users(25_000, []float64{0.7, 0.71}, []float64{0.01, 0.01})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := experiment.Analyze(w.e, all(w.records), nil); err != nil {
			b.Fatal(err)
		}
	}
}
