package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/internal/nearest"
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

// didYouMean is the word that was probably meant, else the list of what there
// is.
func didYouMean(word string, known []string) string {
	if best := nearest.Word(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "there are " + strings.Join(known, ", ")
}
