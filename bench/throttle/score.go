package main

import (
	"math"
	"slices"
	"sync"
	"time"
)

// score is what a run comes to.
type score struct {
	calls, ok int
	attempts  int           // requests that reached the service
	goodput   float64       // what was served, of the most anybody could have got
	p50, p99  time.Duration // of calls that were served
	jain      float64       // fairness between callers
	makespan  time.Duration // until the last call was served
	limit     time.Duration // herd: how long the quota takes for what was served
	into      int           // requests sent into the outage
	recovery  time.Duration // from the outage's end to 90 % of the quota
}

func (s score) served() float64 { return float64(s.ok) / float64(max(1, s.calls)) }

func (s score) perSuccess() float64 { return float64(s.attempts) / float64(max(1, s.ok)) }

// tally collects what callers meet.
type tally struct {
	began time.Time

	mu        sync.Mutex
	calls     int
	times     []time.Duration
	served    []answer
	perCaller []float64
}

// answer is one served call.
type answer struct {
	at   time.Duration
	used float64
}

func (t *tally) note(caller int, start time.Time, used float64, err error) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	if err != nil {
		return
	}
	t.times = append(t.times, now.Sub(start))
	t.served = append(t.served, answer{now.Sub(t.began), used})
	t.perCaller[caller]++
}

func (t *tally) score(sc scenario, c counts) score {
	s := score{calls: t.calls, ok: len(t.served), attempts: c.served + c.refused + c.broken, into: c.broken, jain: jain(t.perCaller)}
	for _, a := range t.served {
		s.makespan = max(s.makespan, a.at)
	}
	length := sc.length
	if sc.herd {
		length = s.makespan
	}
	var tokens, requests float64
	for _, a := range t.served {
		if a.at <= length {
			tokens += a.used
			requests++
		}
	}
	mostTokens, mostRequests := sc.rule.limit(length)
	s.goodput = max(tokens/mostTokens, requests/mostRequests)
	s.limit = time.Duration((tokens/(sc.rule.TPM/60) - sc.rule.Bucket.Seconds()) * float64(time.Second))
	slices.Sort(t.times)
	if n := len(t.times); n > 0 {
		s.p50, s.p99 = t.times[n/2], t.times[int(math.Ceil(float64(n)*0.99))-1]
	}
	if sc.outage[1] > 0 {
		s.recovery = t.recovery(sc)
	}
	return s
}

// used is what a call takes from the quota in the end.
func (r rule) used(w work) float64 { return float64(w.in) + float64(w.out)*max(1, r.Burndown) }

// jain is Jain's fairness index: 1 when everybody got the same.
func jain(x []float64) float64 {
	var sum, squares float64
	for _, v := range x {
		sum += v
		squares += v * v
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / (float64(len(x)) * squares)
}

// recovery returns how long after the outage 90 % of the quota was served
// over a second, for the first time.
func (t *tally) recovery(sc scenario) time.Duration {
	end, want := sc.outage[1], 0.9*sc.rule.TPM/60/1000
	for from := end; from < end+time.Minute; from += 100 * time.Millisecond {
		var n float64
		for _, a := range t.served {
			if a.at >= from && a.at < from+time.Second {
				n++
			}
		}
		if n >= want {
			return from - end
		}
	}
	return time.Minute
}
