package retry

import (
	"fmt"
	"strings"
	"time"
)

// Error is how a call ends that retrying did not save. It unwraps to the last
// real failure and to the context's error, so a deadline never hides the
// throttle it was spent on: errors.Is(err, context.DeadlineExceeded) and
// llms.IsRateLimitError(err) can both be true.
type Error struct {
	Class    Class         // of Err
	Attempts int           // requests sent; 0 when the call never left
	Waited   time.Duration // time spent waiting between and before attempts
	Err      error         // the last real failure, as the service told it; nil when there was none

	// Partial says that a part of the answer had reached the caller, which is
	// why it was not asked again.
	Partial bool

	// ended is why there was no further attempt, when it was not Err: the
	// context's error, or an attempt that would have come too late.
	ended error
}

// Error tells how it ended and after what.
func (e *Error) Error() string {
	var parts []string
	if e.ended != nil {
		parts = append(parts, e.ended.Error())
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		parts = append(parts, string(e.Class))
	}
	text := strings.Join(parts, ": ")
	if e.Partial {
		text = "not retried because a part of the answer was delivered: " + text
	}
	if e.Attempts > 1 || e.Waited > 0 {
		return fmt.Sprintf("%s after %s and %s of waiting: %s", e.Class, plural(e.Attempts, "attempt"), e.Waited.Round(time.Millisecond), text)
	}
	return text
}

// Unwrap returns the last real failure and why there was no other attempt.
func (e *Error) Unwrap() []error {
	var all []error
	if e.Err != nil {
		all = append(all, e.Err)
	}
	if e.ended != nil {
		all = append(all, e.ended)
	}
	return all
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
