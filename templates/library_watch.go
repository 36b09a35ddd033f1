package templates

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Refresh asks the store again, now, about every remembered alias and bare
// name of the given prompts; of all prompts if none is given. Call it when an
// event says that something was promoted. It returns when all are answered.
func (l *Library) Refresh(ctx context.Context, names ...string) error {
	var errs []error
	for _, e := range l.mutable(names) {
		if _, err := l.wait(ctx, e); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Watch refreshes everything remembered, at the given interval, until ctx is
// done, and returns why it ended: hot reload by polling. What fails is told to
// Notify and tried again next time.
func (l *Library) Watch(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(max(every, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			_ = l.Refresh(ctx) // told to Notify
		}
	}
}

// mutable returns the entries that may come to mean something else.
func (l *Library) mutable(names []string) []*entry {
	var out []*entry
	for i := range l.shards {
		m := l.shards[i].entries.Load()
		if m == nil {
			continue
		}
		for ref, e := range *m {
			if !ref.Pinned() && (len(names) == 0 || slices.Contains(names, ref.Name)) {
				out = append(out, e)
			}
		}
	}
	return out
}
