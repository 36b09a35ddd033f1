package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Belief is a posterior distribution of an arm's mean.
type Belief interface {
	CDF(x float64) float64
	Prob(x float64) float64 // density
	Quantile(p float64) float64
	Mean() float64
	StdDev() float64
}

// BeliefOfShare is the Beta posterior of a share under a flat prior.
func BeliefOfShare(e Estimate) Belief {
	successes := e.Mean * float64(e.N)
	return distuv.Beta{Alpha: successes + 1, Beta: float64(e.N) - successes + 1}
}

// BeliefOfMean is the normal posterior of a mean under a flat prior.
func BeliefOfMean(e Estimate) Belief {
	return distuv.Normal{Mu: e.Mean, Sigma: max(e.SE(), 1e-12)}
}

// Best returns for each arm the probability that its mean is the highest, and
// the loss to expect from choosing it: how much the best arm is better, on
// average over what is believed. Both by integration, so they are the same on
// every run.
func Best(arms []Belief) (probability, loss []float64) {
	probability, loss = make([]float64, len(arms)), make([]float64, len(arms))
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range arms {
		low, high = min(low, a.Mean()-9*a.StdDev()), max(high, a.Mean()+9*a.StdDev())
	}
	// Simpson's rule on a grid that is fine beside the narrowest arm.
	narrow := math.Inf(1)
	for _, a := range arms {
		narrow = min(narrow, a.StdDev())
	}
	steps := 2 * int(min(100_000, max(1000, 10*(high-low)/narrow)))
	width := (high - low) / float64(steps)
	top := 0.0
	for k := range steps + 1 {
		x := low + float64(k)*width
		weight := width / 3 * float64(2+2*(k%2))
		if k == 0 || k == steps {
			weight = width / 3
		}
		for i := range arms {
			p := arms[i].Prob(x)
			for j := range arms {
				if j != i {
					p *= arms[j].CDF(x)
				}
			}
			probability[i] += weight * p
			top += weight * p * x
		}
	}
	for i, a := range arms {
		loss[i] = max(0, top-a.Mean())
	}
	return probability, loss
}
