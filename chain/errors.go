package chain

import (
	"fmt"
	"strings"
	"time"
)

// StepError says which step of a run failed.
type StepError struct {
	Chain string
	Step  string // a path: "answer", "each/2/answer"
	Err   error
}

func (e *StepError) Error() string {
	return fmt.Sprintf("chain %s, step %s: %v", e.Chain, e.Step, e.Err)
}

// Unwrap returns what went wrong.
func (e *StepError) Unwrap() error { return e.Err }

// PanicError is a panic of a step's own code, caught.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value of the panic when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// TimeoutError is the cause of a step's cancellation by its own timeout. It
// unwraps to what the step returned, which is usually
// context.DeadlineExceeded.
type TimeoutError struct {
	After time.Duration
	Err   error
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("not done after its timeout of %v: %v", e.After, e.Err)
}

// Unwrap returns the step's error.
func (e *TimeoutError) Unwrap() error { return e.Err }

// InputError lists what is wrong with the values that a run was started with,
// or answered.
type InputError struct {
	Chain    string // empty for an answer
	Problems []string
}

func (e *InputError) Error() string {
	said := "bad input: " + strings.Join(e.Problems, "; ")
	if e.Chain == "" {
		return said
	}
	return "chain " + e.Chain + ": " + said
}

// Fault is one mistake in a chain, found before it runs.
type Fault struct {
	File    string `json:"file,omitempty"` // chains from YAML only, as are Line and Column, from 1
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Step    string `json:"step,omitempty"`  // the path of the step; empty for the chain itself
	Field   string `json:"field,omitempty"` // which of its fields: "when", "with.queue", "prompt", "tools.0"
	Message string `json:"message"`         // what is wrong
	Hint    string `json:"hint,omitempty"`  // what would be right
}

func (f Fault) String() string {
	var b strings.Builder
	switch {
	case f.File != "" && f.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", f.File, f.Line, f.Column)
	case f.File != "":
		fmt.Fprintf(&b, "%s: ", f.File)
	}
	if f.Step != "" {
		fmt.Fprintf(&b, "step %s: ", f.Step)
	}
	b.WriteString(f.Message)
	if f.Hint != "" {
		fmt.Fprintf(&b, " (%s)", f.Hint)
	}
	return b.String()
}

// CheckError holds every fault of a chain: those of its wiring, and from Check
// and Load those of the prompts, models and tools it names.
type CheckError struct {
	Chain  string
	Faults []Fault // at least one
}

// maxTold is how many faults the text of an error lists.
const maxTold = 50

// Error has one line a fault, for the first 50.
func (e *CheckError) Error() string {
	var b strings.Builder
	for i, f := range e.Faults {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == maxTold {
			fmt.Fprintf(&b, "and %d more", len(e.Faults)-i)
			break
		}
		if f.File == "" {
			fmt.Fprintf(&b, "chain %s: ", e.Chain)
		}
		b.WriteString(f.String())
	}
	return b.String()
}
