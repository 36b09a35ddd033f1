package memory

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

const isWindows = true

var lockFileEx = syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")

// tryLock takes an exclusive lock on f, or returns errLocked.
func tryLock(f *os.File) error {
	const failImmediately, exclusive = 1, 2
	const lockViolation = syscall.Errno(33)
	var at syscall.Overlapped
	ok, _, err := lockFileEx.Call(f.Fd(), failImmediately|exclusive, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	if ok != 0 {
		return nil
	}
	if errors.Is(err, lockViolation) {
		return errLocked
	}
	return err
}
