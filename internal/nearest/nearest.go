// Package nearest finds the word that a misspelt one was meant to be, for the
// "did you mean" of every error message.
package nearest

import "strings"

// Word returns the one of known that word was probably meant to be, "" when
// none is near: at most one slip in three letters, case aside. Of several
// equally near ones the first wins.
func Word(word string, known []string) string {
	best, limit := "", (len(word)+1)/3+1
	for _, k := range known {
		if d := edits(strings.ToLower(word), strings.ToLower(k), limit); d < limit {
			best, limit = k, d
		}
	}
	return best
}

// maxLen is the longest word whose misspelling is looked into: a longer one
// was not mistyped.
const maxLen = 200

// edits is the number of single-letter changes, swaps of neighbours included,
// that make b of a; limit when there are as many or more. (The optimal string
// alignment distance.)
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > maxLen {
		return limit
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], limit)
}
