package retry

import (
	"math"
	"time"
)

// rate is what a gate has learned about one dimension of a quota: requests,
// or tokens. Units are requests or tokens; rates are units per second.
//
// It is a token bucket of the gate's own whose refill follows the service.
// Nothing is known at first and the rate is infinite. The first refusal sets
// it to what has been getting through; from then on it moves like CUBIC
// (RFC 9438): one decrease per congestion epoch, then growth that is fast at
// first, flat around the rate at which the service last refused, and fast
// again beyond. Two refusals with steady demand between them measure the
// service's refill directly, because its bucket was empty at both: what was
// served in between, over the time between.
type rate struct {
	perSecond float64 // +Inf until the first refusal
	level     float64 // what may be taken now; below 0 the next one waits
	at        time.Time

	peak    float64 // the rate that growth levels off at
	phase   float64 // how far growth has come since the last decrease; 1 is the peak
	epoch   uint64  // calls let through before the last decrease: their refusals teach nothing
	blocked bool    // the first waiter waits for this dimension
	probing bool    // and it does so because nothing gets through
	hurry   float64 // how fast growth runs; 1 is its normal pace

	passes  uint64        // calls let through, ever; the number of a call is its place among them
	taken   float64       // units that went through, ever; refusals taken back
	served  float64       // calls that went through, ever
	waited  time.Duration // time in which callers waited for this dimension, ever
	begun   mark          // when calls began to come, after the last pause
	older   mark          // where the measurement begins
	newer   mark          // the last decrease
	known   bool          // a measurement has confirmed the rate
	calls   float64       // how many calls that measurement rests on
	unit    float64       // what one call takes, averaged
	settled int           // calls in that average; beyond 16 they do not count more

	epochs            int
	spacing, spacing2 float64 // calls between refusals, averaged, and squared
	feeling           bool    // the rate is being felt out, after probes found the service again
}

// clientBurst is how much of a rate is saved up while nobody asks.
const clientBurst = 500 * time.Millisecond

// limited reports whether there is a rate at all.
func (r *rate) limited() bool { return !math.IsInf(r.perSecond, 1) }

// advance brings r to now.
func (r *rate) advance(now time.Time) {
	dt := now.Sub(r.at)
	if dt <= 0 {
		return
	}
	r.at = now
	if !r.limited() {
		return
	}
	r.level = min(r.level+r.perSecond*dt.Seconds(), r.perSecond*clientBurst.Seconds())
	if r.blocked {
		r.waited += dt
		if !r.probing {
			r.grow(dt)
		}
	}
}

// wait returns how long until a call may pass, and 0 for now.
func (r *rate) wait() time.Duration {
	if !r.limited() || r.level >= 0 {
		return 0
	}
	return time.Duration(math.Ceil(-r.level / r.perSecond * float64(time.Second)))
}

// charge is what a call takes of one dimension: what the service reserves for
// it, and what it is expected to have used when it ends.
type charge struct{ reserved, expected float64 }

// take lets a call through.
func (r *rate) take(c charge) {
	r.passes++
	if r.limited() {
		r.level -= c.reserved
	}
	r.taken += c.expected
	r.served++
}

// settle corrects the take of the call of that number to what was used.
func (r *rate) settle(number uint64, c charge, used float64) {
	if r.limited() {
		r.level += c.reserved - used
	}
	r.count(number, used-c.expected, 0)
	r.settled++
	r.unit += (used - r.unit) / float64(min(r.settled, 16))
}

// refused takes back the take of a call that the service did not honour. The
// pacing slot stays used in the dimension that was short (kept),
// as it was for nothing only in the others.
func (r *rate) refused(number uint64, c charge, kept bool) {
	r.count(number, -c.expected, -1)
	if !r.limited() {
		return
	}
	r.level += c.reserved
	if kept {
		r.level -= min(r.unit, c.reserved)
	}
}

// unitOr returns the average call, or n before there was one.
func (r *rate) unitOr(n float64) float64 {
	if r.unit > 0 {
		return r.unit
	}
	return n
}
