// Package filelock locks a file for one process at a time. The lock ends when
// the file is closed, and so with the process that holds it.
package filelock

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrLocked says that somebody else holds the lock.
var ErrLocked = errors.New("another process holds the lock")

// Lock tries until it has the lock on f or ctx ends: a blocking call could not
// be interrupted, and a process that was stopped may hold the lock for ever.
func Lock(ctx context.Context, f *os.File) error {
	wait := time.Millisecond
	for {
		err := Try(f)
		if !errors.Is(err, ErrLocked) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			wait = min(2*wait, 50*time.Millisecond)
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
