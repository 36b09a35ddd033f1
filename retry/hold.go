package retry

import (
	"context"

	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// delivery stands between a model that streams and its caller. It holds what
// carries no content (an empty delta, the name of a tool whose input has not
// come) until the first content does. Until then the attempt may fail and be
// repeated unseen; from then on it may not, or the caller would read the
// beginning twice.
//
// A model calls back on one goroutine at a time, so there is no lock.
type delivery struct {
	held   []func() error
	begun  bool  // content has reached the caller
	failed error // what the caller's own callback returned
}

// maxHeld bounds what is held: a model that sends nothing but empty deltas
// must not fill the memory. What exceeds it counts as content.
const maxHeld = 256

// attach returns ctx and opts with d in front of whatever listens: the
// callbacks of langchaingo's options and the observer of the context. Without
// a listener both are returned as they came, so that the model does not stream.
func (d *delivery) attach(ctx context.Context, asked *llms.CallOptions, opts []llms.CallOption) (context.Context, []llms.CallOption) {
	opts = opts[:len(opts):len(opts)]
	if f := asked.StreamingFunc; f != nil {
		opts = append(opts, llms.WithStreamingFunc(func(ctx context.Context, chunk []byte) error {
			return d.pass(len(chunk) > 0, func() error { return f(ctx, chunk) })
		}))
	}
	if f := asked.StreamingReasoningFunc; f != nil {
		opts = append(opts, llms.WithStreamingReasoningFunc(func(ctx context.Context, reasoning, chunk []byte) error {
			return d.pass(len(reasoning)+len(chunk) > 0, func() error { return f(ctx, reasoning, chunk) })
		}))
	}
	if o := message.ObserverOf(ctx); o.Delta != nil {
		listener := o.Delta
		o.Delta = func(x message.Delta) error {
			return d.pass(x.Text != "" || x.Citation != nil, func() error { return listener(x) })
		}
		ctx = message.WithObserver(ctx, o)
	}
	return ctx, opts
}

// pass calls tell, now or, when it carries no content and none came before,
// once content comes.
func (d *delivery) pass(content bool, tell func() error) error {
	if !d.begun && !content && len(d.held) < maxHeld {
		d.held = append(d.held, tell)
		return nil
	}
	d.begun = true
	if err := d.flush(); err != nil {
		return err
	}
	return d.call(tell)
}

// flush tells what was held.
func (d *delivery) flush() error {
	held := d.held
	d.held = nil
	for _, tell := range held {
		if err := d.call(tell); err != nil {
			return err
		}
	}
	return nil
}

func (d *delivery) call(tell func() error) error {
	err := tell()
	if err != nil && d.failed == nil {
		d.failed = err
	}
	return err
}

// again forgets what a failed attempt left behind.
func (d *delivery) again() { d.held = nil }
