package sdkretryer

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

// Options are the settings of [New]. The zero value is the default.
type Options struct {
	// Cost is what one request is taken to reserve. The SDK does not show a
	// retryer the request, so every request of the client counts the same. The
	// zero value means one of 1000 tokens in and 1000 out.
	Cost retry.Cost

	// MaxElapsed is how long after its first attempt a request may still be
	// sent again. 0 means two minutes, or for as long as the deadline of a
	// context that has one; negative means no limit but the context's.
	MaxElapsed time.Duration

	// Rand returns numbers in [0,1), for tests that repeat. Nil means
	// math/rand/v2's; it must be safe for concurrent use.
	Rand func() float64
}

// Retryer lets requests of an AWS SDK client through a [retry.Gate]. It has
// the methods of aws.RetryerV2 and is safe for concurrent use.
type Retryer struct {
	gate *retry.Gate
	o    Options

	mu      sync.Mutex
	running map[context.Context]progress // by the context of the attempt
	prepaid []*turn                      // waited for before the attempt that uses them
}

// progress is how far one request has come.
type progress struct {
	since    time.Time
	attempts int
}

// turn is a grant that waits for its attempt to begin.
type turn struct {
	progress
	grant *retry.Grant
	stop  func() bool // ends the watch over the request's context
}

// New returns a retryer over g. Nil options are the defaults.
func New(g *retry.Gate, o *Options) *Retryer {
	r := &Retryer{gate: g, running: make(map[context.Context]progress)}
	if o != nil {
		r.o = *o
	}
	if r.o.Cost == (retry.Cost{}) {
		r.o.Cost = retry.Cost{Input: 1000, MaxTokens: 1000}
	}
	if r.o.Rand == nil {
		r.o.Rand = rand.Float64
	}
	return r
}

// IsErrorRetryable reports whether the same request may succeed later.
func (r *Retryer) IsErrorRetryable(err error) bool { return retry.Classify(err).Retryable() }

// MaxAttempts returns 0, for no limit: time is the limit, and the gate keeps
// the attempts few.
func (r *Retryer) MaxAttempts() int { return 0 }

// RetryDelay returns 0: GetRetryToken has already waited.
func (r *Retryer) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// GetInitialToken does nothing. The SDK calls GetAttemptToken instead.
func (r *Retryer) GetInitialToken() func(error) error { return release }

func release(error) error { return nil }

// GetAttemptToken waits until a first attempt may be sent; a further one has
// already waited in GetRetryToken. It fails with retry.ErrLayers when the
// request is an attempt of a layer of retries around the client.
func (r *Retryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if retry.Within(ctx) {
		return nil, retry.ErrLayers
	}
	if t := r.takePrepaid(); t != nil {
		t.attempts++
		r.start(ctx, t.progress)
		return r.finish(ctx, t.grant), nil
	}
	p := progress{since: time.Now(), attempts: 1}
	grant, err := r.gate.Acquire(ctx, r.o.Cost, p.since)
	if err != nil {
		return nil, err
	}
	r.start(ctx, p)
	return r.finish(ctx, grant), nil
}

// GetRetryToken waits until the request may be sent again, at its old place in
// the queue. It fails when that would be too late.
func (r *Retryer) GetRetryToken(ctx context.Context, failure error) (func(error) error, error) {
	p, ok := r.stop(ctx)
	if !ok {
		p = progress{since: time.Now(), attempts: 1}
	}
	class := retry.Classify(failure)
	if class == retry.ModelError && p.attempts > 1 {
		return nil, &retry.Error{Class: class, Attempts: p.attempts, Err: failure}
	}
	limited, cancel := r.limit(ctx, p.since)
	defer cancel()
	if !class.Throttled() {
		if err := r.pause(limited, p.attempts-1); err != nil {
			return nil, err
		}
	}
	grant, err := r.gate.Acquire(limited, r.o.Cost, p.since)
	if err != nil {
		return nil, err
	}
	r.keep(ctx, &turn{progress: p, grant: grant})
	return release, nil
}

// keep stores t until its attempt begins, or gives it back when the request's
// context ends before: the SDK then makes no attempt and says nothing.
func (r *Retryer) keep(ctx context.Context, t *turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.prepaid = append(r.prepaid, t)
	t.stop = context.AfterFunc(ctx, func() {
		if r.drop(t) {
			t.grant.Done(retry.OutcomeOf(ctx.Err()), message.Usage{})
		}
	})
}

// drop removes t and reports whether it was still there.
func (r *Retryer) drop(t *turn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.prepaid, t)
	if i < 0 {
		return false
	}
	r.prepaid = slices.Delete(r.prepaid, i, i+1)
	return true
}

// limit returns ctx with the end of the request's time.
func (r *Retryer) limit(ctx context.Context, since time.Time) (context.Context, context.CancelFunc) {
	most := r.o.MaxElapsed
	if _, bounded := ctx.Deadline(); most == 0 && !bounded {
		most = 2 * time.Minute
	}
	if most <= 0 {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, since.Add(most))
}

// pause waits a moment after fault n, from 0, of a request: full jitter,
// 200 ms doubling to 2 s. A wait that would outlast the deadline is not begun.
func (r *Retryer) pause(ctx context.Context, n int) error {
	d := time.Duration(r.o.Rand() * float64(min(200*time.Millisecond<<min(n, 8), 2*time.Second)))
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return context.DeadlineExceeded
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

// takePrepaid returns the turn of a request that has waited for this attempt,
// nil when there is none. The SDK does not tell whose attempt it is; when a new
// request comes between, it uses the turn, and the other one waits again.
func (r *Retryer) takePrepaid() *turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.prepaid) == 0 {
		return nil
	}
	t := r.prepaid[0]
	r.prepaid = slices.Delete(r.prepaid, 0, 1)
	t.stop()
	return t
}

func (r *Retryer) start(ctx context.Context, p progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running[ctx] = p
}

// stop forgets the attempt of ctx and returns how far its request has come.
func (r *Retryer) stop(ctx context.Context) (progress, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.running[ctx]
	delete(r.running, ctx)
	return p, ok
}

// finish returns what the SDK calls when an attempt has ended. A failure that
// will be retried is kept for GetRetryToken, which comes next.
func (r *Retryer) finish(ctx context.Context, grant *retry.Grant) func(error) error {
	return func(err error) error {
		grant.Done(retry.OutcomeOf(err), message.Usage{})
		if !r.IsErrorRetryable(err) {
			r.stop(ctx)
		}
		return nil
	}
}
