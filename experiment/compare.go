package experiment

import (
	"math"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// comparer holds what every comparison of one metric shares.
type comparer struct {
	d     Decision
	m     Metric
	role  Role
	alpha float64 // of one comparison
}

// newComparer shares alpha out over the variants, so that the intervals drawn
// are as wide as the corrected tests are strict.
func newComparer(e *Experiment, m Metric, role Role) comparer {
	c := comparer{e.Decision, m, role, e.Decision.Alpha}
	if c.d.Correction != Unchanged {
		c.alpha /= float64(max(1, len(e.Variants)-1))
	}
	return c
}

// settled gives an arm that never varied the variance it would have, had one
// more unit been as the other arm is; where the arms are the same, had it been
// off by the mean or by 1, whichever is more. Without it an arm in which
// everything fails looks certain, and a confidence sequence, which rests on a
// limit theorem, says nothing about it.
func settled(a, b stats.Estimate) (stats.Estimate, stats.Estimate) {
	d := a.Mean - b.Mean
	if a.Variance == 0 && b.Variance == 0 && d == 0 {
		d = max(1, math.Abs(a.Mean))
	}
	for _, e := range []*stats.Estimate{&a, &b} {
		if e.Variance == 0 && e.N >= 2 {
			e.Variance = d * d / float64(e.N+1)
		}
	}
	return a, b
}

// test compares b with the control a by the experiment's method.
func (c comparer) test(a, b stats.Estimate) stats.Test {
	a, b = settled(a, b)
	switch c.d.Method {
	case Fixed:
		if c.m.Kind == Binary && c.m.Covariate == "" {
			return stats.Proportions(a, b, c.alpha)
		}
		return stats.Welch(a, b, c.alpha)
	case Bayesian:
		return stats.Credible(a, b, c.alpha)
	case Sequential:
	}
	return stats.Sequential(a, b, c.alpha, c.d.Tuning)
}

func (c comparer) lift(a, b stats.Estimate) stats.Test {
	a, b = settled(a, b)
	tuning := 0
	if c.d.Method == Sequential {
		tuning = c.d.Tuning
	}
	return stats.Lift(a, b, c.alpha, tuning)
}

// comparison of variant with the control. Its State still lacks the correction.
func (c comparer) comparison(variant string, a, b stats.Estimate) Comparison {
	t, lift := c.test(a, b), c.lift(a, b)
	out := Comparison{
		Variant: variant, Diff: t.Diff, Low: finite(t.Low), High: finite(t.High),
		Lift: finite(lift.Diff), LiftLow: finite(lift.Low), LiftHigh: finite(lift.High),
		P: t.P, Adjusted: t.P, State: Unclear,
	}
	if c.role == Guardrail {
		out.State = c.guard(a, b, t)
	}
	return out
}

// leastGuarded is how many units each arm needs before a guardrail says
// anything: a variance of three numbers is none.
const leastGuarded = 10

// guard says whether b is worse by more than is borne, for certain.
func (c comparer) guard(a, b stats.Estimate, t stats.Test) State {
	if min(a.N, b.N) < leastGuarded {
		return Unclear
	}
	borne := c.m.WorseBy
	if c.m.Relative {
		borne *= math.Abs(a.Mean)
	}
	least, most := t.Low, t.High // of the harm
	if c.m.Better == Higher {
		least, most = -t.High, -t.Low
	}
	switch {
	case least > borne:
		return Breached
	case most < borne || most == borne && borne > 0:
		return Held
	}
	return Unclear
}

// decide sets the states of a metric's comparisons from their corrected
// p-values.
func (c comparer) decide(list []Comparison) {
	for i := range list {
		if c.role == Guardrail || list[i].Adjusted >= c.d.Alpha {
			continue
		}
		list[i].State = Worsened
		if list[i].Diff > 0 == (c.m.Better == Higher) {
			list[i].State = Improved
		}
	}
}

// adjust corrects the p-values of one family of comparisons.
func adjust(how Correction, family []*Comparison) {
	p := make([]float64, len(family))
	for i, f := range family {
		p[i] = f.P
	}
	switch how {
	case Holm:
		p = stats.Holm(p)
	case FDR:
		p = stats.FDR(p)
	case Unchanged:
	}
	for i, f := range family {
		f.Adjusted = p[i]
	}
}

// beliefs fills in what the Bayesian method asks for: how probable it is that
// each arm is the best.
func (c comparer) beliefs(arms []stats.Estimate, values []ArmValue) {
	list := make([]stats.Belief, len(arms))
	for i, a := range arms {
		if a.N < 2 {
			return
		}
		if c.m.Better == Lower {
			a.Mean = -a.Mean
			if c.m.Kind == Binary {
				a.Mean++
			}
		}
		list[i] = stats.BeliefOfMean(a)
		if c.m.Kind == Binary && c.m.Covariate == "" {
			list[i] = stats.BeliefOfShare(a)
		}
	}
	best, loss := stats.Best(list)
	for i := range values {
		values[i].Best, values[i].Loss = best[i], loss[i]
	}
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
