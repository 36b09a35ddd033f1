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

	peak    float64   // the rate that growth levels off at
	phase   float64   // how far growth has come since the last decrease; 1 is the peak
	epoch   time.Time // of the last decrease: requests sent before it teach nothing
	blocked bool      // the first waiter waits for this dimension
	hurry   float64   // how fast growth runs; 1 is its normal pace

	taken  float64       // units that went through, ever; refusals taken back
	served float64       // calls that went through, ever
	waited time.Duration // time in which callers waited for this dimension, ever
	begun  mark          // when calls began to come, after the last pause
	older  mark          // where the measurement begins
	newer  mark          // the last decrease
	known  bool          // a measurement has confirmed the rate
	calls  float64       // how many calls that measurement rests on
	unit   float64       // what one call takes, averaged

	epochs            int
	spacing, spacing2 float64 // calls between refusals, averaged, and squared
	feeling           bool    // the rate is being felt out, after probes found the service again
}

// mark remembers when the service's bucket was empty.
type mark struct {
	at            time.Time
	taken, served float64
	waited        time.Duration
}

const (
	decrease      = 0.85 // what a refusal leaves of a rate that is known
	firstDecrease = 0.7  // and of one that is only guessed
	cubicScale    = 1 - decrease

	clientBurst = 500 * time.Millisecond // of the rate, saved up while nobody asks
	minPeriod   = 5 * time.Second
	maxPeriod   = 5 * time.Minute
	calm        = 2.0  // the hurry up to which a share of a quota is not caught up
	catchUp     = 0.04 // a second, for each unit of hurry beyond
	searchTime  = 0.35 // growth a second of a rate that is only guessed,
	searchCall  = 0.15 // or a call, where that is less
	fewestCalls = 24   // in a period, over the hurry
	growthLimit = 8    // times the peak: then a refusal is due, or there is no limit

	shortestMeasure = time.Second

	measureTime  = 60 * time.Second // how far back a measurement reaches,
	measureCalls = 64               // or this many calls, where that is longer
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
		r.waited += dt
		r.grow(dt)
	}
}

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
	r.perSecond = r.peak * min(1+cubicScale*x*x*x, growthLimit)
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
	if r.limited() {
		r.level -= c.reserved
	}
	r.taken += c.expected
	r.served++
}

// settle corrects a take to what was used.
func (r *rate) settle(c charge, used float64) {
	if r.limited() {
		r.level += c.reserved - used
	}
	r.taken += used - c.expected
	if r.unit == 0 {
		r.unit = used
	}
	r.unit += (used - r.unit) / 16
}

// refused takes back a take, of a call sent at sent, that the service did not
// honour. The pacing slot stays used in the dimension that was short (kept),
// as it was for nothing only in the others.
func (r *rate) refused(sent time.Time, c charge, kept bool) {
	r.taken -= c.expected
	r.served--
	r.begun.uncount(sent, c.expected)
	r.older.uncount(sent, c.expected)
	r.newer.uncount(sent, c.expected)
	if !r.limited() {
		return
	}
	r.level += c.reserved
	if kept {
		r.level -= min(r.unit, c.reserved)
	}
}

// fresh reports whether the refusal of a request sent at sent begins a new
// congestion epoch: it was sent at the rate set by the last decrease.
func (r *rate) fresh(sent time.Time) bool { return r.epoch.IsZero() || sent.After(r.epoch) }

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
	r.feeling = false
	r.perSecond = r.peak * keep
	r.phase = 0
	r.epoch = now
	r.level = min(r.level, -r.unitOr(1)*r.pause()) // the next one waits a slot, or a part of it
	r.remember(r.now(now))
}

// noteSpacing counts the calls between two refusals. A gate that has its quota
// to itself is refused regularly, each time it has grown past the service's
// rate; one that shares it is refused at random, because of the others.
func (r *rate) noteSpacing(calls float64) {
	calls = max(calls, 0)
	r.epochs++
	weight := 1 / float64(min(r.epochs, 8))
	r.spacing += (calls - r.spacing) * weight
	r.spacing2 += (calls*calls - r.spacing2) * weight
}

// shared reports whether others seem to use the same quota: the spacing of
// refusals varies as chance would have it.
func (r *rate) shared() bool {
	return r.epochs < 8 || r.cv2() > 0.55
}

func (r *rate) cv2() float64 {
	return r.spacing2/(r.spacing*r.spacing) - 1
}

// pause is the part of a slot that the next call waits after a refusal: all of
// it where slots are short. Where calls are seconds apart, most of a slot
// would be wasted on a service that was only a moment short.
func (r *rate) pause() float64 {
	return min(max(r.perSecond/r.unitOr(1), 0.35), 1)
}

// firstGuess is what has been getting through since calls began to come.
// It is too high by what the service had saved up.
func (r *rate) firstGuess(m mark) float64 {
	took := m.at.Sub(r.begun.at)
	if took > 5*time.Second && m.served-r.begun.served > 16 {
		r.known = true
	}
	return max(m.taken-r.begun.taken, r.unitOr(1)) / max(took.Seconds(), 1)
}

// guessAgain corrects the first guess when more of the calls that it counted
// turn out to be refused.
func (r *rate) guessAgain() {
	if r.known || !r.older.at.Equal(r.newer.at) {
		return
	}
	r.peak = r.firstGuess(r.newer)
	r.perSecond = r.peak * firstDecrease
}

// now returns the mark of this moment.
func (r *rate) now(at time.Time) mark {
	return mark{at: at, taken: r.taken, served: r.served, waited: r.waited}
}

// unitOr returns the average call, or n before there was one.
func (r *rate) unitOr(n float64) float64 {
	if r.unit > 0 {
		return r.unit
	}
	return n
}

// measured returns the service's refill between an earlier refusal and one at
// now, and the number of calls it rests on: 0 when there were too few, or when
// callers did not wait nearly all the while. Only then was the service's
// bucket empty at both ends and never full between.
func (r *rate) measured(now time.Time) (perSecond, calls float64) {
	for _, m := range []mark{r.older, r.newer} {
		took := now.Sub(m.at)
		if m.at.IsZero() || r.waited-m.waited < took*9/10 {
			continue
		}
		calls, units := r.served-m.served, r.taken-m.taken
		if calls >= 3 && units > 0 && took >= shortestMeasure {
			return units / took.Seconds(), calls
		}
	}
	return 0, 0
}

// remember begins measurements at m, and keeps the earlier beginning while it
// is recent enough.
func (r *rate) remember(m mark) {
	stale := m.at.Sub(r.older.at) > measureTime && m.served-r.older.served > measureCalls
	if r.older.at.IsZero() || stale || m.waited-r.older.waited < m.at.Sub(r.older.at)*9/10 {
		r.older = r.newer
	}
	if r.older.at.IsZero() {
		r.older = m
	}
	r.newer = m
}

// uncount takes a call sent at sent out of what m counts as let through.
func (m *mark) uncount(sent time.Time, units float64) {
	if sent.Before(m.at) {
		m.taken -= units
		m.served--
	}
}
