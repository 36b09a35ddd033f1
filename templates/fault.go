package templates

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a prompt file. It never holds the prompt's text.
type Fault struct {
	Line    int    `json:"line"`           // from 1
	Column  int    `json:"column"`         // from 1, in characters
	Path    string `json:"path,omitempty"` // the field, such as messages[1].user; "" is the file as a whole
	Message string `json:"message"`        // what is wrong and what would be right
}

// FileError is every mistake found in one prompt file, in the file's order.
type FileError struct {
	File   string // as the caller named it; "" when it came without a name
	Faults []Fault
}

// Error has one line a fault: file:line:column: field: what is wrong.
func (e *FileError) Error() string {
	var b strings.Builder
	for i, f := range e.Faults {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: ", cmp.Or(e.File, "prompt"), f.Line, f.Column)
		if f.Path != "" {
			b.WriteString(f.Path + ": ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// maxFaults bounds how many mistakes of one file are told.
const maxFaults = 50

// inOrder sorts faults as a reader meets them, drops repeats, and bounds them.
func inOrder(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	faults = slices.Compact(faults)
	if more := len(faults) - maxFaults; more > 0 {
		last := faults[maxFaults]
		last.Path, last.Message = "", fmt.Sprintf("and %d more mistakes", more)
		faults = append(faults[:maxFaults], last)
	}
	return faults
}

// faultsOf returns the faults of a file's error, whatever its kind.
func faultsOf(err error) []Fault {
	if bad, ok := errors.AsType[*FileError](err); ok {
		return bad.Faults
	}
	return []Fault{{Line: 1, Column: 1, Message: err.Error()}}
}
