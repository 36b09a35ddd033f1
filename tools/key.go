package tools

import "context"

type keyOfCall struct{}

// IdempotencyKey returns the key of the call that runs under ctx: the same
// when the call is run again after a crash, different for every other call.
// A function hands it to the service it changes, so that nothing is done
// twice. It is "" outside of a call.
func IdempotencyKey(ctx context.Context) string {
	k, _ := ctx.Value(keyOfCall{}).(string)
	return k
}

func withIdempotencyKey(ctx context.Context, turn, call string) context.Context {
	if turn != "" {
		call = turn + "/" + call
	}
	return context.WithValue(ctx, keyOfCall{}, call)
}
