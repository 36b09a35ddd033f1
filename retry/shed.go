package retry

import (
	"context"
	"time"
)

// sweepEvery is how often the whole queue is searched for calls whose time
// has run out.
const sweepEvery = 500 * time.Millisecond

// trust is how much of an expected wait is believed when a call is turned away
// for it, and doubt how much while the rate may still change a lot. The
// estimate errs, and a call turned away wrongly is lost, while one that waits
// in vain costs nothing but its own time.
const (
	trust = 0.8
	doubt = 0.25
)

// hopeless reports whether w, who has to wait at least wait, cannot be
// answered before its deadline. Before the gate has seen a refusal there is no
// ground to turn anybody away.
func (g *Gate) hopeless(now time.Time, w *waiter, wait time.Duration) bool {
	if g.cause == nil || wait == forever {
		return false
	}
	at := now.Add(wait)
	if !w.limit.IsZero() && at.After(w.limit) {
		return true
	}
	return !w.deadline.IsZero() && at.Add(g.latency.usual()).After(w.deadline)
}

// believed is as much of an expected wait as calls are turned away for.
func (g *Gate) believed(expected time.Duration) time.Duration {
	if g.requests.steadyNow() && g.tokens.steadyNow() {
		return time.Duration(trust * float64(expected))
	}
	return time.Duration(doubt * float64(expected))
}

// steadyNow reports whether the rate is not about to change a lot.
func (r *rate) steadyNow() bool { return !r.limited() || r.known && !r.shared() }

// mayTry reports whether a call that would be turned away may be sent instead,
// as a test of the rate: with nobody waiting and nothing in flight, a rate that
// is far too low would never be found out.
func (g *Gate) mayTry(now time.Time) bool {
	return g.queue.len() == 0 && g.inFlight == 0 && !g.probe.on && now.Sub(g.granted) >= longestGap
}

// sweep sheds every waiter whose time has run out.
func (g *Gate) sweep(now time.Time) {
	if now.Sub(g.swept) < sweepEvery {
		return
	}
	g.swept = now
	var late []*waiter
	for _, w := range g.queue.heap {
		if g.hopeless(now, w, 0) {
			late = append(late, w)
		}
	}
	for _, w := range late {
		g.queue.remove(w)
		w.ready <- admission{err: g.tooLate(now, w)}
	}
}

// evict sends every waiter that can go elsewhere on its way, when the circuit
// has opened.
func (g *Gate) evict() {
	var movable []*waiter
	for _, w := range g.queue.heap {
		if w.movable {
			movable = append(movable, w)
		}
	}
	for _, w := range movable {
		g.queue.remove(w)
		w.ready <- admission{err: errMoved}
	}
}

// tooLate is the error of a call that is shed.
func (g *Gate) tooLate(now time.Time, w *waiter) *Error {
	return &Error{Class: g.causeClass(), Err: g.cause, Waited: now.Sub(w.queued), ended: errTooLate{context.DeadlineExceeded}}
}

// abandoned is the error of a call whose context ended while it waited.
func (g *Gate) abandoned(now time.Time, w *waiter, why error) *Error {
	e := &Error{Class: Canceled, Err: g.cause, Waited: now.Sub(w.queued), ended: why}
	if why == context.DeadlineExceeded && g.cause != nil {
		e.Class = g.causeClass()
	}
	return e
}

func (g *Gate) causeClass() Class {
	if g.cause == nil {
		return Canceled
	}
	return Classify(g.cause)
}

// latency is how long answers take: mean and mean deviation, as TCP keeps its
// round-trip time (RFC 6298).
type latency struct{ mean, deviation time.Duration }

func (l *latency) add(d time.Duration) {
	if l.mean == 0 {
		l.mean, l.deviation = d, d/2
		return
	}
	off := max(d-l.mean, l.mean-d)
	l.deviation += (off - l.deviation) / 16
	l.mean += (d - l.mean) / 16
}

// usual returns a time in which nearly every answer comes.
func (l *latency) usual() time.Duration { return l.mean + 2*l.deviation }
