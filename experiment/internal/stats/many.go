package stats

import (
	"slices"
)

// Holm returns p-values that may be compared with alpha although there are
// several: the chance of any false alarm stays below alpha (Holm 1979). R:
// p.adjust(p, "holm").
func Holm(p []float64) []float64 {
	out, m := make([]float64, len(p)), len(p)
	high := 0.0
	for rank, i := range ascending(p) {
		high = max(high, min(1, float64(m-rank)*p[i]))
		out[i] = high
	}
	return out
}

// FDR returns p-values that keep the share of false alarms among the alarms
// below alpha (Benjamini and Hochberg 1995). R: p.adjust(p, "BH").
func FDR(p []float64) []float64 {
	out, m := make([]float64, len(p)), len(p)
	low := 1.0
	for rank, i := range slices.Backward(ascending(p)) {
		low = min(low, float64(m)/float64(rank+1)*p[i])
		out[i] = low
	}
	return out
}

func ascending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	return order
}
