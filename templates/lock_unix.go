//go:build unix && !aix && !solaris

package templates

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock makes this writer the only one of the folder, among all processes,
// until unlock. The system takes the lock back when a process dies.
func (s *FileStore) lock(ctx context.Context) (unlock func(), err error) {
	f, err := s.root.OpenFile(".lock", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("templates: lock the folder: %w", err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("templates: lock the folder: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}
