package stats_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// same compares to the digits the reference was published or printed with.
func same(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func sums(y ...float64) (s stats.Sums) {
	for _, v := range y {
		s.Add(v, 0)
	}
	return s
}

// The sleep data of Student (1908), in R as "sleep".
var (
	sleep1 = []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	sleep2 = []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
)

func TestWelch(t *testing.T) {
	// R: t.test(extra ~ group, sleep): p = 0.07939, interval -3.3654832, 0.2054832.
	got := stats.Welch(sums(sleep1...).Mean(), sums(sleep2...).Mean(), 0.05)
	same(t, "p", got.P, 0.07939414018735823, 1e-10)
	same(t, "low", got.Low, -0.20548323071163632, 1e-10)
	same(t, "high", got.High, 3.365483230711636, 1e-10)

	// gbstats, test_two_sided_ttest (absolute).
	a := stats.Estimate{N: 3407, Mean: 0.41, Variance: 3.9 * 3.9}
	b := stats.Estimate{N: 3461, Mean: 0.70, Variance: 6.2 * 6.2}
	got = stats.Welch(a, b, 0.05)
	same(t, "gbstats p", got.P, 0.02016, 5e-6)
	same(t, "gbstats low", got.Low, 0.04538, 5e-6)
	same(t, "gbstats high", got.High, 0.53462, 5e-6)
}

func TestProportions(t *testing.T) {
	// statsmodels 0.13: proportions_ztest([90, 83], [100, 100]) and the Wald interval.
	got := stats.Proportions(stats.Proportion(83, 100), stats.Proportion(90, 100), 0.05)
	same(t, "p", got.P, 0.1474869556891775, 1e-10)
	same(t, "low", got.Low, -0.024221076912886733, 1e-10)
	same(t, "high", got.High, 0.16422107691288684, 1e-10)
}

func TestSequential(t *testing.T) {
	// gbstats, test_sequential_test_runs_prop: relative, default tuning 5000.
	a, b := stats.Proportion(1396, 3000), stats.Proportion(2422, 3461)
	got := stats.Lift(a, b, 0.05, 5000)
	same(t, "lift", got.Diff, 0.50386, 5e-6)
	same(t, "low", got.Low, 0.40098, 5e-6)
	same(t, "high", got.High, 0.60675, 5e-6)

	// p is below alpha exactly when the interval leaves out 0.
	for k := range 200 {
		b := stats.Proportion(1400+k, 3000)
		s := stats.Sequential(a, b, 0.05, 5000)
		if (s.P < 0.05) != (s.Low > 0 || s.High < 0) {
			t.Errorf("k = %d: p = %v with [%v, %v]", k, s.P, s.Low, s.High)
		}
	}
}

func TestSplit(t *testing.T) {
	// R: chisq.test(c(5100, 4900)); chisq.test(c(89,37,30,28,2), p = c(40,20,20,15,5), rescale.p = TRUE).
	same(t, "even", stats.Split([]int{5100, 4900}, []float64{0.5, 0.5}), 0.04550026389635857, 1e-12)
	same(t, "five arms", stats.Split([]int{89, 37, 30, 28, 2}, []float64{40, 20, 20, 15, 5}), 0.040594043344781214, 1e-12)
	same(t, "one arm", stats.Split([]int{10, 0}, []float64{1, 0}), 1, 0)
}

func TestRatio(t *testing.T) {
	var s stats.Sums
	n := []float64{4, 6, 2, 9, 3, 10, 5, 4}
	for i, y := range []float64{3, 5, 2, 8, 1, 9, 4, 4} {
		s.Add(y, n[i])
	}
	s.Add(100, 7) // a value that changes is taken out and put in again
	s.Remove(100, 7)
	e := s.Ratio() // numpy, from the formula of Deng et al. (2018)
	same(t, "ratio", e.Mean, 0.8372093023255814, 1e-12)
	same(t, "variance", e.Variance, 0.017714481104423953, 1e-12)
}

// With y = 2x + noise the covariate explains the variance of 2x: what is left
// is the noise's, and the difference between the arms stays what it was.
func TestAdjusted(t *testing.T) {
	var arms [2]stats.Sums
	for i := range 2000 {
		x := float64(i%100) - 49.5
		noise := float64((i*7919)%13) - 6
		arms[0].Add(2*x+noise, x)
		arms[1].Add(2*x+noise+3, x)
	}
	adjusted := stats.Adjusted(arms[:])
	same(t, "difference", adjusted[1].Mean-adjusted[0].Mean, 3, 1e-9)
	if raw := arms[0].Mean().Variance; adjusted[0].Variance > raw/100 {
		t.Errorf("variance %v of %v is left", adjusted[0].Variance, raw)
	}
	// A covariate that explains nothing changes nothing.
	var flat [2]stats.Sums
	flat[0].Add(1, 5)
	flat[0].Add(2, 5)
	flat[1].Add(3, 5)
	same(t, "flat", stats.Adjusted(flat[:])[0].Mean, 1.5, 0)
}

func TestBest(t *testing.T) {
	// P(B > A) of two Beta posteriors in closed form (Miller 2014), with scipy's betaln.
	p, loss := stats.Best([]stats.Belief{
		stats.BeliefOfShare(stats.Proportion(50, 100)), stats.BeliefOfShare(stats.Proportion(60, 100)),
	})
	same(t, "beta", p[1], 0.921426248506406, 1e-6)
	same(t, "sum", p[0]+p[1], 1, 1e-6)
	if loss[1] >= loss[0] {
		t.Errorf("loss = %v: the better arm loses less", loss)
	}
	// Two normals: the closed form, scipy.
	p, _ = stats.Best([]stats.Belief{
		stats.BeliefOfMean(stats.Estimate{N: 3407, Mean: 0.41, Variance: 3.9 * 3.9}),
		stats.BeliefOfMean(stats.Estimate{N: 3461, Mean: 0.7, Variance: 6.2 * 6.2}),
	})
	same(t, "normal", p[1], 0.9899378629114758, 1e-6)
	// Three normals: numpy, four million draws.
	p, loss = stats.Best([]stats.Belief{
		stats.BeliefOfMean(stats.Estimate{N: 100, Mean: 0, Variance: 1}),
		stats.BeliefOfMean(stats.Estimate{N: 100, Mean: 0.1, Variance: 1}),
		stats.BeliefOfMean(stats.Estimate{N: 100, Mean: 0.15, Variance: 4}),
	})
	for i, want := range []float64{0.09395725, 0.35035375, 0.555689} {
		same(t, fmt.Sprint("three, arm ", i), p[i], want, 1e-3)
		same(t, fmt.Sprint("three, loss ", i), loss[i], []float64{0.22292, 0.12292, 0.07292}[i], 1e-3)
	}
}

func TestCorrections(t *testing.T) {
	// R: p.adjust, statsmodels: multipletests.
	p := []float64{0.03, 0.001, 0.2, 0.04}
	for i, want := range []float64{0.09, 0.004, 0.2, 0.09} {
		same(t, fmt.Sprint("holm ", i), stats.Holm(p)[i], want, 1e-12)
	}
	for i, want := range []float64{0.0533333333, 0.004, 0.2, 0.0533333333} {
		same(t, fmt.Sprint("BH ", i), stats.FDR(p)[i], want, 1e-9)
	}
}

func TestPlan(t *testing.T) {
	// R's own example: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7.
	same(t, "proportions", stats.NeedProportions(0.5, 0.75, 0.05, 0.9), 76.7, 0.05)
	// statsmodels: NormalIndPower().solve_power(0.2, alpha=0.05, power=0.8) and .power(0.2, 400, 0.05).
	same(t, "means", stats.NeedMeans(1, 0.2, 0.05, 0.8), 392.4430232577885, 0.01) // theirs counts the far tail too
	same(t, "power", stats.Power(1, 0.2, 0.05, 400), 0.807430419432557, 1e-9)
	fixed, sequential := stats.NeedMeans(1, 0.2, 0.05, 0.8), stats.NeedSequential(1, 0.2, 0.05, 0.8, 800)
	if sequential < fixed || sequential > 3*fixed {
		t.Errorf("a sequence needs %v, a fixed look %v", sequential, fixed)
	}
	if n := stats.NeedSequential(1, 0, 0.05, 0.8, 800); !math.IsInf(n, 1) {
		t.Errorf("no difference needs %v units", n)
	}
}

func TestPaired(t *testing.T) {
	// R: mcnemar's exact form, binom.test(2, 12) and binom.test(59, 180).
	same(t, "mcnemar", stats.McNemar(2, 10), 0.03857421875, 1e-12)
	same(t, "mcnemar large", stats.McNemar(121, 59), 4.4344492637551645e-06, 1e-15)
	// R: t.test(sleep2, sleep1, paired = TRUE): p = 0.002833, interval 0.7001142, 2.4598858.
	diffs := make([]float64, len(sleep1))
	for i := range diffs {
		diffs[i] = sleep2[i] - sleep1[i]
	}
	p := stats.PairedT(diffs, 0.05)
	same(t, "paired p", p.P, 0.00283289019738427, 1e-10)
	same(t, "paired low", p.Low, 0.7001142, 1e-7)
	low, high := stats.Bootstrap(diffs, 0.05, 10_000, 1)
	same(t, "bootstrap low", low, 0.95, 0.1) // scipy.stats.bootstrap, percentile: 0.95, 2.39
	same(t, "bootstrap high", high, 2.39, 0.1)
	// Darwin's plants, from Wilcoxon's test in scipy's manual: 24, p = 0.04126.
	darwin := []float64{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}
	same(t, "wilcoxon", stats.Wilcoxon(darwin), 0.041259765625, 1e-12)
	// scipy.stats.wilcoxon(correction=True, mode="approx"): with ties and zeros.
	same(t, "wilcoxon ties", stats.Wilcoxon([]float64{1.5, 2, 2, -1, 3, 3, -2, 4, 5, 0, 0, 1}), 0.035927899120529315, 1e-9)
}

func TestAgreement(t *testing.T) {
	// statsmodels: proportion_confint(18, 20, method="wilson"), cohens_kappa.
	low, high := stats.Wilson(18, 20, 0.05)
	same(t, "wilson low", low, 0.6989663547715127, 1e-12)
	same(t, "wilson high", high, 0.9721335187862318, 1e-12)
	same(t, "kappa", stats.Kappa([][]int{{20, 5}, {10, 15}}), 0.4, 1e-12)
	same(t, "kappa of one word", stats.Kappa([][]int{{7, 0}, {0, 0}}), 1, 0)
}

// Too little data is said, never guessed.
func TestNothing(t *testing.T) {
	one, none := stats.Proportion(1, 1), stats.Estimate{}
	for name, got := range map[string]stats.Test{
		"welch":       stats.Welch(none, one, 0.05),
		"proportions": stats.Proportions(one, one, 0.05),
		"sequential":  stats.Sequential(none, none, 0.05, 5000),
		"paired":      stats.PairedT([]float64{1}, 0.05),
	} {
		if got.P != 1 || !math.IsInf(got.Low, -1) || !math.IsInf(got.High, 1) {
			t.Errorf("%s of too little = %+v", name, got)
		}
	}
	if got := stats.Welch(sums(1, 1, 1).Mean(), sums(2, 2, 2).Mean(), 0.05); got.P != 0 || got.Low != 1 {
		t.Errorf("constant arms that differ = %+v", got)
	}
}
