package retry_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

// quota is a service that gives perSecond requests and saves up depth of them.
type quota struct {
	mu               sync.Mutex
	perSecond, depth float64
	level            float64
	at               time.Time
	served, refused  int
}

func newQuota(perSecond, depth float64) *quota {
	return &quota{perSecond: perSecond, depth: depth, level: depth, at: time.Now()}
}

func (q *quota) ask() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	q.level = min(q.depth, q.level+q.perSecond*now.Sub(q.at).Seconds())
	q.at = now
	if q.level < 1 {
		q.refused++
		return errThrottled
	}
	q.level--
	q.served++
	return nil
}

// call is one call through g that answers after 100 ms.
func (q *quota) call(ctx context.Context, g *retry.Gate) error {
	_, err := retry.Through(ctx, g, retry.Cost{Input: 100, MaxTokens: 100}, func(context.Context) (int, message.Usage, error) {
		if err := q.ask(); err != nil {
			return 0, message.Usage{}, err
		}
		time.Sleep(100 * time.Millisecond)
		return 0, message.Usage{Input: 100, Output: 50}, nil
	})
	return err
}

// busy keeps n callers calling until the time is up.
func (q *quota) busy(ctx context.Context, t *testing.T, g *retry.Gate, n int, length time.Duration) {
	var wg sync.WaitGroup
	began := time.Now()
	for range n {
		wg.Go(func() {
			for time.Since(began) < length {
				if err := q.call(ctx, g); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestGateLearnsTheRate(t *testing.T) {
	for _, test := range []struct {
		perSecond, depth float64
		callers          int
		length           time.Duration
	}{
		{50, 50, 64, time.Minute},
		{10, 50, 64, time.Minute},
		{10, 2, 64, time.Minute},
		{0.5, 2, 16, 15 * time.Minute},
	} {
		t.Run(fmt.Sprint(test.perSecond, " a second, depth ", test.depth), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q, g := newQuota(test.perSecond, test.depth), retry.NewGate(nil)
				q.busy(t.Context(), t, g, test.callers, test.length)
				if got, want := g.Stats().RPM/60, test.perSecond; got < 0.8*want || got > 1.3*want {
					t.Errorf("learned %.2f a second, the service gives %.2f", got, want)
				}
				all := test.depth + test.perSecond*test.length.Seconds()
				if share := float64(q.served) / all; share < 0.95 {
					t.Errorf("used %.1f %% of the quota", 100*share)
				}
				if per := float64(q.refused) / float64(q.served); per > 0.3 {
					t.Errorf("%.3f refusals for each success", per)
				}
			})
		})
	}
}

// Callers who ask alike are served alike, though one in fifty is refused.
func TestGateIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, g := newQuota(20, 20), retry.NewGate(nil)
		served := make([]int, 100)
		var wg sync.WaitGroup
		began := time.Now()
		for i := range served {
			wg.Go(func() {
				for time.Since(began) < 3*time.Minute {
					if err := q.call(t.Context(), g); err != nil {
						t.Error(err)
					}
					served[i]++
				}
			})
		}
		wg.Wait()
		if least, most := slices.Min(served), slices.Max(served); most-least > 2 {
			t.Errorf("one caller was served %d times, another %d", least, most)
		}
	})
}

// A throttle slows the dimension it names, and no other.
func TestGateDimensions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for err, tokens := range map[error]bool{errThrottled: false, errTokens: true} {
			g := retry.NewGate(nil)
			grant, _ := g.Acquire(t.Context(), retry.Cost{Input: 1, MaxTokens: 1}, time.Time{})
			grant.Done(retry.OutcomeOf(err), message.Usage{})
			if s := g.Stats(); (s.TPM > 0) != tokens || (s.RPM > 0) == tokens {
				t.Errorf("after %v: %+v", err, s)
			}
		}
	})
}

// All refusals of requests that were in flight together are one lesson.
func TestGateDecreasesOnceAnEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		after := func(refusals int) float64 {
			g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 6000}})
			var grants []*retry.Grant
			for range 10 {
				time.Sleep(20 * time.Millisecond)
				grant, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				grants = append(grants, grant)
			}
			time.Sleep(time.Millisecond)
			for _, grant := range grants[:refusals] {
				grant.Done(retry.OutcomeOf(errThrottled), message.Usage{})
			}
			return g.Stats().RPM
		}
		one, ten := after(1), after(10)
		if one != ten || one >= 6000 || one < 6000*0.8 {
			t.Errorf("6000 a minute became %.0f after one refusal, %.0f after ten of one epoch", one, ten)
		}
	})
}

// A rate grows while callers wait for it, and stays when nobody needs it.
func TestGateGrowsOnlyUnderDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := retry.Quota{RPM: 60}
		idle, busy := retry.NewGate(&retry.GateOptions{Quota: start}), retry.NewGate(&retry.GateOptions{Quota: start})
		q := newQuota(20, 20) // twenty times as much as configured
		for range 30 {
			if err := q.call(t.Context(), idle); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
		}
		if got := idle.Stats().RPM; got != 60 {
			t.Errorf("without demand 60 a minute became %.0f", got)
		}
		q.busy(t.Context(), t, busy, 100, 2*time.Minute)
		if got := busy.Stats().RPM; got < 900 {
			t.Errorf("a configured quota is no ceiling: after two minutes of demand %.0f a minute, the service gives 1200", got)
		}
	})
}

// A rate guessed from one shortage is not held against callers for ever.
func TestGateForgetsAGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(nil)
		grant, _ := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		grant.Done(retry.OutcomeOf(errThrottled), message.Usage{})
		if g.Stats().RPM == 0 {
			t.Fatal("nothing learned")
		}
		time.Sleep(time.Hour)
		start := time.Now()
		for range 10 {
			if _, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(start); waited > 0 {
			t.Errorf("an hour later ten calls waited %v", waited)
		}
	})
}

// What a call reserves beyond its use comes back when it ends.
func TestGateSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{TPM: 60_000, Burndown: 5}}) // 1000 a second
		start := time.Now()
		for range 20 {
			grant, err := g.Acquire(t.Context(), retry.Cost{Input: 200, MaxTokens: 4000}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
			grant.Done(retry.Outcome{}, message.Usage{Input: 200, CacheRead: 5000, CacheWrite: 50, Output: 50}) // 200 + 50 + 5 x 50
		}
		// 19 waits of 500 tokens, less what was saved up; at 4200 each it would be 80 s.
		if took := time.Since(start); took < 8*time.Second || took > 11*time.Second {
			t.Errorf("20 calls of 500 tokens at 1000 a second took %v", took)
		}
	})
}

// Waiters go in the order in which their calls began, and a call that comes
// back with its old time goes before younger ones.
func TestGateOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 60}})
		first, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for _, n := range []int{3, 1, 4, 0, 2} { // joins in this order, began in the order of the numbers
			wg.Go(func() {
				grant, err := g.Acquire(t.Context(), retry.Cost{}, begin.Add(time.Duration(n)*time.Millisecond))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, n)
				mu.Unlock()
				grant.Done(retry.Outcome{}, message.Usage{})
			})
		}
		synctest.Wait()
		first.Done(retry.Outcome{}, message.Usage{})
		wg.Wait()
		if !slices.IsSorted(order) {
			t.Errorf("served %v", order)
		}
	})
}

// Nothing of a cancelled waiter stays: no goroutine, no place, no timer (which
// would keep the bubble of the test alive).
func TestGateCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 1}})
		held, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 10_000 {
			wg.Go(func() {
				if _, err := g.Acquire(ctx, retry.Cost{}, time.Time{}); !errors.Is(err, context.Canceled) || retry.Classify(err) != retry.Canceled {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if s := g.Stats(); s.Queue != 10_000 || s.Wait < time.Hour {
			t.Errorf("%+v", s)
		}
		cancel()
		wg.Wait()
		held.Done(retry.Outcome{}, message.Usage{})
		synctest.Wait()
		if s := g.Stats(); s.Queue != 0 || s.InFlight != 0 {
			t.Errorf("left: %+v", s)
		}
		if n := runtime.NumGoroutine(); n > before+2 {
			t.Errorf("%d goroutines before, %d after", before, n)
		}
	})
}

// Done twice, and on many goroutines, counts once.
func TestGateConcurrently(t *testing.T) {
	g := retry.NewGate(nil)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for j := range 200 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+(i+j)%3)*time.Millisecond)
				grant, err := g.Acquire(ctx, retry.Cost{Input: 10, MaxTokens: 10}, time.Time{})
				if err == nil {
					outcome := retry.Outcome{}
					if j%20 == 0 {
						outcome = retry.OutcomeOf(errThrottled)
					}
					grant.Done(outcome, message.Usage{Input: 10, Output: 1})
					grant.Done(outcome, message.Usage{Input: 10, Output: 1})
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if s := g.Stats(); s.Queue != 0 || s.InFlight != 0 {
		t.Errorf("left: %+v", s)
	}
}
