package retry

import (
	"time"
)

// Stats is what a [Gate] knows at one moment.
type Stats struct {
	RPM, TPM float64       // the learned rates, a minute; 0 means no limit met yet
	Queue    int           // calls that wait
	InFlight int           // calls that are being answered
	Wait     time.Duration // how long a call that begins now would wait
	Open     bool          // nothing gets through: one call at a time is tried
	Spent    bool          // a daily quota is spent
}

// Stats returns what the gate knows.
func (g *Gate) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.advance(now)
	return Stats{
		RPM:      perMinute(&g.requests),
		TPM:      perMinute(&g.tokens),
		Queue:    g.queue.len(),
		InFlight: g.inFlight,
		Wait:     g.expected(now, now),
		Open:     g.probe.on,
		Spent:    now.Before(g.exhausted),
	}
}

func perMinute(r *rate) float64 {
	if !r.limited() {
		return 0
	}
	return r.perSecond * 60
}

// expected returns how long a call that began at since will wait, judged by
// what stands before it.
func (g *Gate) expected(now, since time.Time) time.Duration {
	calls, tokens := g.queue.ahead(since)
	var wait time.Duration
	if r := &g.requests; r.limited() {
		wait = r.until(calls)
	}
	if r := &g.tokens; r.limited() {
		// What is reserved beyond the use comes back, also from those before.
		wait = max(wait, r.until(tokens*g.ratio))
	}
	if g.probe.on {
		wait = max(wait, g.probe.next.Sub(now))
		if !g.limited() {
			wait += time.Duration(calls / startWindow * float64(g.latency.mean))
		}
	} else if !g.limited() && float64(g.inFlight) >= g.window {
		wait = max(wait, time.Duration((calls+1)/g.window*float64(g.latency.mean)))
	}
	return max(wait, 0)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// until returns how long it takes to serve the units that stand before a call:
// the shortage of the moment at the rate of the moment, the rest at the typical
// one.
func (r *rate) until(units float64) time.Duration {
	if r.level < 0 {
		return r.wait() + seconds(units/r.typical())
	}
	return seconds((units - r.level) / r.typical())
}

// typical is the rate over a whole cycle of growth.
func (r *rate) typical() float64 { return max(r.perSecond, r.peak) }

// hurry is how fast rates grow: faster the longer callers wait. Processes
// that share a quota cannot see each other, but each sees its own callers'
// wait; as those with the longest waits take back rate soonest, the waits, and
// with them the shares, draw together.
func (g *Gate) hurry(now time.Time) float64 {
	wait := g.expected(now, now).Seconds()
	return min(max(wait/15, 0.5), 32)
}
