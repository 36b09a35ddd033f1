package chain

import (
	"context"
	"fmt"
	"sync"
)

// DefaultBatch is how many runs of a Batch go on at once.
const DefaultBatch = 8

// BatchOptions are what a Batch can be told.
type BatchOptions struct {
	// Max is how many runs go on at once; 0 means DefaultBatch.
	Max int
	// Run, if set, gives the options of each run by its index.
	Run func(i int) *RunOptions
	// Done, if set, hears of each run as it ends, one at a time.
	Done func(i int, b BatchResult)
}

// BatchResult is how one run of a Batch ended.
type BatchResult struct {
	Result *Result
	Err    error // of this run alone; it stops no other
}

// Batch runs the chain once for each of ins, some at a time, and returns how
// each ended, in their order. When ctx ends the runs that have not begun end
// with its error.
func (c *Chain) Batch(ctx context.Context, ins []Values, o *BatchOptions) []BatchResult {
	var opts BatchOptions
	if o != nil {
		opts = *o
	}
	if opts.Max <= 0 {
		opts.Max = DefaultBatch
	}
	results := make([]BatchResult, len(ins))
	var mu sync.Mutex
	done := func(i int) {
		if opts.Done != nil {
			mu.Lock()
			defer mu.Unlock()
			opts.Done(i, results[i])
		}
	}
	fan(ctx, len(ins), opts.Max, true, func(ctx context.Context, i int) error {
		if ctx.Err() != nil {
			results[i].Err = fmt.Errorf("chain %s: not started: %w", c.name, context.Cause(ctx))
		} else {
			var ro *RunOptions
			if opts.Run != nil {
				ro = opts.Run(i)
			}
			results[i].Result, results[i].Err = c.Run(ctx, ins[i], ro)
		}
		done(i)
		return results[i].Err
	})
	return results
}
