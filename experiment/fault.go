package experiment

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a file and where it is.
type Fault struct {
	File         string
	Line, Column int // from 1; 0 when the fault is the whole file's
	Message      string
}

// Error reads file:line:column: message, the form editors jump to.
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

// Faults is every mistake of a file, in the order of its lines.
type Faults []Fault

// Error puts each fault on its own line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.AsType find a Fault.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}

func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return f
}

// nearest is ": did you mean …?" when one of known is close to word, else the
// list of what there is.
func nearest(word string, known []string) string {
	best, distance := "", 3
	for _, name := range known {
		if d := edits(word, name); d < distance && d < max(len(word), 2) {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "there are " + strings.Join(known, ", ")
}

// edits is Levenshtein's distance.
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
