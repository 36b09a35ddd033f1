package retry

import (
	"context"
	"errors"
)

// ErrLayers says that a call was about to be retried by two layers at once,
// one inside the other: a wrapped model inside a wrapped model, or an SDK
// client that retries behind a gate inside one. Each layer would repeat all
// attempts of the other. Keep one of them.
var ErrLayers = errors.New("retry: two layers of retries, one inside the other; keep one")

// Within reports whether ctx belongs to an attempt that this package makes,
// so that what is called with it must not retry on its own.
func Within(ctx context.Context) bool {
	in, _ := ctx.Value(layerKey{}).(bool)
	return in
}

type layerKey struct{}
