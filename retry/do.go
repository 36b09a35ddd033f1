package retry

import (
	"context"
	"errors"
	"time"

	"github.com/causeway-go/causeway/message"
)

// Do calls fn until it succeeds, with plain backoff between attempts. It is
// for everything that is not a model: object stores, queues, tools; for models
// there is [Wrap], which knows about quotas. It never sleeps past the deadline
// of ctx: a wait that would is not begun. Failures are returned as an *[Error].
// Attempts and waits are told to the context's observer.
func Do[T any](ctx context.Context, p Policy, fn func(context.Context) (T, error)) (T, error) {
	p = p.withDefaults()
	start := time.Now()
	var limit time.Time
	if p.MaxElapsed > 0 {
		limit = start.Add(p.MaxElapsed)
	}
	p.Budget.pay()
	e := &Error{}
	for {
		e.Attempts++
		v, err := fn(ctx)
		if err == nil {
			return v, nil
		}
		e.Err, e.Class = err, classIn(ctx, err)
		if !p.wants(ctx, e) {
			return v, e
		}
		wait := max(p.delay(e.Attempts-1), retryAfter(err))
		if e.ended = tooLate(ctx, wait, limit); e.ended != nil {
			return v, e
		}
		if e.ended = p.Budget.take(); e.ended != nil {
			return v, e
		}
		message.Tell(ctx, message.Notice{Kind: message.NoticeWait, Attempt: e.Attempts, Wait: wait, Class: string(e.Class), Err: err})
		before := time.Now()
		e.ended = sleep(ctx, wait)
		e.Waited += time.Since(before)
		if e.ended != nil {
			return v, e
		}
	}
}

// wants reports whether the failure in e deserves another attempt.
func (p Policy) wants(ctx context.Context, e *Error) bool {
	if ctx.Err() != nil {
		return false
	}
	if p.MaxAttempts > 0 && e.Attempts >= p.MaxAttempts {
		return false
	}
	if p.Retry != nil {
		return p.Retry(e.Err)
	}
	if _, spent := errors.AsType[*Error](e.Err); spent {
		return false
	}
	return e.Class.Retryable() && (e.Attempts == 1 || !once(e.Err, e.Class))
}

// classIn is Classify for an error met under ctx. A deadline that is not the
// context's own is some inner timeout, and so a reason to try again.
func classIn(ctx context.Context, err error) Class {
	c := Classify(err)
	if c == Canceled && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return Transient
	}
	return c
}
