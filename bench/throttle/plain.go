package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"golang.org/x/time/rate"

	"github.com/causeway-go/causeway/retry"
)

// plainLoop is the loop of many tutorials: three tries, sleeping 1, 2, 4 s.
func plainLoop(name string, jitter bool) policy {
	return policy{name: name, start: func(b backend, _ scenario, seed uint64) (func(context.Context, work) error, error) {
		rnd := newRandom(seed)
		return func(ctx context.Context, w work) error {
			var err error
			for try := range 3 {
				if err = b.exchange(ctx, w); err == nil || !retry.Classify(err).Retryable() {
					return err
				}
				wait := time.Second << try
				if jitter {
					wait = time.Duration(rnd() * float64(wait))
				}
				if pause(ctx, wait) != nil {
					break
				}
			}
			return err
		}, nil
	}}
}

// failsafeRetry is failsafe-go's retry policy at its strongest here: backoff
// from 1 to 20 s with full jitter, for as long as the deadline allows.
func failsafeRetry(name string) policy {
	return policy{name: name, start: func(b backend, _ scenario, _ uint64) (func(context.Context, work) error, error) {
		p := retrypolicy.NewBuilder[any]().
			HandleIf(func(_ any, err error) bool { return retry.Classify(err).Retryable() }).
			WithBackoff(time.Second, 20*time.Second).
			WithJitterFactor(1).
			WithMaxRetries(-1).
			Build()
		return func(ctx context.Context, w work) error {
			return failsafe.With(p).WithContext(ctx).Run(func() error { return b.exchange(ctx, w) })
		}, nil
	}}
}

// timeRate is a limiter that is told the true quota. It cannot give back what
// a call reserved and did not use, and it does not retry.
func timeRate(name string) policy {
	return policy{name: name, start: func(b backend, sc scenario, _ uint64) (func(context.Context, work) error, error) {
		perSecond := sc.rule.TPM / 60
		l := rate.NewLimiter(rate.Limit(perSecond), int(perSecond*sc.rule.Bucket.Seconds()))
		return func(ctx context.Context, w work) error {
			if err := l.WaitN(ctx, int(w.reserve())); err != nil {
				return err
			}
			return b.exchange(ctx, w)
		}, nil
	}}
}

// ideal knows what nobody knows: what the light service has left. It lets
// calls through in the order of their arrival, each as soon as it will be
// accepted, and is what the others are measured against.
func ideal() policy {
	return policy{name: "ideal FIFO", start: func(b backend, _ scenario, _ uint64) (func(context.Context, work) error, error) {
		s, ok := b.(*service)
		if !ok {
			return nil, errors.New("the ideal needs the light service")
		}
		turn := make(chan struct{}, 1)
		turn <- struct{}{}
		return func(ctx context.Context, w work) error {
			select {
			case <-turn:
			case <-ctx.Done():
				return ctx.Err()
			}
			for !s.fits(ctx, w.reserve()) {
				if err := pause(ctx, 5*time.Millisecond); err != nil {
					turn <- struct{}{}
					return err
				}
			}
			if err := s.admit(w.reserve()); err != nil {
				turn <- struct{}{}
				return err
			}
			turn <- struct{}{}
			return s.answer(ctx, w)
		}, nil
	}}
}

// newRandom returns seeded numbers in [0,1), safe for concurrent use.
func newRandom(seed uint64) func() float64 {
	rnd := rand.New(rand.NewPCG(seed, 7))
	var mu sync.Mutex
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return rnd.Float64()
	}
}
