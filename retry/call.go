package retry

import (
	"context"
	"errors"
	"time"

	"github.com/causeway-go/causeway/message"
)

// call is one call: where it may go, its attempts so far and what became of
// them.
type call struct {
	routes   []route
	prefer   Prefer
	cost     Cost
	start    time.Time
	limit    time.Time // no attempt starts later; zero for none
	deadline time.Time // the context's; zero for none
	rand     func() float64

	out       delivery
	current   *route
	failure   Error // of the last attempt; its Attempts and Waited hold for successes too
	transient int   // faults in a row, which scale the delay
}

// betweenFaults is the delay after faults that are not about the rate.
var betweenFaults = Policy{Base: 200 * time.Millisecond, Cap: 2 * time.Second}

// unanswered is how many times a service that has never answered is tried
// before its address is taken for wrong.
const unanswered = 5

// begin sets the call's limits. maxElapsed is as in Options.
func (c *call) begin(ctx context.Context, maxElapsed time.Duration) {
	c.start = time.Now()
	var bounded bool
	c.deadline, bounded = ctx.Deadline()
	if maxElapsed == 0 && !bounded {
		maxElapsed = 2 * time.Minute
	}
	if maxElapsed > 0 {
		c.limit = c.start.Add(maxElapsed)
	}
}

// run makes attempts until one succeeds or none may follow.
func run[T any](ctx context.Context, c *call, attempt func(context.Context, *route) (T, message.Usage, error)) (T, error) {
	var none T
	if Within(ctx) {
		return none, &Error{Class: Fatal, Err: ErrLayers}
	}
	inside := context.WithValue(ctx, layerKey{}, true)
	for {
		grant, err := c.acquire(ctx)
		if err != nil {
			return none, err
		}
		c.failure.Attempts++
		message.Tell(ctx, message.Notice{Kind: message.NoticeAttempt, Model: c.current.name, Attempt: c.failure.Attempts})
		v, usage, err := attempt(inside, c.current)
		if err == nil {
			err = c.out.flush()
		}
		if err == nil {
			grant.Done(Outcome{}, usage)
			return v, nil
		}
		again := c.note(ctx, err)
		grant.Done(Outcome{Class: c.failure.Class, Err: c.failure.Err}, usage)
		if !again || !c.worthwhile(ctx) {
			return none, c.end(ctx.Err())
		}
		if err := c.pause(ctx); err != nil {
			return none, c.end(err)
		}
	}
}

// acquire waits for a turn at the best route.
func (c *call) acquire(ctx context.Context) (*Grant, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, c.end(err)
		}
		r, movable := c.choose(time.Now())
		if r == nil {
			return nil, c.end(nil)
		}
		if c.current != nil && r != c.current || c.current == nil && r.backup {
			message.Tell(ctx, message.Notice{Kind: message.NoticeFailover, Model: r.name, Attempt: c.failure.Attempts, Class: string(c.failure.Class), Err: c.failure.Err})
		}
		c.current = r
		var queued time.Time
		grant, err := r.gate.acquire(ctx, turn{cost: c.cost, since: c.start, limit: c.limit, movable: movable, waits: func(d time.Duration) {
			queued = time.Now()
			c.tellWait(ctx, d)
		}})
		if !queued.IsZero() {
			c.failure.Waited += time.Since(queued)
		}
		if err == nil {
			return grant, nil
		}
		if !errors.Is(err, errMoved) {
			return nil, c.shed(err)
		}
	}
}

// shed turns the gate's error into the call's: with the call's own last
// failure, when it has had one, rather than another call's.
func (c *call) shed(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return c.end(err)
	}
	if c.failure.Err == nil {
		c.failure.Err, c.failure.Class = e.Err, e.Class
	}
	if e.Class == Canceled {
		c.failure.Class = Canceled
	}
	return c.end(e.ended)
}

func (c *call) tellWait(ctx context.Context, d time.Duration) {
	message.Tell(ctx, message.Notice{Kind: message.NoticeWait, Model: c.current.name, Attempt: c.failure.Attempts, Wait: d, Class: string(c.failure.Class), Err: c.failure.Err})
}

// note records the failure of an attempt, tells it, and reports whether
// another one may follow.
func (c *call) note(ctx context.Context, err error) bool {
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
	message.Tell(ctx, message.Notice{Kind: kind, Model: c.current.name, Attempt: f.Attempts, Class: string(f.Class), Err: err})
	if c.out.begun {
		f.Partial = true
		return false
	}
	c.out.again()
	if f.Class == DailyQuota {
		c.current.refused = true
		return len(c.routes) > 1
	}
	return f.Class.Retryable()
}

// worthwhile reports whether an attempt after the failure noted last can help.
func (c *call) worthwhile(ctx context.Context) bool {
	f := &c.failure
	switch {
	case ctx.Err() != nil:
		return false
	case f.Attempts > 1 && once(f.Err, f.Class):
		return false
	case f.Class == Transient && f.Attempts >= unanswered && len(c.routes) == 1:
		return c.current.gate.everAnswered()
	}
	return true
}

// pause waits before the next attempt as far as that is the call's own
// business: after faults. After throttles the gate decides, and a call that
// has elsewhere to go does so at once.
func (c *call) pause(ctx context.Context) error {
	if c.failure.Class.Throttled() || c.failure.Class == DailyQuota {
		return nil
	}
	if len(c.routes) > 1 && c.current.gate.outlook(time.Now(), c).shut {
		return nil
	}
	p := betweenFaults
	p.Rand = c.rand
	wait := max(p.withDefaults().delay(c.transient), retryAfter(c.failure.Err))
	c.transient++
	if err := tooLate(ctx, wait, c.limit); err != nil {
		return err
	}
	c.tellWait(ctx, wait)
	before := time.Now()
	err := sleep(ctx, wait)
	c.failure.Waited += time.Since(before)
	return err
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
