package retry

import "time"

// pump lets through every waiter whose turn has come, then arranges to be
// called again when the next one's comes.
func (g *Gate) pump(now time.Time) {
	if g.queue.len() > 0 {
		g.sweep(now)
	}
	for g.queue.len() > 0 {
		w := g.queue.first()
		wait := g.wait(now)
		if g.hopeless(now, w, wait) {
			g.queue.remove(w)
			w.ready <- admission{err: g.tooLate(now, w)}
			continue
		}
		if wait > 0 {
			g.arm(wait)
			break
		}
		g.queue.remove(w)
		w.ready <- admission{grant: g.grant(now, w.cost)}
	}
	g.requests.blocked = g.blockedBy(&g.requests, ThrottleRequests)
	g.tokens.blocked = g.blockedBy(&g.tokens, ThrottleTokens)
	if g.queue.len() == 0 {
		g.disarm()
		return
	}
	g.requests.probing, g.tokens.probing = g.probe.on, g.probe.on
	hurry := g.hurry(now)
	g.requests.hurry, g.tokens.hurry = hurry, hurry
}

// blockedBy reports whether callers wait because of r, which counts what
// class throttles.
func (g *Gate) blockedBy(r *rate, class Class) bool {
	if g.queue.len() == 0 {
		return false
	}
	if g.probe.on {
		return g.probe.dimension == class
	}
	return r.level < 0
}

// arm sets the timer to wake the gate after d. While calls wait it also wakes
// twice a second, to find those whose time has run out.
func (g *Gate) arm(d time.Duration) {
	d = min(d, sweepEvery)
	g.armed = true
	if g.timer == nil {
		g.timer = time.AfterFunc(d, g.wake)
		return
	}
	g.timer.Reset(d)
}

// disarm stops the timer, so that a gate nobody waits at leaves nothing behind.
func (g *Gate) disarm() {
	if g.armed {
		g.timer.Stop()
		g.armed = false
	}
}

func (g *Gate) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.advance(now)
	g.pump(now)
}
