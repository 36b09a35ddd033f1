package chain

import "strings"

// nearest returns the word of words that name was probably meant to be, or "".
func nearest(name string, words []string) string {
	best, distance := "", len(name)/3+1
	for _, w := range words {
		if d := edits(strings.ToLower(name), strings.ToLower(w), distance); d < distance {
			best, distance = w, d
		}
	}
	return best
}

// didYouMean is the hint for an unknown name: the nearest word, or all of them.
func didYouMean(name string, words []string) string {
	if near := nearest(name, words); near != "" {
		return "did you mean " + near + "?"
	}
	if len(words) == 0 {
		return ""
	}
	return "there is " + listed(words)
}

// listed joins words for a sentence, the first ten of them.
func listed(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	if len(words) > 10 {
		return strings.Join(words[:10], ", ") + ", ..."
	}
	return strings.Join(words, ", ")
}

// edits is the number of single-character changes, swaps of neighbours
// included, that make b of a; limit when there are as many or more. (The
// optimal string alignment distance.)
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 200 {
		return limit
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], limit)
}
