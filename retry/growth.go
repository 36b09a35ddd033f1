package retry

import (
	"math"
	"time"
)

// The shape of growth and decrease. The values were chosen by simulation
// (bench/throttle); nothing here is Bedrock's.
const (
	decrease      = 0.85 // what a refusal leaves of a rate that is known
	firstDecrease = 0.7  // and of one that is only guessed
	cubicScale    = 1 - decrease
	slowest       = 2 * time.Minute // for one call: below that a rate is a mistake
	growthLimit   = 8               // times the peak; beyond, the peak is no guide any more

	minPeriod   = 5 * time.Second
	maxPeriod   = 5 * time.Minute
	fewestCalls = 28 // in a period, over the hurry

	calm       = 2.0  // the hurry up to which a share of a quota is not caught up
	catchUp    = 0.02 // growth a second, for each unit of hurry beyond
	searchTime = 0.35 // growth a second of a rate that is only guessed,
	searchCall = 0.15 // or a call, where that is less
)

// grow moves the rate along its curve. Only time in which callers wait for
// this dimension counts: a rate nobody needs teaches nothing.
func (r *rate) grow(dt time.Duration) {
	switch {
	case !r.known:
		calls := r.peak / r.unitOr(1)
		r.peak *= math.Exp(min(searchTime, searchCall*calls) * dt.Seconds())
	case r.shared() && r.hurry > calm:
		r.peak *= math.Exp((r.hurry - calm) * catchUp * dt.Seconds())
	}
	r.phase += dt.Seconds() / r.period().Seconds()
	x := r.phase - 1
	r.perSecond = r.peak * (1 + cubicScale*x*x*x)
	if r.perSecond > growthLimit*r.peak { // the quota was raised; go on from here
		r.peak *= growthLimit
		r.steady()
	}
}

// period is how long growth takes back to the peak: a few seconds, or a number
// of calls where calls are rare, less when there is a hurry. The better the
// rate is known, the longer it is left alone.
func (r *rate) period() time.Duration {
	call := seconds(r.unitOr(1) / r.peak)
	calls := min(max(r.calls/4, 3), 12)
	p := max(minPeriod, time.Duration(calls*float64(call)))
	if r.hurry > 0 && r.shared() {
		p = max(time.Duration(float64(p)/r.hurry), min(p, seconds(fewestCalls/r.hurry*call.Seconds())))
	}
	return min(p, maxPeriod)
}

// fresh reports whether the refusal of a call begins a new congestion epoch: it
// was let through after the last decrease.
func (r *rate) fresh(number uint64) bool { return number > r.epoch }

// slow answers the first refusal of an epoch, met at now.
func (r *rate) slow(now time.Time, c charge) {
	if r.unit == 0 {
		r.unit = c.expected
	}
	r.noteSpacing(r.served - r.newer.served)
	current, keep := r.perSecond, decrease
	switch m, n := r.measured(now); {
	case n > 0:
		// CUBIC's peak is the rate that was refused. A measurement bounds it:
		// far above is what the service had saved up, far below several
		// refusals of one shortage.
		r.peak = min(max(current, 0.9*m), m*(1.3+3/n))
		r.known, r.calls = true, n
	case !r.limited():
		r.peak, keep = r.firstGuess(r.now(now)), firstDecrease
	case r.known:
		r.peak = current
	default:
		r.peak, keep = current, firstDecrease
	}
	r.peak = max(r.peak, r.unitOr(1)/slowest.Seconds())
	r.feeling = false
	r.perSecond = r.peak * keep
	r.phase = 0
	r.epoch = r.passes
	r.level = min(r.level, -r.unitOr(1)*r.pause()) // the next one waits a slot, or a part of it
	r.remember(r.now(now))
}

// pause is the part of a slot that the next call waits after a refusal: all of
// it where slots are short. Where calls are seconds apart, most of a slot
// would be wasted on a service that was only a moment short.
func (r *rate) pause() float64 {
	return min(max(r.perSecond/r.unitOr(1), 0.35), 1)
}

// forget drops a rate that no measurement has confirmed.
func (r *rate) forget() {
	if r.known || !r.limited() {
		return
	}
	*r = rate{perSecond: math.Inf(1), at: r.at, unit: r.unit, settled: r.settled, passes: r.passes, taken: r.taken, served: r.served, waited: r.waited, epoch: r.passes}
}
