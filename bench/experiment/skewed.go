package main

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// hard tells how often a guardrail cries wolf, or a metric finds a difference,
// where the arms are the same and the numbers are of the awkward kind: rare
// failures, long tails.
func hard(runs int) error {
	fmt.Println()
	for _, c := range []struct {
		what string
		draw func(*rand.Rand) float64
	}{
		{"failures, 1 in 100", rare(0.01)},
		{"failures, 1 in 1,000", rare(0.001)},
		{"latency, log-normal, sigma 1", func(r *rand.Rand) float64 { return math.Exp(7 + r.NormFloat64()) }},
		{"cost, log-normal, sigma 2", func(r *rand.Rand) float64 { return math.Exp(2 * r.NormFloat64()) }},
	} {
		breached, found, err := same(runs, c.draw)
		if err != nil {
			return err
		}
		fmt.Printf("same in both arms, %-30s a guardrail with no slack cries wolf in %.1f%%, a difference is found in %.1f%%\n", c.what+":", 100*breached, 100*found)
	}
	return nil
}

func rare(p float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return one(r.Float64() < p) }
}

// same runs A/A experiments of 5,000 units a variant with fifty looks, and
// returns the shares with a breached guardrail and with a difference at any
// look.
func same(runs int, draw func(*rand.Rand) float64) (breached, found float64, err error) {
	e, err := experiment.Parse([]byte(`schema: causeway.experiment/v1
key: same
variants: [{key: control}, {key: warm}]
metrics: {primary: {name: value}, guardrails: [{name: guarded, worseBy: 0}]}
`))
	if err != nil {
		return 0, 0, err
	}
	for run := range runs {
		b, f := false, false
		for look := 1; look <= 50; look++ {
			if look > 1 && look%5 != 0 && look > 10 {
				continue // later looks differ little
			}
			r, err := experiment.Analyze(e, values(e, units*look/50, draw, uint64(run)), &experiment.AnalyzeOptions{Every: 1000 * time.Hour})
			if err != nil {
				return 0, 0, err
			}
			b = b || r.Metrics[1].Comparisons[0].State == experiment.Breached
			c := r.Metrics[0].Comparisons[0]
			f = f || r.Metrics[0].Arms[0].Units >= 100 && c.State != experiment.Unclear
		}
		breached, found = breached+one(b), found+one(f)
	}
	return breached / float64(runs), found / float64(runs), nil
}

func values(e *experiment.Experiment, n int, draw func(*rand.Rand) float64, seed uint64) iter.Seq2[experiment.Record, error] {
	random := rand.New(rand.NewPCG(seed, 2))
	return func(yield func(experiment.Record, error) bool) {
		for i := range n {
			unit := strconv.FormatUint(seed, 36) + "-" + strconv.Itoa(i)
			v := draw(random)
			at := start.Add(time.Duration(i) * time.Minute)
			if !yield(experiment.Record{ID: "x" + unit, Kind: experiment.Exposure, Time: at, Experiment: e.Key, Unit: unit, Variant: e.Assign(unit).Variant.Key}, nil) ||
				!yield(experiment.Record{ID: "o" + unit, Kind: experiment.Outcome, Time: at, Experiment: e.Key, Unit: unit, Values: map[string]float64{"value": v, "guarded": v}}, nil) {
				return
			}
		}
	}
}
