package project

import (
	"fmt"
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

// Unwrap lets errors.As find a Fault.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}
