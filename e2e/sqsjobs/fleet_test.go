package sqsjobs

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fleet is a number of worker processes that are killed and started again.
type fleet struct {
	t       *testing.T
	setting setting
	stderr  *os.File
	mu      sync.Mutex
	workers []*exec.Cmd
	killed  map[string]bool // process ids
	over    bool
	wg      sync.WaitGroup
}

// launch starts workers. One that dies is started again until the test ends.
func launch(t *testing.T, s setting, workers int) *fleet {
	t.Helper()
	stderr, err := os.OpenFile(filepath.Join(t.TempDir(), "stderr"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{t: t, setting: s, stderr: stderr, workers: make([]*exec.Cmd, workers), killed: map[string]bool{}}
	for i := range workers {
		f.wg.Go(func() { f.keep(i) })
	}
	t.Cleanup(func() {
		f.stop(syscall.SIGKILL)
		if t.Failed() {
			body, _ := os.ReadFile(stderr.Name())
			t.Logf("the workers' last words:\n%s", body[max(0, len(body)-4000):])
		}
		_ = stderr.Close()
	})
	return f
}

// keep runs worker i over and over.
func (f *fleet) keep(i int) {
	raw, err := json.Marshal(f.setting)
	if err != nil {
		panic(err)
	}
	for {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), envWorker+"="+string(raw))
		cmd.Stdout, cmd.Stderr = f.stderr, f.stderr
		f.mu.Lock()
		if f.over {
			f.mu.Unlock()
			return
		}
		if err := cmd.Start(); err != nil {
			f.t.Error(err)
			f.over = true
		}
		f.workers[i] = cmd
		f.mu.Unlock()
		err := cmd.Wait()
		status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
		f.mu.Lock()
		switch {
		case status.Signal() == syscall.SIGKILL:
			f.killed[fmt.Sprint(cmd.Process.Pid)] = true
		case status.Signal() == syscall.SIGTERM: // it was told to end before it had begun
		case err != nil:
			f.t.Errorf("a worker ended: %v", err)
		}
		f.mu.Unlock()
	}
}

// kill ends a worker at random, with no warning.
func (f *fleet) kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.workers[rand.IntN(len(f.workers))].Process.Kill() // it may be dead already
}

// stop ends all workers with a signal and waits for them.
func (f *fleet) stop(s syscall.Signal) {
	f.mu.Lock()
	f.over = true
	for _, cmd := range f.workers {
		if cmd != nil {
			_ = cmd.Process.Signal(s) // it may be dead already
		}
	}
	f.mu.Unlock()
	f.wg.Wait()
}

// killing kills a worker now and then until stop is called.
func (f *fleet) killing(every time.Duration) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(every/2 + rand.N(every)):
				f.kill()
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// line is one entry of the ledger.
type line struct{ what, job, step, process string }

func readLedger(t *testing.T, file string) []line {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var lines []line
	for raw := range strings.Lines(string(body)) {
		f := strings.Fields(raw)
		if len(f) != 4 {
			t.Fatalf("the ledger has the line %q", raw)
		}
		lines = append(lines, line{f[0], f[1], f[2], f[3]})
	}
	return lines
}

// ended counts the jobs that have come to their last step.
func ended(t *testing.T, file string) int {
	t.Helper()
	jobs := map[string]bool{}
	for _, l := range readLedger(t, file) {
		if l.what == "effect" && l.step == "write" {
			jobs[l.job] = true
		}
	}
	return len(jobs)
}

// await waits until done, for as long as it is given.
func await(t *testing.T, most time.Duration, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(most); ; time.Sleep(100 * time.Millisecond) {
		if done() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no %s after %v", what, most)
		}
	}
}
