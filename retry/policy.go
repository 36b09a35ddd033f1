package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Policy is plain backoff with full jitter: the delay before retry n is drawn
// evenly from zero to Base x 2^n, at most Cap. (Full jitter spreads callers
// that failed together better than any other; see the AWS Architecture Blog,
// "Exponential Backoff And Jitter".) Its zero value is the documented default.
type Policy struct {
	MaxAttempts int           `yaml:"maxAttempts"` // 0 means 4; 1 means no retry; negative means no limit
	MaxElapsed  time.Duration `yaml:"maxElapsed"`  // no attempt starts later than this after the first; 0 means no limit but the context's
	Base        time.Duration `yaml:"base"`        // 0 means 200ms
	Cap         time.Duration `yaml:"cap"`         // 0 means 20s

	// Retry says which failures are worth another attempt. Nil means those
	// that [Classify] finds retryable and that no inner layer has already
	// retried: one that ends in an *[Error] has had its attempts.
	Retry func(error) bool `yaml:"-"`

	// Budget bounds the retries of all calls that share it. Nil means no bound.
	Budget *Budget `yaml:"-"`

	// Rand returns numbers in [0,1), for tests that repeat. Nil means
	// math/rand/v2's; it must be safe for concurrent use.
	Rand func() float64 `yaml:"-"`
}

// withDefaults returns p with every zero field set to what it means.
func (p Policy) withDefaults() Policy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 4
	}
	if p.Base <= 0 {
		p.Base = 200 * time.Millisecond
	}
	if p.Cap <= 0 {
		p.Cap = 20 * time.Second
	}
	if p.Rand == nil {
		p.Rand = rand.Float64
	}
	return p
}

// delay returns the wait before retry n, counted from 0.
func (p Policy) delay(n int) time.Duration {
	ceiling := p.Cap
	if n < 30 { // beyond that Base<<n may overflow
		ceiling = min(p.Cap, p.Base<<n)
	}
	return time.Duration(p.Rand() * float64(ceiling))
}

// sleep waits for d, or returns the context's error as soon as it has one.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errTooLate is why a wait that would outlast the deadline is not begun.
// It is the context's own error by errors.Is, though the context has time left.
type errTooLate struct{ limit error }

func (e errTooLate) Error() string { return "the next attempt would come too late" }
func (e errTooLate) Unwrap() error { return e.limit }

// tooLate reports, as an error, that wait outlasts the context's deadline or
// limit (the zero time is none).
func tooLate(ctx context.Context, wait time.Duration, limit time.Time) error {
	at := time.Now().Add(wait)
	if d, ok := ctx.Deadline(); ok && !at.Before(d) {
		return errTooLate{context.DeadlineExceeded}
	}
	if !limit.IsZero() && at.After(limit) {
		return errTooLate{}
	}
	return nil
}
