package message

import (
	"context"
	"time"
)

// Observer hears what happens during a call, in order, on the goroutine that
// makes the call. Contexts are shared, so an Observer given to calls that run
// side by side must be safe for that.
type Observer struct {
	// Delta receives the answer piece by piece. A model streams when it is
	// set. An error it returns ends the call and is returned by it.
	Delta func(Delta) error
	// Notice receives what happens around the answer: attempts, waits.
	Notice func(Notice)
}

// Delta is one piece of an answer.
type Delta struct {
	Kind       DeltaKind
	Text       string // of the answer, of the reasoning, or a fragment of a tool's JSON input
	ToolCallID string // DeltaToolInput
	ToolName   string // DeltaToolInput
	Citation   *Citation
}

// DeltaKind says what a Delta is a piece of.
type DeltaKind string

// The kinds of delta.
const (
	DeltaText      DeltaKind = "text"
	DeltaReasoning DeltaKind = "reasoning"
	DeltaToolInput DeltaKind = "toolInput" // the first one of a call may have no Text
	DeltaCitation  DeltaKind = "citation"
)

// Notice tells of something that happened around an answer.
type Notice struct {
	Kind    NoticeKind
	Model   string        // who is asked
	Attempt int           // from 1, over all models of the call
	Wait    time.Duration // NoticeWait: how long from now
	Class   string        // NoticeThrottle, NoticeFailover, NoticeWait: retry's class of the failure
	Err     error         // what went wrong, if anything did
}

// NoticeKind says what a Notice tells of.
type NoticeKind string

// The kinds of notice. A refused attempt is told by NoticeThrottle or
// NoticeFailure, then NoticeWait or NoticeFailover say what is done about it.
const (
	NoticeAttempt  NoticeKind = "attempt"  // a request is about to be sent
	NoticeThrottle NoticeKind = "throttle" // the service refused it for its rate
	NoticeFailure  NoticeKind = "failure"  // it failed for another reason and may be retried
	NoticeWait     NoticeKind = "wait"     // the next attempt waits
	NoticeFailover NoticeKind = "failover" // Model is asked instead of the one before
)

type observerKey struct{}

// WithObserver returns a context in which o hears the calls, and nobody else:
// who wants the outer observer to hear too forwards to it.
func WithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// ObserverOf returns the observer of ctx. Its functions may be nil.
func ObserverOf(ctx context.Context) Observer {
	o, _ := ctx.Value(observerKey{}).(Observer)
	return o
}

// Tell sends n to the observer of ctx, if there is one.
func Tell(ctx context.Context, n Notice) {
	if o := ObserverOf(ctx); o.Notice != nil {
		o.Notice(n)
	}
}
