package bedrock

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// ErrIncompleteStream says that a stream ended without messageStop: the
// connection was cut, and the SDK took its end for the answer's.
var ErrIncompleteStream = errors.New("the stream ended without messageStop")

// ErrStreamIdle says that a stream was silent for Options.StreamIdleTimeout.
var ErrStreamIdle = errors.New("the stream was silent for too long")

// Codes of failures that are found here and not told by the service.
const (
	CodeIncompleteStream = "IncompleteStream" // wraps ErrIncompleteStream
	CodeStreamIdle       = "StreamIdle"       // wraps ErrStreamIdle
	CodeInvalidRequest   = "InvalidRequest"   // the request cannot be expressed, or needs a repair under Options.Strict; nothing was sent
)

// Error is a call that failed. errors.As also finds an *llms.Error in it, so
// llms.IsRateLimitError and its siblings answer rightly.
type Error struct {
	Operation string // Converse, ConverseStream, InvokeModel, ...
	Model     string // who was asked
	Code      string // the service's code, as in ThrottlingException; one of the Code constants; "" when the service was not reached
	Message   string // the service's own words
	RequestID string
	Status    int  // the HTTP status, 0 without an answer; 200 when InStream
	InStream  bool // it came as an event inside a stream that had begun well
	Err       error
}

// Error tells where it failed, then what the service said.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("bedrock: ")
	b.WriteString(e.Operation)
	if e.Model != "" {
		b.WriteString(" " + e.Model)
	}
	b.WriteString(": ")
	switch {
	case e.Code != "" && e.Message != "":
		b.WriteString(e.Code + ": " + e.Message)
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		b.WriteString(e.Code)
	}
	switch {
	case e.InStream:
		b.WriteString(" (in the stream")
	case e.Status != 0:
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
	default:
		return b.String()
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	b.WriteByte(')')
	return b.String()
}

// Unwrap returns what caused it: the SDK's error, a sentinel, the context's.
func (e *Error) Unwrap() error { return e.Err }

// ErrorCode returns Code. retry.Classify decides by it.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage returns Message.
func (e *Error) ErrorMessage() string { return e.Message }

// HTTPStatusCode returns Status.
func (e *Error) HTTPStatusCode() int { return e.Status }

// Is reports whether target is an *Error of the same code, or langchaingo's
// error for it, such as llms.ErrRateLimit.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case *Error:
		return t.Code != "" && t.Code == e.Code
	case *llms.Error:
		return t.Code == e.llmsCode()
	}
	return false
}

// As lets errors.As find langchaingo's own form of the error.
func (e *Error) As(target any) bool {
	t, ok := target.(**llms.Error)
	if !ok {
		return false
	}
	*t = &llms.Error{
		Code:     e.llmsCode(),
		Message:  e.Message,
		Provider: "bedrock",
		Details:  map[string]any{"code": e.Code, "status": e.Status, "requestId": e.RequestID},
		Cause:    e.Err,
	}
	return true
}
