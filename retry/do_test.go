package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/retry"
)

func TestDo(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name     string
		p        retry.Policy
		fails    int
		err      error
		attempts int
		ok       bool
	}{
		{"at once", retry.Policy{}, 0, nil, 1, true},
		{"a few faults", retry.Policy{}, 3, errUnavailable, 4, true},
		{"too many", retry.Policy{}, 4, errUnavailable, 4, false},
		{"no retry", retry.Policy{MaxAttempts: 1}, 1, errUnavailable, 1, false},
		{"no limit", retry.Policy{MaxAttempts: -1}, 50, errThrottled, 51, true},
		{"hopeless", retry.Policy{}, 1, errInvalid, 1, false},
		{"unknown errors are final", retry.Policy{}, 1, boom, 1, false},
		{"unless asked for", retry.Policy{Retry: func(error) bool { return true }}, 1, boom, 2, true},
		{"an inner layer gave up", retry.Policy{}, 1, &retry.Error{Class: retry.Transient, Err: errUnavailable}, 1, false},
		{"a timeout that is not ours", retry.Policy{}, 1, context.DeadlineExceeded, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls int
				got, err := retry.Do(t.Context(), test.p, func(context.Context) (string, error) {
					calls++
					if calls <= test.fails {
						return "", test.err
					}
					return "done", nil
				})
				if calls != test.attempts || (err == nil) != test.ok || (got == "done") != test.ok {
					t.Fatalf("%d calls, %q, %v", calls, got, err)
				}
				if err == nil {
					return
				}
				e, ok := errors.AsType[*retry.Error](err)
				if !ok || e.Attempts != test.attempts || !errors.Is(err, test.err) {
					t.Errorf("%#v", err)
				}
			})
		})
	}
}

// Full jitter: delays fill [0, Base x 2^n) up to Cap.
func TestDoDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draws := []float64{0.5, 0.25, 0.999, 0.5}
		want := []time.Duration{50 * time.Millisecond, 50 * time.Millisecond, 299700 * time.Microsecond, 150 * time.Millisecond}
		p := retry.Policy{MaxAttempts: 5, Base: 100 * time.Millisecond, Cap: 300 * time.Millisecond, Rand: func() float64 {
			d := draws[0]
			draws = draws[1:]
			return d
		}}
		var gaps []time.Duration
		last := time.Now()
		_, err := retry.Do(t.Context(), p, func(context.Context) (int, error) {
			gaps = append(gaps, time.Since(last))
			last = time.Now()
			return 0, errUnavailable
		})
		if err == nil || len(gaps) != 5 {
			t.Fatal(len(gaps), err)
		}
		for i, w := range want {
			if g := gaps[i+1]; g != w {
				t.Errorf("wait %d: %v, want %v", i+1, g, w)
			}
		}
	})
}

func TestDoNeverSleepsPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := retry.Do(ctx, retry.Policy{MaxAttempts: -1, Base: 8 * time.Second, Rand: func() float64 { return 0.9 }}, func(context.Context) (int, error) {
			return 0, errThrottled
		})
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("returned after %v", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || retry.Classify(err) != retry.ThrottleRequests {
			t.Error(err)
		}
	})
}
