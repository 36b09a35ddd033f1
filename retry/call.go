package retry

import (
	"context"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// call is one call of a Model: its attempts so far and what became of them.
type call struct {
	m       *Model
	model   string // for notices
	start   time.Time
	out     delivery
	failure Error // of the last attempt; its Attempts and Waited hold for successes too

	throttles, transients int // failures in a row, which scale the delays
}

func newCall(m *Model, model string) *call {
	return &call{m: m, model: model, start: time.Now()}
}

// The delays between the attempts of one call.
var (
	afterThrottle  = Policy{Base: time.Second, Cap: 20 * time.Second}
	afterTransient = Policy{Base: 200 * time.Millisecond, Cap: 2 * time.Second}
)

// run makes attempts until one succeeds or none may follow.
func (c *call) run(ctx context.Context, attempt func() (*llms.ContentResponse, error)) (*llms.ContentResponse, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, c.end(err)
		}
		c.failure.Attempts++
		message.Tell(ctx, message.Notice{Kind: message.NoticeAttempt, Model: c.model, Attempt: c.failure.Attempts})
		resp, err := attempt()
		if err == nil {
			err = c.out.flush()
		}
		if err == nil {
			return resp, nil
		}
		if !c.again(ctx, err) {
			return nil, c.end(ctx.Err())
		}
		wait := c.delay(err)
		if late := tooLate(ctx, wait, c.limit(ctx)); late != nil {
			return nil, c.end(late)
		}
		message.Tell(ctx, message.Notice{Kind: message.NoticeWait, Model: c.model, Attempt: c.failure.Attempts, Wait: wait, Class: string(c.failure.Class), Err: err})
		before := time.Now()
		err = sleep(ctx, wait)
		c.failure.Waited += time.Since(before)
		if err != nil {
			return nil, c.end(err)
		}
	}
}

// again notes the failure of an attempt, tells it, and reports whether another
// one may follow.
func (c *call) again(ctx context.Context, err error) bool {
	f := &c.failure
	f.Err, f.Class = err, classIn(ctx, err)
	if c.out.failed != nil { // the caller's own callback ended it
		f.Err, f.Class = c.out.failed, Canceled
		return false
	}
	kind := message.NoticeFailure
	if f.Class.Throttled() || f.Class == DailyQuota {
		kind = message.NoticeThrottle
	}
	message.Tell(ctx, message.Notice{Kind: kind, Model: c.model, Attempt: f.Attempts, Class: string(f.Class), Err: err})
	if c.out.begun {
		f.Partial = true
		return false
	}
	c.out.again()
	return ctx.Err() == nil && f.Class.Retryable() && (f.Attempts == 1 || !once(err, f.Class))
}

// delay returns the wait before the next attempt.
func (c *call) delay(err error) time.Duration {
	p, n := afterTransient, &c.transients
	if c.failure.Class.Throttled() {
		p, n = afterThrottle, &c.throttles
	}
	p.Rand = c.m.o.Rand
	*n++
	return max(p.withDefaults().delay(*n-1), retryAfter(err))
}

// limit returns when the last attempt may start, the zero time for no limit.
func (c *call) limit(ctx context.Context) time.Time {
	_, bounded := ctx.Deadline()
	switch m := c.m.o.MaxElapsed; {
	case m > 0:
		return c.start.Add(m)
	case m < 0 || bounded:
		return time.Time{}
	}
	return c.start.Add(2 * time.Minute)
}

// end returns the final error. why says what ended the call when it was not
// the failure itself.
func (c *call) end(why error) *Error {
	e := c.failure
	e.ended = why
	if e.Class == "" { // nothing was ever sent
		e.Class = Canceled
	}
	return &e
}
