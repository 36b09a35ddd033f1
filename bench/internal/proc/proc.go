// Package proc asks Linux about processes.
package proc

import (
	"fmt"
	"os"
	"strings"
)

// Resident returns the bytes of memory that a process has, and an error where
// the system does not tell as Linux does.
func Resident(pid int) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	var size, pages int64
	if _, err := fmt.Fscan(strings.NewReader(string(data)), &size, &pages); err != nil {
		return 0, fmt.Errorf("statm of %d: %w", pid, err)
	}
	return pages * int64(os.Getpagesize()), nil
}
