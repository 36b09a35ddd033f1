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
