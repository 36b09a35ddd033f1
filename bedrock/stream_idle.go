package bedrock

import (
	"context"
	"fmt"
	"time"
)

// idleWatch ends a context when nothing happened for too long. The SDK reads
// a stalled body until its context ends, so the context is where to end it.
type idleWatch struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
}

func watchIdle(parent context.Context, timeout time.Duration) *idleWatch {
	w := &idleWatch{timeout: timeout}
	w.ctx, w.cancel = context.WithCancelCause(parent)
	if timeout > 0 {
		w.timer = time.AfterFunc(timeout, func() { w.cancel(ErrStreamIdle) })
	}
	return w
}

// pause stops the clock: while the caller looks at what came, silence is the
// caller's.
func (w *idleWatch) pause() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// reset starts the wait anew.
func (w *idleWatch) reset() {
	if w.timer != nil {
		w.timer.Reset(w.timeout)
	}
}

// cause returns why err happened: silence, where it was that, or err itself.
func (w *idleWatch) cause(err error) error {
	if err != nil && context.Cause(w.ctx) == ErrStreamIdle {
		return fmt.Errorf("%w: nothing came for %v", ErrStreamIdle, w.timeout)
	}
	return err
}

func (w *idleWatch) stop() {
	w.pause()
	w.cancel(nil)
}
