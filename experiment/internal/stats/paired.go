package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemar is the exact test on paired yes/no: gained cases went from no to yes,
// lost ones the other way. R: binom.test(gained, gained + lost).
func McNemar(gained, lost int) float64 {
	n := gained + lost
	if n == 0 {
		return 1
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	return min(1, 2*b.CDF(float64(min(gained, lost))))
}

// PairedT is the t-test on differences. R: t.test(b, a, paired = TRUE).
func PairedT(diffs []float64, alpha float64) Test {
	var s Sums
	for _, d := range diffs {
		s.Add(d, 0)
	}
	e := s.Mean()
	if e.N < 2 {
		return nothing(e.Mean)
	}
	se := e.SE()
	if se == 0 {
		return certain(e.Mean)
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(e.N - 1)}
	half := t.Quantile(1-alpha/2) * se
	return Test{e.Mean, e.Mean - half, e.Mean + half, min(1, 2*t.CDF(-math.Abs(e.Mean)/se))}
}

// Bootstrap is the percentile interval of the mean difference over rounds
// resamples of the cases (Efron 1979). The same seed gives the same interval.
func Bootstrap(diffs []float64, alpha float64, rounds int, seed uint64) (low, high float64) {
	if len(diffs) == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	means := make([]float64, rounds)
	for i := range means {
		sum := 0.0
		for range diffs {
			sum += diffs[random.IntN(len(diffs))]
		}
		means[i] = sum / float64(len(diffs))
	}
	slices.Sort(means)
	at := func(p float64) float64 { return means[min(len(means)-1, int(p*float64(len(means))))] }
	return at(alpha / 2), at(1 - alpha/2)
}

// Wilcoxon is the signed-rank test on differences, zeros left out. Up to 25
// differences without ties it is exact; otherwise the normal approximation with
// corrections for ties and continuity. R: wilcox.test(d).
func Wilcoxon(diffs []float64) float64 {
	var d []float64
	for _, x := range diffs {
		if x != 0 {
			d = append(d, x)
		}
	}
	if len(d) == 0 {
		return 1
	}
	slices.SortFunc(d, func(a, b float64) int {
		switch {
		case math.Abs(a) < math.Abs(b):
			return -1
		case math.Abs(a) > math.Abs(b):
			return 1
		}
		return 0
	})
	plus, ties := 0.0, 0.0
	for i := 0; i < len(d); {
		j := i
		for j < len(d) && math.Abs(d[j]) == math.Abs(d[i]) {
			j++
		}
		rank, group := float64(i+j+1)/2, float64(j-i)
		ties += group*group*group - group
		for ; i < j; i++ {
			if d[i] > 0 {
				plus += rank
			}
		}
	}
	if len(d) <= 25 && ties == 0 {
		return exactRanks(len(d), int(plus))
	}
	n := float64(len(d))
	mean := n * (n + 1) / 4
	sd := math.Sqrt(n*(n+1)*(2*n+1)/24 - ties/48)
	z := math.Max(0, math.Abs(plus-mean)-0.5) / sd
	return min(1, 2*normal.CDF(-z))
}

// exactRanks is the two-sided p of a rank sum: the share of the 2^n sign
// patterns that are as far out.
func exactRanks(n, plus int) float64 {
	most := n * (n + 1) / 2
	ways := make([]float64, most+1)
	ways[0] = 1
	for rank := 1; rank <= n; rank++ {
		for sum := most; sum >= rank; sum-- {
			ways[sum] += ways[sum-rank]
		}
	}
	tail := 0.0
	for sum := range min(plus, most-plus) + 1 {
		tail += ways[sum]
	}
	return min(1, 2*tail/math.Pow(2, float64(n)))
}

// Wilson is the score interval of a share (Wilson 1927), good for few cases and
// shares near 0 and 1. statsmodels: proportion_confint(method="wilson").
func Wilson(successes, n int, alpha float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	z := normal.Quantile(1 - alpha/2)
	p, m := float64(successes)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}

// Kappa is Cohen's agreement of two raters beyond chance, 1 for full agreement,
// 0 for none. table[i][j] counts cases the first put in i and the second in j.
func Kappa(table [][]int) float64 {
	n, agree, chance := 0.0, 0.0, 0.0
	rows, columns := make([]float64, len(table)), make([]float64, len(table))
	for i, row := range table {
		for j, count := range row {
			c := float64(count)
			n += c
			rows[i] += c
			columns[j] += c
			if i == j {
				agree += c
			}
		}
	}
	if n == 0 {
		return 0
	}
	for i := range table {
		chance += rows[i] * columns[i] / (n * n)
	}
	if chance == 1 {
		return 1 // both said the same one thing
	}
	return (agree/n - chance) / (1 - chance)
}
