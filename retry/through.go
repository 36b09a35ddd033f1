package retry

import (
	"context"

	"github.com/causeway-go/causeway/message"
)

// Through calls fn the way [Wrap] calls a model: when g lets it, again after a
// throttle or a fault, until the deadline of ctx or, without one, for two
// minutes. It is for what a quota covers and is no llms.Model: InvokeModel,
// embeddings, token counts. fn returns what the call used, for g to settle;
// the zero value when that is unknown. Failures are an *[Error]. fn must not
// retry on its own.
func Through[T any](ctx context.Context, g *Gate, c Cost, fn func(context.Context) (T, message.Usage, error)) (T, error) {
	k := &call{routes: []route{{gate: g}}, cost: c, rand: g.o.Rand}
	k.begin(ctx, 0)
	return run(ctx, k, func(ctx context.Context, _ *route) (T, message.Usage, error) { return fn(ctx) })
}
