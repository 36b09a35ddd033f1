package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// run plays sc against b with p and returns the score. Where time is virtual
// it must be called inside the bubble, b made there too.
func run(ctx context.Context, sc scenario, p policy, b backend, seed uint64) (score, error) {
	processes := make([]func(context.Context, work) error, max(1, p.processes))
	for i := range processes {
		call, err := p.start(b, sc, seed+uint64(i))
		if err != nil {
			return score{}, err
		}
		processes[i] = call
	}
	callers := sc.callers
	if sc.rate > 0 {
		callers = 1
	}
	t := &tally{began: time.Now(), perCaller: make([]float64, callers)}
	one := func(i int, w work) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, sc.deadline)
		err := processes[i%len(processes)](ctx, w)
		cancel()
		t.note(i%callers, start, sc.rule.used(w), err)
	}
	var wg sync.WaitGroup
	if sc.rate > 0 {
		sc.openLoop(seed, &wg, t.began, one)
	} else {
		sc.closedLoop(seed, &wg, t.began, one)
	}
	wg.Wait()
	return t.score(sc, b.counts()), nil
}

// closedLoop starts callers who each make one call after another.
func (sc scenario) closedLoop(seed uint64, wg *sync.WaitGroup, began time.Time, one func(int, work)) {
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

// openLoop starts calls at random times, however many are still running.
func (sc scenario) openLoop(seed uint64, wg *sync.WaitGroup, began time.Time, one func(int, work)) {
	rnd := rand.New(rand.NewPCG(seed, 99))
	for i := 0; ; i++ {
		time.Sleep(time.Duration(rnd.ExpFloat64() / sc.rate * float64(time.Second)))
		if time.Since(began) >= sc.length {
			return
		}
		w := sc.draw(rnd)
		wg.Go(func() { one(i, w) })
	}
}
