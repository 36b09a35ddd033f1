package templates

import (
	"errors"
	"fmt"
)

// The ways a variable can be wrong. A [VariableError] unwraps to one of them.
var (
	ErrMissing    = errors.New("variable is missing")
	ErrUndeclared = errors.New("variable is not declared")
	ErrWrongType  = errors.New("variable has the wrong type")
	ErrRefused    = errors.New("variable's value is not allowed") // a length, a pattern, an enum
	ErrFence      = errors.New("untrusted value contains its own fence")
)

// VariableError says which variable of which prompt cannot be used and why.
// It never holds the value. Several of them come joined; errors.AsType finds
// the first.
type VariableError struct {
	Prompt   string // the prompt's name; "" for a bare Text
	Variable string // the name, or a path into it such as order.items[2].price
	Err      error  // one of the sentinels above
	Detail   string // what was met and what would be right
}

// Error names the prompt, the variable, and what would be right.
func (e *VariableError) Error() string {
	where := ""
	if e.Prompt != "" {
		where = "prompt " + e.Prompt + ": "
	}
	if e.Detail == "" {
		return fmt.Sprintf("%svariable %q: %v", where, e.Variable, e.Err)
	}
	return fmt.Sprintf("%svariable %q: %v: %s", where, e.Variable, e.Err, e.Detail)
}

// Unwrap returns the sentinel.
func (e *VariableError) Unwrap() error { return e.Err }
