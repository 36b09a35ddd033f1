package retry

import (
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Fallback is another model that may answer: the same one in another region
// or through a cross-region inference profile, or a cheaper one. It is asked
// with the call's own options, except that WithModel is cleared.
type Fallback struct {
	Name  string // for notices; shown when the call moves here
	Model llms.Model
	Gate  *Gate // shared with whoever else asks it; nil makes one of its own
}

// Prefer says where a call goes when there are fallbacks.
type Prefer string

const (
	// PreferPrimary, the default, leaves the model only when it cannot answer
	// in time: its circuit is open, its daily quota is spent, or the expected
	// wait does not fit the call's deadline.
	PreferPrimary Prefer = "primary"
	// PreferFastest goes where the expected wait is shortest; among equals in
	// the order given, the model itself first.
	PreferFastest Prefer = "fastest"
)

// route is one place a call may go.
type route struct {
	name    string
	model   llms.Model
	gate    *Gate
	backup  bool // WithModel is cleared
	refused bool // it has told this call that waiting does not help
}

// outlook is what a gate promises a call that would join it now.
type outlook struct {
	wait time.Duration
	shut bool // its circuit is open, or its daily quota spent
	late bool // the call would be turned away
}

// outlook judges g for a call.
func (g *Gate) outlook(now time.Time, c *call) outlook {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.advance(now)
	shut := g.probe.shut(now) || g.probe.on && g.queue.len() > 0 // those that wait probe first
	o := outlook{shut: shut || now.Before(g.exhausted)}
	if g.queue.len() > 0 || g.wait(now) > 0 {
		o.wait = g.expected(now, c.start)
		w := &waiter{turn: turn{limit: c.limit}, deadline: c.deadline}
		o.late = g.hopeless(now, w, g.believed(o.wait))
	}
	return o
}

// choose returns the route for the next attempt, nil when every one has
// refused the call for good, and whether there is a better place to be when
// that route shuts.
func (c *call) choose(now time.Time) (best *route, movable bool) {
	if len(c.routes) == 1 {
		return c.only(), false
	}
	var bestWait time.Duration
	bestRank := 3
	for i := range c.routes {
		r := &c.routes[i]
		if r.refused {
			continue
		}
		o := r.gate.outlook(now, c)
		rank := o.rank()
		closer := c.prefer == PreferFastest || rank > 0
		if rank < bestRank || rank == bestRank && closer && o.wait < bestWait {
			best, bestRank, bestWait = r, rank, o.wait
		}
	}
	return best, bestRank < 2
}

func (c *call) only() *route {
	if c.routes[0].refused {
		return nil
	}
	return &c.routes[0]
}

// rank orders routes before their waits do: those that work, those that would
// be too late, those that are shut.
func (o outlook) rank() int {
	switch {
	case o.shut:
		return 2
	case o.late:
		return 1
	}
	return 0
}
