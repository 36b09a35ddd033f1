package retry

import "time"

// Breaker says when a [Gate] takes a service for down, and how it finds out
// that it is back. While the circuit is open one call at a time is sent, with
// growing gaps; the first that succeeds closes it. The zero value is the
// documented default.
type Breaker struct {
	Failures int           `yaml:"failures"` // failures in a row that open it; 0 means 3
	MinGap   time.Duration `yaml:"minGap"`   // before the first probe; 0 means 250ms
	MaxGap   time.Duration `yaml:"maxGap"`   // between probes, as the gap doubles; 0 means 1.7s
}

func (b Breaker) withDefaults() Breaker {
	if b.Failures <= 0 {
		b.Failures = 3
	}
	if b.MinGap <= 0 {
		b.MinGap = 250 * time.Millisecond
	}
	if b.MaxGap <= 0 {
		b.MaxGap = 1700 * time.Millisecond
	}
	return b
}

func (b Breaker) gaps() gaps { return gaps{b.Failures, b.MinGap, b.MaxGap, 2} }

// gaps says when probing begins, and bounds the time between probes.
type gaps struct {
	after    int // failures in a row that open the circuit
	min, max time.Duration
	factor   float64 // from one to the next
}

// throttlesInARow open the circuit when not one call gets through between.
const throttlesInARow = 3

// probe is a gate's circuit: closed, or open with one call at a time trying.
// What counts is the order in which calls were sent, not in which they ended:
// a long answer that was asked for before an outage says nothing about it.
type probe struct {
	streak   int       // failures in a row
	lastSent time.Time // when the last call that failed was sent

	on        bool
	out       bool // a probe is in flight
	gap       time.Duration
	next      time.Time // when the next may go
	held      time.Time // until when the service asked not to be asked
	dimension Class     // what opened it
}

// refused counts a failure; enough of them in a row open the circuit, and a
// probe's own failure widens the gap.
func (p *probe) refused(now time.Time, t *Grant, class Class, between gaps, rand func() float64) {
	if t.sent.After(p.lastSent) {
		p.lastSent = t.sent
	}
	if p.on && !t.probe {
		return // sent before it opened
	}
	p.came(t)
	p.streak++
	switch {
	case p.on:
		p.gap = max(between.min, min(time.Duration(between.factor*float64(p.gap)), between.max))
	case p.streak >= between.after:
		p.on = true
		p.gap = between.min
	default:
		return
	}
	p.dimension = class
	// A little jitter, so that many processes do not probe in step.
	p.next = now.Add(time.Duration(float64(p.gap) * (0.9 + 0.2*rand())))
}

// passed notes a success and reports whether it closed the circuit.
func (p *probe) passed(now time.Time, t *Grant) bool {
	p.came(t)
	if t.sent.Before(p.lastSent) || now.Before(p.held) {
		return false
	}
	p.streak = 0
	closed := p.on
	p.on = false
	return closed
}

// came notes that a probe, if t is one, is no longer in flight.
func (p *probe) came(t *Grant) {
	if t.probe {
		p.out = false
	}
}

// shut reports whether a call that could go elsewhere should: unless it is
// time for a probe, which it may then be.
func (p *probe) shut(now time.Time) bool { return p.on && (p.out || now.Before(p.next)) }

// hold opens the circuit until the service may be asked again.
func (p *probe) hold(until time.Time, class Class) {
	p.on = true
	p.dimension = class
	p.held = until
	if until.After(p.next) {
		p.next = until
	}
}

// probeGaps returns the gaps between probes when the service refuses every
// call: from the time one call needs at the rate believed in. A rate that was
// never confirmed may be far too high, so the gaps may grow long.
func (r *rate) probeGaps() gaps {
	interval := time.Duration(r.unitOr(1) / r.perSecond * float64(time.Second))
	longest := longestGap
	if r.known {
		longest = min(max(2*interval, 2*time.Second), longest)
	}
	return gaps{throttlesInARow, min(max(interval, 100*time.Millisecond), longest), longest, 1.5}
}

// resume sets the rate, of the dimension that class throttles, after a probe
// passed: opened is why probes were sent, and gap the time between the last
// two. A rate that was never confirmed becomes the pace of the probes, and is
// then felt out upwards, call by call.
func (r *rate) resume(class, opened Class, gap time.Duration) {
	if !r.limited() {
		return
	}
	if class == opened && !r.known {
		r.peak = min(r.peak, r.unit/gap.Seconds())
		r.feeling = true
		r.level = min(r.level, -r.unit)
	}
	r.steady()
	if opened == Transient { // the service was idle, and has saved up
		r.level = r.perSecond * afterOutage.Seconds()
	}
}

// afterOutage is how much of the rate may be asked for at once after an outage.
const afterOutage = 2 * time.Second

// passed notes that a call got through. One that did so before its turn shows
// that the rate is too low, and it is felt out from there.
func (r *rate) passed(trial bool) {
	r.feeling = r.feeling || trial
	if r.feeling && r.limited() {
		r.peak *= feelUp
		r.steady()
	}
}

// steady puts the rate on the flat part of its curve.
func (r *rate) steady() {
	r.perSecond = r.peak
	r.phase = 1
}

// longestGap is the most time between two probes.
const longestGap = 10 * time.Second

// feelUp is how much faster each success makes a rate that is felt out.
const feelUp = 1.25
