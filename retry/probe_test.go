package retry_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

// During an outage few calls are sent into it, one at a time once it is
// recognized, and all are served soon after.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(nil)
		start := time.Now()
		down := func() bool { s := time.Since(start); return s > 10*time.Second && s < 40*time.Second }
		var mu sync.Mutex
		var into, failed, atOnce, most int
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 13 * time.Millisecond)
				for time.Since(start) < time.Minute {
					_, err := retry.Through(t.Context(), g, retry.Cost{}, func(context.Context) (int, message.Usage, error) {
						if down() {
							mu.Lock()
							into++
							atOnce++
							if time.Since(start) > 12*time.Second {
								most = max(most, atOnce)
							}
							mu.Unlock()
							time.Sleep(20 * time.Millisecond)
							mu.Lock()
							atOnce--
							mu.Unlock()
							return 0, message.Usage{}, errUnavailable
						}
						time.Sleep(300 * time.Millisecond)
						return 0, message.Usage{}, nil
					})
					if err != nil {
						mu.Lock()
						failed++
						mu.Unlock()
					}
					time.Sleep(time.Second)
				}
			})
		}
		time.Sleep(20 * time.Second)
		if !g.Stats().Open {
			t.Error("the circuit is closed in the middle of an outage")
		}
		wg.Wait()
		if failed > 0 || into > 40 || most > 1 {
			t.Errorf("%d calls failed, %d sent into the outage, %d at once", failed, into, most)
		}
		if g.Stats().Open {
			t.Error("the circuit stayed open")
		}
	})
}

func TestBreakerSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(&retry.GateOptions{
			Breaker: retry.Breaker{Failures: 1, MinGap: 10 * time.Second, MaxGap: 10 * time.Second},
			Rand:    func() float64 { return 0.5 },
		})
		var times []time.Time
		_, err := retry.Through(t.Context(), g, retry.Cost{}, func(context.Context) (int, message.Usage, error) {
			times = append(times, time.Now())
			if len(times) < 4 {
				return 0, message.Usage{}, errUnavailable
			}
			return 0, message.Usage{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if gap := times[i+1].Sub(times[i]); gap < 10*time.Second || gap > 11*time.Second {
				t.Errorf("gap %d: %v", i, gap)
			}
		}
	})
}

// An address where nobody has ever answered is a wrong setting before it is an
// outage: it is told within seconds, not minutes.
func TestNeverAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{turns: fails(1000, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})}
		start := time.Now()
		_, err := retry.Wrap(m, nil).GenerateContent(t.Context(), hello)
		if took := time.Since(start); err == nil || took > 10*time.Second || m.calls < 3 {
			t.Errorf("%d attempts in %v: %v", m.calls, took, err)
		}
	})
}

// The same fault after an answer is an outage, and worth waiting for.
func TestConnectionLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		m := &scripted{turns: append([]turn{{}}, fails(20, lost)...)}
		model := retry.Wrap(m, nil)
		for range 2 {
			if _, err := model.GenerateContent(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// An answer, if only "your request is invalid", ends an outage.
func TestInvalidRequestClosesTheCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(nil)
		for range 3 {
			grant, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			grant.Done(retry.OutcomeOf(errUnavailable), message.Usage{})
		}
		if !g.Stats().Open {
			t.Fatal("still closed after three failures")
		}
		grant, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		grant.Done(retry.OutcomeOf(errInvalid), message.Usage{})
		if g.Stats().Open {
			t.Error("the service answers, and the circuit stays open")
		}
	})
}

// While the service says how long to leave it alone, nobody asks it, even when
// a call that was on its way succeeds.
func TestHeldByTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(nil)
		first, _ := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		second, _ := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		first.Done(retry.OutcomeOf(&apiError{code: "ThrottlingException", status: 429, after: 30 * time.Second}), message.Usage{})
		second.Done(retry.Outcome{}, message.Usage{Input: 1, Output: 1})
		start := time.Now()
		third, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		third.Done(retry.Outcome{}, message.Usage{Input: 1, Output: 1})
		if waited := time.Since(start); waited < 30*time.Second {
			t.Errorf("asked again after %v", waited)
		}
	})
}
