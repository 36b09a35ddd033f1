package retry

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"
)

// Gate decides when a call may be sent, so that a service's quota is used
// whole and not overrun. There is one for each account, region and model (or
// inference profile), shared by everything that calls it, because that is what
// Bedrock counts by.
//
// A Gate needs no settings. It lets calls through freely at first, inside a
// window that doubles as they succeed; the first throttle teaches it the
// rate, in the dimension the throttle names. Calls beyond the rate wait in
// the order in which they began, and a call that is refused all the same
// keeps its place. A call that cannot be done before its deadline any more is
// told so at once. When nothing gets through, one call at a time tries, with
// growing gaps, until one does.
//
// A Gate starts no goroutine of its own and is safe for concurrent use.
type Gate struct {
	mu    sync.Mutex
	o     GateOptions
	timer *time.Timer // fires when the first waiter's turn comes
	armed bool

	requests, tokens rate
	queue            queue
	inFlight         int
	window           float64   // calls in flight at once while no rate is known
	granted          time.Time // when a call was last let through
	swept            time.Time // when the queue was last searched for the hopeless

	probe     probe
	exhausted time.Time // a daily quota is spent; not worth asking before
	answered  bool      // the service has ever answered anything
	cause     error     // the last refusal or fault
	latency   latency
	ratio     float64 // of what calls use to what they reserve
}

// GateOptions are the settings of [NewGate].
type GateOptions struct {
	Quota   Quota   // where the rate starts; the zero value means to learn it
	Breaker Breaker // when to stop asking a service that is down

	// Rand returns numbers in [0,1), for tests that repeat. Nil means
	// math/rand/v2's.
	Rand func() float64
}

// startWindow is how many calls may be in flight before the first has
// answered. Each success lets one more in.
const startWindow = 16

// NewGate returns a gate that knows nothing yet. Nil options are the defaults.
func NewGate(o *GateOptions) *Gate {
	g := &Gate{window: startWindow, ratio: 1}
	if o != nil {
		g.o = *o
	}
	g.o.Breaker = g.o.Breaker.withDefaults()
	g.o.Rand = Policy{Rand: g.o.Rand}.withDefaults().Rand
	g.requests = newRate(g.o.Quota.RPM, 1)
	g.tokens = newRate(g.o.Quota.TPM, 0)
	return g
}

// newRate returns a rate that starts at perMinute, or at no limit for 0.
func newRate(perMinute, unit float64) rate {
	r := rate{perSecond: math.Inf(1), unit: unit, at: time.Now()}
	if perMinute > 0 {
		r.perSecond = perMinute / 60
		r.peak = r.perSecond
		r.known = true
	}
	return r
}

// Acquire waits for the call's turn: it returns when the call may be sent, and
// then [Grant.Done] must be called with what became of it. since is when the
// call began; a call that comes again after a refusal gives the same time and
// so keeps its place. The zero time means now.
//
// It returns an *[Error] as soon as the context ends, and at once when the
// call's turn would come too late for the context's deadline; the error then
// unwraps to the last refusal the gate has seen, which may be another call's.
func (g *Gate) Acquire(ctx context.Context, c Cost, since time.Time) (*Grant, error) {
	return g.acquire(ctx, turn{cost: c, since: since})
}

// turn is what a call asks of a gate.
type turn struct {
	cost    Cost
	since   time.Time
	limit   time.Time           // no attempt may start later; zero for none
	movable bool                // it can go elsewhere when the circuit opens: then errMoved
	waits   func(time.Duration) // hears how long the wait will be, if there is one
}

// errMoved tells a movable call to look for another route.
var errMoved = errors.New("retry: the circuit opened")

func (g *Gate) acquire(ctx context.Context, t turn) (*Grant, error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Class: Canceled, ended: err}
	}
	now := time.Now()
	if t.since.IsZero() {
		t.since = now
	}
	g.mu.Lock()
	g.advance(now)
	if g.queue.len() == 0 && g.wait(now) == 0 {
		grant := g.grant(now, t.cost)
		g.mu.Unlock()
		return grant, nil
	}
	if t.movable && g.probe.on {
		g.mu.Unlock()
		return nil, errMoved
	}
	w := &waiter{turn: t, queued: now, ready: make(chan admission, 1)}
	w.deadline, _ = ctx.Deadline()
	expected := g.expected(now, t.since)
	if g.hopeless(now, w, g.believed(expected)) {
		defer g.mu.Unlock()
		if g.mayTry(now) {
			grant := g.grant(now, t.cost)
			grant.trial = true
			return grant, nil
		}
		return nil, g.tooLate(now, w)
	}
	g.queue.push(w)
	g.pump(now)
	waits := w.index >= 0
	g.mu.Unlock()
	if waits && t.waits != nil {
		t.waits(expected)
	}
	return g.await(ctx, w)
}

// await blocks until w is admitted, shed, or given up by its context.
func (g *Gate) await(ctx context.Context, w *waiter) (*Grant, error) {
	select {
	case a := <-w.ready:
		return a.grant, a.err
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.advance(now)
	if w.index < 0 { // it was let through, or shed, at the same moment
		a := <-w.ready
		if a.grant != nil {
			a.grant.giveBack()
			g.pump(now)
		}
	} else {
		g.queue.remove(w)
		g.pump(now)
	}
	return nil, g.abandoned(now, w, ctx.Err())
}

// advance brings the gate's clocks to now.
func (g *Gate) advance(now time.Time) {
	g.requests.advance(now)
	g.tokens.advance(now)
}

// wait returns how long the first waiter, or a call that finds none, has to
// wait still: 0 for not at all, forever for until something happens.
func (g *Gate) wait(now time.Time) time.Duration {
	if g.probe.on {
		if g.probe.out {
			return forever
		}
		return max(0, g.probe.next.Sub(now))
	}
	if !g.limited() && float64(g.inFlight) >= g.window {
		return forever
	}
	return max(g.requests.wait(), g.tokens.wait())
}

const forever = time.Duration(math.MaxInt64)

// everAnswered reports whether the service has ever been heard.
func (g *Gate) everAnswered() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.answered
}

// limited reports whether any rate is known.
func (g *Gate) limited() bool { return g.requests.limited() || g.tokens.limited() }

// forgetAfter is how long nobody must have called for a rate that was only
// guessed to be forgotten: the shortage it came from is over.
const forgetAfter = 5 * time.Minute

// grant lets one call through.
func (g *Gate) grant(now time.Time, c Cost) *Grant {
	if g.inFlight == 0 && g.queue.len() == 0 {
		if now.Sub(g.granted) > forgetAfter {
			g.requests.forget()
			g.tokens.forget()
		}
		g.requests.begun, g.tokens.begun = g.requests.now(now), g.tokens.now(now)
	}
	g.inFlight++
	g.granted = now
	tokens := charge{c.total(), c.total() * g.ratio}
	g.requests.take(oneRequest)
	g.tokens.take(tokens)
	grant := &Grant{gate: g, tokens: tokens, sent: now, number: g.requests.passes, probe: g.probe.on}
	if g.probe.on {
		g.probe.out = true
	}
	return grant
}
