package retry_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

// A call whose turn would come after its deadline is told so at once, with the
// throttle as the reason.
func TestShedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 60}})
		grant, err := g.Acquire(t.Context(), retry.Cost{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		grant.Done(retry.OutcomeOf(errThrottled), message.Usage{})
		waiting, stop := context.WithCancel(t.Context())
		for range 100 {
			go func() { _, _ = g.Acquire(waiting, retry.Cost{}, time.Time{}) }()
		}
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		_, err = g.Acquire(ctx, retry.Cost{}, time.Time{})
		if time.Since(start) != 0 {
			t.Errorf("returned after %v", time.Since(start))
		}
		e, ok := errors.AsType[*retry.Error](err)
		if !ok || e.Class != retry.ThrottleRequests || e.Attempts != 0 {
			t.Fatalf("%#v", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the deadline is hidden")
		}
		if _, ok := errors.AsType[*apiError](err); !ok {
			t.Error("the throttle is hidden")
		}
		stop()
		synctest.Wait()
	})
}

// A call that waits is shed when its time runs out, not when its turn comes.
func TestShedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{turns: fails(10_000, errThrottled)}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := retry.Wrap(m, nil).GenerateContent(ctx, hello)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("returned after %v", took)
		}
		e, ok := errors.AsType[*retry.Error](err)
		if !ok || !e.Class.Throttled() || e.Attempts == 0 || e.Waited == 0 || e.Waited > 10*time.Second {
			t.Errorf("%+v", e)
		}
	})
}

// In overload the quota goes to calls that can still make it.
func TestOverloadUsesTheQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, g := newQuota(10, 10), retry.NewGate(nil)
		var wg sync.WaitGroup
		for i := range 1200 { // 20 a second for a minute: twice the quota
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 50 * time.Millisecond)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				_ = q.call(ctx, g)
			})
		}
		wg.Wait()
		if achievable := 10 + 10*70; q.served < achievable*96/100 {
			t.Errorf("served %d of %d achievable", q.served, achievable)
		}
	})
}
