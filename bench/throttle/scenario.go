package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// scenario is a load on a service.
type scenario struct {
	name     string
	rule     rule
	callers  int
	think    time.Duration // closed loop: mean pause of a caller between calls
	rate     float64       // open loop instead: calls a second, Poisson
	herd     bool          // each caller makes one call, all at once
	length   time.Duration
	deadline time.Duration
	outage   [2]time.Duration // from, to: everything gets 503
	small    bool             // calls of 1000 tokens exactly, so that tiny quotas have a clear limit
}

// standard is the quota of most scenarios: 20 calls of 1000 tokens a second.
var standard = rule{TPM: 1_200_000, RPM: 1500, Bucket: 5 * time.Second}

// score is what a run comes to.
type score struct {
	calls, ok    int
	attempts     int // requests that reached the service
	goodput      float64
	p50, p99     time.Duration
	jain         float64
	makespan     time.Duration
	intoOutage   int
	recovery     time.Duration // from the outage's end to 90 % of the quota
	realDuration time.Duration
}

func (s score) okShare() float64 { return float64(s.ok) / float64(max(1, s.calls)) }
func (s score) amplification() float64 {
	return float64(s.attempts) / float64(max(1, s.ok))
}

// tally collects what callers met.
type tally struct {
	mu        sync.Mutex
	calls, ok int
	times     []time.Duration
	perCaller []float64
	last      time.Time
}

func (t *tally) note(caller int, took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	if err == nil {
		t.ok++
		t.times = append(t.times, took)
		t.perCaller[caller]++
		t.last = time.Now()
	}
}

// run plays sc against p. It must be called where time is virtual, or the
// service's clock and the callers' are the wall's.
func run(ctx context.Context, sc scenario, p policy, seed uint64) score {
	s := newService(sc.rule, seed)
	if sc.outage[1] > 0 {
		s.down = func(d time.Duration) bool { return d >= sc.outage[0] && d < sc.outage[1] }
	}
	callers := sc.callers
	if sc.rate > 0 {
		callers = 1
	}
	t := &tally{perCaller: make([]float64, callers)}
	processes := make([]func(context.Context, work) error, max(1, p.processes))
	for i := range processes {
		processes[i] = p.start(s, seed+uint64(i))
	}
	began := time.Now()
	one := func(caller int, w work) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, sc.deadline)
		err := processes[caller%len(processes)](ctx, w)
		cancel()
		t.note(caller%len(t.perCaller), time.Since(start), err)
	}
	var wg sync.WaitGroup
	if sc.rate > 0 {
		openLoop(sc, seed, &wg, one)
	} else {
		closedLoop(sc, seed, &wg, began, one)
	}
	wg.Wait()
	return t.score(sc, s, began)
}

func closedLoop(sc scenario, seed uint64, wg *sync.WaitGroup, began time.Time, one func(int, work)) {
	for i := range sc.callers {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(i)+100))
			if sc.herd {
				one(i, sc.draw(rnd))
				return
			}
			time.Sleep(time.Duration(rnd.Float64() * float64(sc.think)))
			for time.Since(began) < sc.length {
				one(i, sc.draw(rnd))
				time.Sleep(time.Duration((0.5 + rnd.Float64()) * float64(sc.think)))
			}
		})
	}
}

func openLoop(sc scenario, seed uint64, wg *sync.WaitGroup, one func(int, work)) {
	rnd := rand.New(rand.NewPCG(seed, 99))
	began := time.Now()
	for i := 0; ; i++ {
		time.Sleep(time.Duration(rnd.ExpFloat64() / sc.rate * float64(time.Second)))
		if time.Since(began) >= sc.length {
			return
		}
		w := sc.draw(rnd)
		wg.Go(func() { one(i, w) })
	}
}

// draw makes a call of 1000 tokens on average.
func (sc scenario) draw(rnd *rand.Rand) work {
	if sc.small {
		return work{in: 500, out: 500, maxTokens: 1000}
	}
	return work{in: 200 + rnd.IntN(601), out: 100 + rnd.IntN(801), maxTokens: 1500}
}

func (t *tally) score(sc scenario, s *service, began time.Time) score {
	length := sc.length
	if sc.herd {
		length = t.last.Sub(began)
	}
	inTime := 0
	for _, at := range s.servedAt {
		if at <= length {
			inTime++
		}
	}
	tokens, requests := s.limit(length)
	share := float64(inTime) / float64(max(1, s.served))
	r := score{calls: t.calls, ok: t.ok, attempts: s.served + s.refused + s.broken, intoOutage: s.broken, makespan: t.last.Sub(began)}
	r.goodput = max(s.settled*share/tokens, float64(inTime)/requests)
	slices.Sort(t.times)
	if n := len(t.times); n > 0 {
		r.p50, r.p99 = t.times[n/2], t.times[min(n-1, int(math.Ceil(float64(n)*0.99))-1)]
	}
	r.jain = jain(t.perCaller)
	if sc.outage[1] > 0 {
		r.recovery = recovery(s, sc.outage[1])
	}
	return r
}

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

// recovery returns how long after an outage the service served 90 % of its
// quota over a second, for the first time.
func recovery(s *service, end time.Duration) time.Duration {
	want := 0.9 * s.tokens.perSecond / 1000
	for from := end; from < end+time.Minute; from += 100 * time.Millisecond {
		var n float64
		for _, at := range s.servedAt {
			if at >= from && at < from+time.Second {
				n++
			}
		}
		if n >= want {
			return from - end
		}
	}
	return time.Minute
}
