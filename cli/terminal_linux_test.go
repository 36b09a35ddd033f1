package cli_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// On a terminal run shows the steps as they go: in colour, wrapped to its
// width, and without colour where that is asked for.
func TestTerminal(t *testing.T) {
	run := []string{"run", "testdata/example/ask.yaml", "--set", "question=Where is A-1001?", "--emulator", "testdata/example/long.yaml"}
	colored := onTerminal(t, 50, "", []string{"TERM=xterm-256color"}, run...)
	for _, want := range []string{
		"\x1b[33mscripted reply: \x1b[0mtestdata/example/long.yaml",
		"\x1b[1m▸ answer\x1b[0m\r\n",
		"  A-1001 left the warehouse in Ghent on Monday and\r\n  should be with you on Friday.\r\n",
		"  \x1b[32m✓ \x1b[0m",
		"\x1b[1mdone in ",
	} {
		if !strings.Contains(colored, want) {
			t.Errorf("the terminal does not show %q:\n%q", want, colored)
		}
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		plain := onTerminal(t, 50, "", []string{"TERM=xterm", env}, run...)
		if !strings.Contains(plain, "▸ answer\r\n") || strings.Contains(plain, "\x1b") {
			t.Errorf("%s: %q", env, plain)
		}
	}
}

// A run that waits for a human asks whoever sits at the terminal, and goes on.
func TestTerminalAsks(t *testing.T) {
	shown := onTerminal(t, 80, "yes\n\n", nil, "run", "testdata/example/refund.yaml", "--set", "amount=40", "--emulator", "testdata/example/long.yaml")
	for _, want := range []string{"consent asks: ", "Refund it?", "  amount: 40", "approved (yes or no): ", "A-1001 left the warehouse", "done in "} {
		if !strings.Contains(shown, want) {
			t.Errorf("the terminal does not show %q:\n%s", want, shown)
		}
	}
}

// onTerminal runs causeway on a pseudo-terminal on which typed is typed, and
// returns what is shown.
func onTerminal(t *testing.T, columns uint16, typed string, env []string, args ...string) string {
	t.Helper()
	screen, tty := openTerminal(t, columns)
	cmd := exec.CommandContext(t.Context(), "causeway", args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	if _, err := screen.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close() // then reading ends when the command has closed its own
	shown, err := io.ReadAll(screen)
	if err != nil && !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	return string(shown)
}

// openTerminal makes a pseudo-terminal (pty(7)).
func openTerminal(t *testing.T, columns uint16) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	var locked, number uint32
	size := struct{ rows, columns, x, y uint16 }{24, columns, 0, 0}
	ioctl(t, screen, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	ioctl(t, screen, syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(t, screen, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	tty, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg)); errno != 0 {
		t.Fatalf("ioctl %x: %v", request, errno)
	}
}
