package project

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest says which of known was probably meant by word: "did you mean …?"
// when one is near, else the list of them.
func Suggest(word string, known []string) string {
	best, distance := "", min(2, (len(word)+1)/3)+1
	names := slices.Sorted(slices.Values(known))
	for _, name := range names {
		if d := edits(strings.ToLower(word), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(names) == 0:
		return "there are none"
	case len(names) == 1:
		return fmt.Sprintf("there is only %q", names[0])
	default:
		return "there are " + strings.Join(names, ", ")
	}
}

// edits is the number of single-letter changes, insertions and deletions
// between a and b (Levenshtein's distance).
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64 // not a slip of the finger
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
