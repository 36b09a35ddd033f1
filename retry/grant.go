package retry

import (
	"time"

	"github.com/causeway-go/causeway/message"
)

// Grant is the permission to send one call.
type Grant struct {
	gate   *Gate
	tokens charge
	sent   time.Time
	number uint64
	probe  bool // sent to find out whether the service is back
	trial  bool // sent before its turn, as a test of the rate
	done   bool
}

// Outcome is what became of a call. The zero value is success.
type Outcome struct {
	Class Class // of Err; "" for success
	Err   error // what calls that are shed meanwhile are told as the cause
}

// OutcomeOf returns the outcome of a call that ended with err.
func OutcomeOf(err error) Outcome { return Outcome{Class: Classify(err), Err: err} }

// Done tells the gate how the call ended and what it used; unknown usage is
// the zero value. Every Grant must be done exactly once; again is no harm.
func (t *Grant) Done(o Outcome, u message.Usage) {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.done {
		return
	}
	now := time.Now()
	g.advance(now)
	t.close()
	closed := !g.probe.on
	switch {
	case o.Class == "":
		g.succeeded(now, t, u)
	case o.Class.Throttled():
		g.throttled(now, t, o)
	case o.Class == DailyQuota:
		t.refund()
		g.answered = true
		g.cause = o.Err
		g.exhausted = now.Add(exhaustedFor)
		g.probe.came(t)
	case o.Class == Transient:
		t.refund()
		g.failed(now, t, o)
	default: // an answer about this one request, or none: it says nothing of the rate
		t.refundTokens()
		g.probe.came(t)
		if o.Class != Canceled {
			g.answered = true
			g.alive(now, t)
		}
	}
	if closed && g.probe.on {
		g.evict()
	}
	g.pump(now)
}

// exhaustedFor is how long a spent daily quota makes other routes preferable.
const exhaustedFor = 5 * time.Minute

// close ends t's time in flight.
func (t *Grant) close() {
	t.done = true
	t.gate.inFlight--
}

// giveBack undoes a grant whose call was never sent.
func (t *Grant) giveBack() {
	t.close()
	t.refund()
	t.gate.probe.came(t)
}

func (t *Grant) refund() {
	t.gate.requests.refused(t.number, oneRequest, false)
	t.refundTokens()
}

func (t *Grant) refundTokens() { t.gate.tokens.refused(t.number, t.tokens, false) }

var oneRequest = charge{1, 1}

// succeeded settles what the call used and believes in the service again.
func (g *Gate) succeeded(now time.Time, t *Grant, u message.Usage) {
	used := g.o.Quota.settled(u)
	if used <= 0 {
		used = t.tokens.expected
	}
	g.ratio += (used/max(t.tokens.reserved, 1) - g.ratio) / 16
	g.requests.settle(t.number, oneRequest, 1)
	g.tokens.settle(t.number, t.tokens, used)
	g.latency.add(now.Sub(t.sent))
	g.answered = true
	g.exhausted = time.Time{}
	if !g.limited() {
		g.window++
	}
	if g.probe.passed(now, t) {
		g.resume()
	}
	g.requests.passed(t.trial)
	g.tokens.passed(t.trial)
}

// alive notes that the service answers, if only to refuse this one request. An
// outage is over then; a shortage may not be.
func (g *Gate) alive(now time.Time, t *Grant) {
	if g.probe.dimension == Transient && g.probe.passed(now, t) {
		g.resume()
	}
}

// resume lets calls through again after the circuit has closed.
func (g *Gate) resume() {
	g.requests.resume(ThrottleRequests, g.probe.dimension, g.probe.gap)
	g.tokens.resume(ThrottleTokens, g.probe.dimension, g.probe.gap)
	g.window = startWindow
}

// throttled slows the dimension that was short.
func (g *Gate) throttled(now time.Time, t *Grant, o Outcome) {
	g.answered = true
	g.cause = o.Err
	short, other := &g.requests, &g.tokens
	mine, rest := oneRequest, t.tokens
	if o.Class == ThrottleTokens {
		short, other = other, short
		mine, rest = rest, mine
	}
	through := short.served - short.newer.served
	fresh := !g.probe.on && short.fresh(t.number)
	short.refused(t.number, mine, !fresh)
	other.refused(t.number, rest, false)
	switch {
	case g.probe.on:
		g.probe.refused(now, t, o.Class, short.probeGaps(), g.o.Rand)
	case fresh:
		if through > 1 { // others got through since the last refusal
			g.probe.streak = 0
		}
		short.slow(now, mine)
		g.probe.refused(now, t, o.Class, short.probeGaps(), g.o.Rand)
	default:
		short.guessAgain()
	}
	if after := retryAfter(o.Err); after > 0 {
		g.probe.hold(now.Add(after), o.Class)
	}
}

// failed counts a fault of the service.
func (g *Gate) failed(now time.Time, t *Grant, o Outcome) {
	g.cause = o.Err
	g.answered = g.answered || !brokenConnection(o.Err)
	g.probe.refused(now, t, Transient, g.o.Breaker.gaps(), g.o.Rand)
}
