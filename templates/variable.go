package templates

import (
	"errors"
	"fmt"
	"strings"
)

// The ways a variable can be wrong. A [VariableError] unwraps to one of them.
var (
	ErrMissing    = errors.New("variable is missing")
	ErrUndeclared = errors.New("variable is not declared")
	ErrWrongType  = errors.New("variable has the wrong type")
	ErrRefused    = errors.New("variable has a value that is not allowed") // a length, a pattern, an enum
	ErrFence      = errors.New("variable holds what could be taken for its fence")
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
	detail := ""
	if e.Detail != "" {
		detail = ": " + e.Detail
	}
	what := strings.TrimPrefix(e.Err.Error(), "variable ")
	return fmt.Sprintf("%svariable %q %s%s", where, e.Variable, what, detail)
}

// Unwrap returns the sentinel.
func (e *VariableError) Unwrap() error { return e.Err }
