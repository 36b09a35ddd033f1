package chain

import (
	"context"
	"slices"
	"sync"
)

// fan runs jobs 0 to n-1, at most limit of them at once (0 is no limit), and
// returns when all have ended. The first that fails cancels the others, unless
// every failure is to be collected; one that waits for a human cancels nobody.
// It returns each job's error, and the one that came first, a failure before a
// wait.
func fan(ctx context.Context, n, limit int, collect bool, job func(ctx context.Context, i int) error) (errs []error, first error) {
	if limit <= 0 || limit > n {
		limit = n
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		next int
	)
	errs = make([]error, n)
	for range limit {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				err := job(ctx, i)
				if err == nil {
					continue
				}
				mu.Lock()
				errs[i] = err
				if first == nil || isWaiting(first) {
					first = err
				}
				mu.Unlock()
				if !collect && !isWaiting(err) {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	return errs, first
}

// verdict is the error of a fan: nil when everything went well or failures
// are collected. A question comes before collecting: what failed is tried
// again when the run goes on.
func verdict(ctx context.Context, errs []error, first error, collect bool) error {
	if first == nil || !collect || ctx.Err() != nil {
		return first
	}
	if i := slices.IndexFunc(errs, isWaiting); i >= 0 {
		return errs[i]
	}
	return nil
}
