package experiment

import (
	"math"

	"github.com/expr-lang/expr/vm"
)

// Reason says why a unit got its variant.
type Reason string

// The reasons. Only Assigned takes part in the analysis.
const (
	Assigned   Reason = "assigned"   // by its bucket
	Forced     Reason = "forced"     // by the experiment's force list
	Uncovered  Reason = "uncovered"  // outside the coverage or the layer's range: the control
	Untargeted Reason = "untargeted" // the targeting does not admit it: the control
	Inactive   Reason = "inactive"   // the experiment does not run, or is a switch
)

// Assignment is what one unit gets.
type Assignment struct {
	Experiment string
	Variant    *Variant // never nil; read only
	Index      int      // of Variant in the experiment
	Reason     Reason
	Bucket     float64 // where the unit stands in [0, 1); 0 where nobody looked
	Step       int     // mode Canary: the step it was assigned under
}

// Counts reports whether the assignment is part of the experiment.
func (a Assignment) Counts() bool { return a.Reason == Assigned }

// split is the ranges of buckets the variants own.
type split []struct{ from, to float64 }

// newSplit lays out weights as GrowthBook's getBucketRanges does: a variant
// starts where its full weight would, so that growing coverage moves nobody
// from one variant to another.
func newSplit(weights []float64, coverage float64) split {
	s := make(split, len(weights))
	start := 0.0
	for i, w := range weights {
		// The conversion keeps a compiler from fusing product and sum, which
		// would round once where the other SDKs round twice.
		s[i].from, s[i].to = start, start+float64(coverage*w)
		start += w
	}
	return s
}

func (s split) find(b float64) int {
	for i := range s {
		if b >= s[i].from && b < s[i].to {
			return i
		}
	}
	return -1
}

// Assign returns the variant of unit. It is pure: the same unit gets the same
// variant in every process and after every restart, with nothing stored. An
// experiment with targeting admits nobody here; see [Experiment.AssignTo]. In
// mode Canary it assigns at the first step; see [Experiment.AssignAt].
func (e *Experiment) Assign(unit string) Assignment { return e.assign(unit, nil, 0) }

// AssignTo is Assign for an experiment with targeting: attributes are the names
// its expression uses. An expression that fails admits nobody.
func (e *Experiment) AssignTo(unit string, attributes map[string]any) Assignment {
	return e.assign(unit, attributes, 0)
}

// AssignAt is AssignTo at one step of a canary, from 0. A negative step is an
// experiment that was halted: everybody gets the control.
func (e *Experiment) AssignAt(step int, unit string, attributes map[string]any) Assignment {
	return e.assign(unit, attributes, step)
}

func (e *Experiment) assign(unit string, attributes map[string]any, step int) Assignment {
	if i, ok := e.forced[unit]; ok {
		return e.give(i, Forced, 0, 0)
	}
	switch {
	case e.Status == Stopped:
		return e.give(e.byKey[e.Winner], Inactive, 0, 0)
	case e.Status == Draft || step < 0:
		return e.give(0, Inactive, 0, 0)
	case e.Mode == Switch:
		return e.give(e.byKey[e.Active], Inactive, 0, 0)
	case e.admits != nil && !e.admitted(attributes):
		return e.give(0, Untargeted, 0, 0)
	}
	if e.Layer.Key != "" {
		if at := bucket(e.layer, unit); at < e.Layer.From || at >= e.Layer.To {
			return e.give(0, Uncovered, 0, 0)
		}
	}
	ranges := e.split
	if e.Mode == Canary {
		step = min(step, len(e.canary)-1)
		ranges = e.canary[step]
	}
	b := bucket(e.seedFNV, unit)
	i := ranges.find(b)
	if i < 0 {
		return e.give(0, Uncovered, b, 0)
	}
	if e.Mode == Shadow {
		i = 0 // the others run beside it
	}
	return e.give(i, Assigned, b, step)
}

func (e *Experiment) give(i int, why Reason, b float64, step int) Assignment {
	return Assignment{Experiment: e.Key, Variant: &e.Variants[i], Index: i, Reason: why, Bucket: b, Step: step}
}

func (e *Experiment) admitted(attributes map[string]any) bool {
	if attributes == nil {
		attributes = map[string]any{}
	}
	out, err := vm.Run(e.admits, attributes)
	yes, isBool := out.(bool)
	return err == nil && isBool && yes
}

// weightsAt returns the shares in effect at a canary's step, or the weights.
func (e *Experiment) weightsAt(step int) []float64 {
	if e.Mode != Canary || step < 0 || len(e.Steps) == 0 {
		return e.Weights
	}
	return canaryWeights(e.Weights, e.Steps[min(step, len(e.Steps)-1)])
}

// canaryWeights gives the last variant share and leaves the rest to the others
// in proportion to their weights.
func canaryWeights(weights []float64, share float64) []float64 {
	last := len(weights) - 1
	rest := 0.0
	for _, w := range weights[:last] {
		rest += w
	}
	out := make([]float64, len(weights))
	for i, w := range weights[:last] {
		out[i] = (1 - share) / float64(last)
		if rest > 0 {
			out[i] = (1 - share) * w / rest
		}
	}
	out[last] = share
	return out
}

// sums reports whether weights add up to 1 as far as GrowthBook asks for it.
func sums(weights []float64) bool {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	return math.Abs(total-1) <= 0.01
}
