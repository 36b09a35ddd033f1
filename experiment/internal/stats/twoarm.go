package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is the result of comparing arm b with arm a.
type Test struct {
	Diff      float64 // b - a
	Low, High float64 // its interval; infinite when nothing can be said
	P         float64 // two-sided
}

var normal = distuv.Normal{Sigma: 1}

// variance of the difference of two independent estimates.
func variance(a, b Estimate) float64 {
	sa, sb := a.SE(), b.SE()
	return sa*sa + sb*sb
}

// nothing is the result of too little data.
func nothing(diff float64) Test { return Test{diff, math.Inf(-1), math.Inf(1), 1} }

// certain is the result when neither arm varies at all.
func certain(diff float64) Test {
	t := Test{Diff: diff, Low: diff, High: diff, P: 1}
	if diff != 0 {
		t.P = 0
	}
	return t
}

// Welch is the t-test for unequal variances (Welch 1947), valid at one look
// that was fixed beforehand. R: t.test(b, a).
func Welch(a, b Estimate, alpha float64) Test {
	diff, v := b.Mean-a.Mean, variance(a, b)
	switch {
	case a.N < 2 || b.N < 2:
		return nothing(diff)
	case v == 0:
		return certain(diff)
	}
	va, vb := a.Variance/float64(a.N), b.Variance/float64(b.N)
	df := v * v / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
	t := distuv.StudentsT{Sigma: 1, Nu: df}
	se := math.Sqrt(v)
	half := t.Quantile(1-alpha/2) * se
	return Test{diff, diff - half, diff + half, min(1, 2*t.CDF(-math.Abs(diff)/se))}
}

// Proportions is the two-proportion z-test: pooled for p, unpooled for the
// interval, without continuity correction. R: prop.test(correct = FALSE).
func Proportions(a, b Estimate, alpha float64) Test {
	diff, v := b.Mean-a.Mean, variance(a, b)
	if a.N < 2 || b.N < 2 {
		return nothing(diff)
	}
	na, nb := float64(a.N), float64(b.N)
	pool := (a.Mean*na + b.Mean*nb) / (na + nb)
	pooled := math.Sqrt(pool * (1 - pool) * (1/na + 1/nb))
	if pooled == 0 {
		return certain(diff)
	}
	half := normal.Quantile(1-alpha/2) * math.Sqrt(v)
	return Test{diff, diff - half, diff + half, min(1, 2*normal.CDF(-math.Abs(diff)/pooled))}
}

// Sequential is the asymptotic confidence sequence of Waudby-Smith, Arbour,
// Sinha, Kennedy, Ramdas ("Time-uniform central limit theory", 2021, the normal
// mixture): its interval holds at every look at once, so looking each day costs
// nothing. It is tightest when tuning units have been seen. The p-value is the
// always-valid one that belongs to it: p < alpha exactly when the interval
// leaves out 0.
func Sequential(a, b Estimate, alpha float64, tuning int) Test {
	return sequence(b.Mean-a.Mean, variance(a, b), a.N, b.N, alpha, tuning)
}

func sequence(diff, v float64, na, nb int, alpha float64, tuning int) Test {
	switch {
	case na < 2 || nb < 2:
		return nothing(diff)
	case v == 0:
		return nothing(diff) // the limit theorem says nothing about arms that never varied
	}
	n := float64(na + nb)
	rho2 := (-2*math.Log(alpha) + math.Log(-2*math.Log(alpha)+1)) / float64(tuning)
	k := n*rho2 + 1
	half := math.Sqrt(v) * math.Sqrt(2*k/(n*rho2)*math.Log(math.Sqrt(k)/alpha))
	p := math.Sqrt(k) * math.Exp(-n*rho2*diff*diff/(2*v*k))
	return Test{diff, diff - half, diff + half, min(1, p)}
}

// Lift is the difference as a share of a's mean, b/a - 1, with the delta
// method's variance. tuning 0 gives a fixed-look normal interval, above 0 a
// confidence sequence. A control of 0 has no lift: NaN.
func Lift(a, b Estimate, alpha float64, tuning int) Test {
	if a.Mean == 0 || a.N < 2 || b.N < 2 {
		return Test{math.NaN(), math.NaN(), math.NaN(), 1}
	}
	sa, sb := a.SE(), b.SE()
	diff := (b.Mean - a.Mean) / math.Abs(a.Mean)
	m2 := a.Mean * a.Mean
	v := sb*sb/m2 + sa*sa*b.Mean*b.Mean/(m2*m2)
	if tuning > 0 {
		return sequence(diff, v, a.N, b.N, alpha, tuning)
	}
	se := math.Sqrt(v)
	half := normal.Quantile(1-alpha/2) * se
	return Test{diff, diff - half, diff + half, min(1, 2*normal.CDF(-math.Abs(diff)/se))}
}

// Split is the chi-square test of counts against the shares they should have:
// the sample-ratio check. Arms of share 0 are left out; it returns 1 when there
// is nothing to compare. R: chisq.test(counts, p = shares).
func Split(counts []int, shares []float64) float64 {
	expected := make([]float64, len(counts))
	n, sum := 0.0, 0.0
	for i := range counts {
		if shares[i] > 0 {
			n += float64(counts[i])
			sum += shares[i]
		}
	}
	for i := range counts {
		expected[i] = n * shares[i] / max(sum, math.SmallestNonzeroFloat64)
	}
	return ChiSquare(counts, expected)
}

// ChiSquare is Pearson's goodness-of-fit test against expected counts.
func ChiSquare(counts []int, expected []float64) float64 {
	x2, arms := 0.0, 0
	for i, e := range expected {
		if e > 0 {
			d := float64(counts[i]) - e
			x2 += d * d / e
			arms++
		}
	}
	if arms < 2 {
		return 1
	}
	return distuv.ChiSquared{K: float64(arms - 1)}.Survival(x2)
}

// Credible is the normal credible interval of the difference under flat priors.
// P is twice the belief that the sign is the other one.
func Credible(a, b Estimate, alpha float64) Test {
	diff, v := b.Mean-a.Mean, variance(a, b)
	if a.N < 2 || b.N < 2 {
		return nothing(diff)
	}
	if v == 0 {
		return certain(diff)
	}
	se := math.Sqrt(v)
	half := normal.Quantile(1-alpha/2) * se
	return Test{diff, diff - half, diff + half, min(1, 2*normal.CDF(-math.Abs(diff)/se))}
}
