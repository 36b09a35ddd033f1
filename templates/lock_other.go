//go:build !unix || aix || solaris

package templates

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// abandoned is how old a lock file must be to belong to a process that died.
const abandoned = 30 * time.Second

// lock makes this writer the only one of the folder, among all processes,
// until unlock. Where the system has no locks that end with their process, a
// file that exists is the lock.
func (s *FileStore) lock(ctx context.Context) (unlock func(), err error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		f, err := s.root.OpenFile(".lock", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			f.Close()
			return func() { _ = s.root.Remove(".lock") }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("templates: lock the folder: %w", err)
		}
		if info, err := s.root.Stat(".lock"); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = s.root.Remove(".lock")
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("templates: lock the folder: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}
