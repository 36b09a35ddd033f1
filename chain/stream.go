package chain

import (
	"context"
	"iter"
)

// Stream runs the chain and yields its events as they happen, tokens included.
// A run that fails yields run.finished with the error's text and then the
// error itself, which ends the sequence. The last event of a run that ended
// carries its [Result].
//
// Leaving the loop cancels the run and waits until everything that worked for
// it has stopped, so nothing is left behind.
func (c *Chain) Stream(ctx context.Context, in Values, o *RunOptions) iter.Seq2[Event, error] {
	return c.streamed(ctx, o, func(ctx context.Context, r *run) (*Result, error) { return c.run(ctx, r, in) })
}

// streamed is a run whose events are yielded as they happen.
func (c *Chain) streamed(ctx context.Context, o *RunOptions, work func(context.Context, *run) (*Result, error)) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		events := make(chan Event)
		left := make(chan struct{}) // closed when the reader has gone
		var failed error
		r := c.newRun(o)
		r.stream = true
		r.sink = oneAtATime(both(r.sink, func(e Event) {
			select {
			case events <- e:
			case <-left:
			}
		}))
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer close(events)
			_, failed = work(ctx, r)
		}()
		defer func() { <-done }()
		defer cancel()
		defer close(left)
		for e := range events {
			if !yield(e, nil) {
				return
			}
		}
		if failed != nil {
			yield(Event{}, failed)
		}
	}
}
