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

	peak    float64       // the rate that growth levels off at
	grown   time.Duration // time spent growing since the last decrease
	epoch   time.Time     // of the last decrease: requests sent before it teach nothing
	blocked bool          // the first waiter waits for this dimension

	taken  float64 // units that went through, ever; refusals taken back
	served float64 // calls that went through, ever
	mark   mark    // at the last decrease
	known  bool    // a measurement has confirmed the rate
	unit   float64 // what one call takes, averaged

	lastPassed time.Time // when the last call that got through was sent
	feeling    bool      // the rate is being felt out, after probes found the service again
}

// mark remembers when the service's bucket was empty.
type mark struct {
	at            time.Time
	taken, served float64
	blocked       time.Duration // of the time since, how long callers waited
}

const (
	decrease   = 0.85 // what a refusal leaves of the rate
	cubicScale = 1 - decrease

	clientBurst   = 500 * time.Millisecond // of the rate, saved up while nobody asks
	minPeriod     = 5 * time.Second
	callsInPeriod = 8
	maxPeriod     = 5 * time.Minute
	growthLimit   = 8 // times the peak: then a refusal is due, or there is no limit
)

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
		r.mark.blocked += dt
		r.grow(dt)
	}
}

// grow moves the rate along its curve. Only time in which callers wait for
// this dimension counts: a rate nobody needs teaches nothing.
func (r *rate) grow(dt time.Duration) {
	r.grown += dt
	p := r.period().Seconds()
	x := (r.grown.Seconds() - p) / p
	r.perSecond = min(r.peak*(1+cubicScale*x*x*x), r.peak*growthLimit)
}

// period is how long growth takes back to the peak.
func (r *rate) period() time.Duration {
	calls := time.Duration(callsInPeriod * r.unit / r.peak * float64(time.Second))
	return min(max(minPeriod, calls), maxPeriod)
}

// wait returns how long until a call may pass, and 0 for now.
func (r *rate) wait() time.Duration {
	if !r.limited() || r.level >= 0 {
		return 0
	}
	return time.Duration(math.Ceil(-r.level / r.perSecond * float64(time.Second)))
}

// take lets a call of n units through.
func (r *rate) take(n float64) {
	if r.limited() {
		r.level -= n
	}
	r.taken += n
	r.served++
}

// settle corrects a take of reserved to what was used.
func (r *rate) settle(reserved, used float64) {
	if r.limited() {
		r.level += reserved - used
	}
	r.taken += used - reserved
	if r.unit == 0 {
		r.unit = used
	}
	r.unit += (used - r.unit) / 16
}

// refused takes back a take, of a call sent at sent, that the service did not
// honour. The pacing slot stays used in the dimension that was short (kept),
// as it was for nothing only in the others.
func (r *rate) refused(sent time.Time, reserved float64, kept bool) {
	r.taken -= reserved
	r.served--
	if !sent.After(r.mark.at) { // the mark counted it as let through
		r.mark.taken -= reserved
		r.mark.served--
	}
	if !r.limited() {
		return
	}
	r.level += reserved
	if kept {
		r.level -= min(r.unit, reserved)
	}
}

// fresh reports whether the refusal of a request sent at sent begins a new
// congestion epoch: it was sent at the rate set by the last decrease.
func (r *rate) fresh(sent time.Time) bool { return r.epoch.IsZero() || sent.After(r.epoch) }

// slow answers the first refusal of an epoch, met at now.
func (r *rate) slow(now, busy time.Time) {
	current := r.perSecond
	if !r.limited() {
		current = r.taken / max(now.Sub(busy).Seconds(), 1)
		current = max(current, r.unitOr(1))
	}
	if m, ok := r.measured(now); ok {
		current = min(current, m)
		r.known = true
	}
	r.feeling = false
	r.peak = current
	r.perSecond = current * decrease
	r.grown = 0
	r.epoch = now
	r.level = min(r.level, -r.unitOr(1)) // the next one waits a slot
	r.mark = mark{at: now, taken: r.taken, served: r.served}
}

// unitOr returns the average call, or n before there was one.
func (r *rate) unitOr(n float64) float64 {
	if r.unit > 0 {
		return r.unit
	}
	return n
}

// measured returns the service's refill between the last refusal and one at
// now, if enough was served and callers waited nearly all the while: then its
// bucket was empty at both ends and never overflowed between.
func (r *rate) measured(now time.Time) (float64, bool) {
	if r.mark.at.IsZero() {
		return 0, false
	}
	took := now.Sub(r.mark.at)
	if r.served-r.mark.served < 4 || r.mark.blocked < took*9/10 {
		return 0, false
	}
	return (r.taken - r.mark.taken) / took.Seconds(), true
}
