package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func parse(key string, method experiment.Method) (*experiment.Experiment, error) {
	return experiment.Parse(fmt.Appendf(nil, `schema: causeway.experiment/v1
key: %s
variants: [{key: control}, {key: warm}]
metrics: {primary: {name: csat, kind: binary}}
decision: {method: %s}
`, key, method))
}

// visitors yields n units, one a minute, who like the variants with these
// probabilities. lost is the share of the second variant's that never show up.
func visitors(e *experiment.Experiment, n int, like [2]float64, lost float64, seed uint64) iter.Seq2[experiment.Record, error] {
	random := rand.New(rand.NewPCG(seed, 1))
	return func(yield func(experiment.Record, error) bool) {
		for i := range n {
			unit := strconv.FormatUint(seed, 36) + "-" + strconv.Itoa(i)
			a := e.Assign(unit)
			if a.Index == 1 && random.Float64() < lost {
				continue
			}
			at := start.Add(time.Duration(i) * time.Minute)
			if !yield(experiment.Record{ID: "x" + unit, Kind: experiment.Exposure, Time: at, Experiment: e.Key, Unit: unit, Variant: a.Variant.Key}, nil) {
				return
			}
			v := 0.0
			if random.Float64() < like[a.Index] {
				v = 1
			}
			if !yield(experiment.Record{ID: "o" + unit, Kind: experiment.Outcome, Time: at, Experiment: e.Key, Unit: unit, Values: map[string]float64{"csat": v}}, nil) {
				return
			}
		}
	}
}

const units = 10_000

// simulate returns in how many experiments a difference was found at the last
// look and at any of fifty, and how many intervals held the truth at all of
// them.
func simulate(runs int, a, b float64, method experiment.Method) (last, ever, coverage float64, err error) {
	e, err := parse("simulated", method)
	if err != nil {
		return 0, 0, 0, err
	}
	for run := range runs {
		r, err := experiment.Analyze(e, visitors(e, units, [2]float64{a, b}, 0, uint64(run)), &experiment.AnalyzeOptions{Every: units / 50 * time.Minute})
		if err != nil {
			return 0, 0, 0, err
		}
		found, held, final := false, true, false
		for _, look := range r.Metrics[0].Looks {
			if look.Low[0] == nil || look.Units[0] < 100 || look.Units[1] < 100 {
				continue
			}
			final = *look.Low[0] > 0 || *look.High[0] < 0
			found = found || final
			held = held && *look.Low[0] <= b-a && b-a <= *look.High[0]
		}
		last, ever, coverage = last+one(final), ever+one(found), coverage+one(held)
	}
	n := float64(runs)
	return last / n, ever / n, coverage / n, nil
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// splits tells how often a split is called broken: when it is not, and when
// every tenth unit of the second variant is lost.
func splits(runs int) error {
	e, err := parse("split", experiment.Sequential)
	if err != nil {
		return err
	}
	for _, lost := range []float64{0, 0.1} {
		refused := 0.0
		for run := range runs {
			r, err := experiment.Analyze(e, visitors(e, units, [2]float64{0.7, 0.7}, lost, uint64(run)), nil)
			if err != nil {
				return err
			}
			refused += one(r.Verdict.Action == experiment.Repair)
		}
		fmt.Printf("split with %2.0f%% of one variant lost: called broken in %.1f%% of %d\n", 100*lost, 100*refused/float64(runs), runs)
	}
	return nil
}
