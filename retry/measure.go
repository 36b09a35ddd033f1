package retry

import "time"

// mark remembers when the service's bucket was empty.
type mark struct {
	at            time.Time
	passes        uint64
	taken, served float64
	waited        time.Duration
}

const (
	shortestMeasure = time.Second
	measureTime     = 60 * time.Second // how far back a measurement reaches,
	measureCalls    = 64               // or this many calls, where that is longer
)

// now returns the mark of this moment.
func (r *rate) now(at time.Time) mark {
	return mark{at: at, passes: r.passes, taken: r.taken, served: r.served, waited: r.waited}
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

// count corrects what a call took, and in how many calls, now and in the marks
// that had counted it already.
func (r *rate) count(number uint64, units, calls float64) {
	r.taken += units
	r.served += calls
	for _, m := range []*mark{&r.begun, &r.older, &r.newer} {
		if number <= m.passes {
			m.taken += units
			m.served += calls
		}
	}
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
// refusals varies as chance would have it (chance gives a squared coefficient
// of variation of 1, a quota alone less than 0.4). While too few were seen to
// tell, a rate may have to move far, and is treated as shared.
func (r *rate) shared() bool {
	return r.epochs < 8 || r.spacing2 > 1.55*r.spacing*r.spacing
}
