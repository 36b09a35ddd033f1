package experiment

import "github.com/causeway-go/causeway/experiment/internal/stats"

// SignTest returns the p-value of a against b under the belief that both are as
// likely: for preferences, ties left out. R: binom.test(a, a + b).
func SignTest(a, b int) float64 { return stats.McNemar(a, b) }

// Agreement is how far a grader agrees with people on the same answers.
type Agreement struct {
	N     int     // answers both have judged
	Same  float64 // share of them judged alike
	Kappa float64 // Cohen's: agreement beyond chance; below 0.6 a judge is not worth much
}

// Calibrate compares a grader's passes with people's labels: true for an answer
// a person calls good, by case. The first repeat of each of subject's answers
// counts.
func Calibrate(e *Evaluation, subject, grader string, labels map[string]bool) Agreement {
	table := [][]int{{0, 0}, {0, 0}}
	index := map[bool]int{true: 1}
	var a Agreement
	for _, item := range e.Items {
		label, labelled := labels[item.Case]
		score, scored := item.Scores[grader]
		if item.Subject != subject || item.Repeat != 0 || !labelled || !scored {
			continue
		}
		a.N++
		table[index[label]][index[score.Pass]]++
	}
	if a.N > 0 {
		a.Same = float64(table[0][0]+table[1][1]) / float64(a.N)
		a.Kappa = stats.Kappa(table)
	}
	return a
}

// PairedTest compares two subjects that were measured on the same things.
type PairedTest struct {
	N         int
	Diff      float64 // mean of b - a
	Low, High float64 // its interval, by the paired bootstrap
	P         float64 // Wilcoxon's signed-rank test
}

// ComparePaired compares b with a, measured on the same n things in the same
// order, at the error rate alpha. What one of them has too many is left out.
func ComparePaired(a, b []float64, alpha float64) PairedTest {
	n := min(len(a), len(b))
	if n == 0 {
		return PairedTest{P: 1}
	}
	t := PairedTest{N: n}
	diffs := make([]float64, n)
	for i := range n {
		diffs[i] = b[i] - a[i]
		t.Diff += diffs[i] / float64(n)
	}
	t.Low, t.High = stats.Bootstrap(diffs, alpha, bootstrapRounds(n), 1)
	t.P = stats.Wilcoxon(diffs)
	return t
}
