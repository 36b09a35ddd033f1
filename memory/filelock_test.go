//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package memory_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/causeway-go/causeway/memory"
)

// TestLockOfAnotherProcess has somebody else hold every lock of the folder: a
// writer waits no longer than its context, and goes on when they are free.
func TestLockOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	at, err := s.Append(t.Context(), "talk", "", human("first"))
	if err != nil {
		t.Fatal(err)
	}
	locks, err := filepath.Glob(filepath.Join(dir, ".locks", "*"))
	if err != nil || len(locks) != 1 {
		t.Fatalf("locks %v, %v; want that of the session alone", locks, err)
	}
	other, err := os.OpenFile(locks[0], os.O_RDWR, 0) // an open file of its own, as another process has
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := s.Append(ctx, "talk", at, human("late")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an append while another process holds the lock: %v", err)
	}
	if h, err := s.Load(t.Context(), "talk"); err != nil || len(h.Messages) != 1 {
		t.Errorf("a load needs no lock: %d messages, %v", len(h.Messages), err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Append(t.Context(), "talk", at, human("second"))
		done <- err
	}()
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("an append once the lock is free: %v", err)
	}
	if _, err := s.Append(t.Context(), string(make([]byte, 5000)), memory.Revision(""), human("x")); err == nil {
		t.Error("a session's name of 5000 bytes is taken")
	}
}
