package memorytest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// RunOnDisk runs what a store in a folder has to pass beyond [Run]: what was
// stored is there after a restart and after a process was killed while it
// wrote, processes that write at once lose nothing, and of what was deleted no
// byte is left in the folder. Each call of
// open opens the store in dir; a store that has to be closed is closed by
// t.Cleanup.
//
// It starts the test binary again for the other processes, so the test
// that calls RunOnDisk should do nothing else before.
func RunOnDisk(t *testing.T, open func(t *testing.T, dir string) memory.Store) {
	if dir := os.Getenv(childDir); dir != "" {
		child(t, open(t, dir), os.Getenv(childJob))
		return
	}
	t.Run("Restarted", func(t *testing.T) { restarted(t, open) })
	t.Run("NoTrace", func(t *testing.T) { noTrace(t, open) })
	outer := t.Name()
	t.Run("Processes", func(t *testing.T) { processes(t, open, outer) })
	t.Run("Killed", func(t *testing.T) { killed(t, open, outer) })
}

// These tell the test binary that it is a child: which folder to write to, and
// whether it is the one that is killed or which of several writers.
const (
	childDir = "CAUSEWAY_MEMORYTEST_DIR"
	childJob = "CAUSEWAY_MEMORYTEST_JOB"
	victim   = "victim"
)

// start runs the test again, alone, in another process.
func start(dir, test, job string) (*exec.Cmd, io.Reader, error) {
	c := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v=false")
	c.Env = append(os.Environ(), childDir+"="+dir, childJob+"="+job)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	return c, out, c.Start()
}

// turnsEach is how many turns each of several writers appends.
const turnsEach = 20

func child(t *testing.T, s memory.Store, job string) {
	if job == victim {
		writeForEver(t, s)
		return
	}
	w, err := strconv.Atoi(job)
	if err != nil {
		t.Fatal(err)
	}
	var conflicts atomic.Int64
	for n := range turnsEach {
		if err := insist(t.Context(), s, "talk", &conflicts, turnOf(w, n)); err != nil {
			t.Fatal(err)
		}
	}
}

// processes has three processes append to one session, and expects every turn
// once, whole, in its writer's order.
func processes(t *testing.T, open func(t *testing.T, dir string) memory.Store, test string) {
	const count = 3
	dir := t.TempDir()
	var group sync.WaitGroup
	for w := range count {
		group.Go(func() {
			c, out, err := start(dir, test, strconv.Itoa(w))
			if err != nil {
				t.Error(err)
				return
			}
			said, _ := io.ReadAll(out) // it ends when the process does
			if err := c.Wait(); err != nil {
				t.Errorf("writer %d: %v\n%s", w, err, said)
			}
		})
	}
	group.Wait()
	everyTurnOnce(t, load(t, open(t, dir), "talk").Messages, count, turnsEach)
}

// writeForEver appends turns of many sizes, and says so on standard output
// once a turn is stored. Every seventh write is a Replace.
func writeForEver(t *testing.T, s memory.Store) {
	ctx := context.Background()
	h, err := s.Load(ctx, "talk")
	if err != nil {
		t.Fatal(err)
	}
	at, all := h.Revision, h.Messages
	for n := len(all) / 2; ; n++ {
		turn := exchange(n)
		turn[1] = said(llms.ChatMessageTypeAI, "answer %d %s", n, strings.Repeat("x", 37*n%5000))
		all = append(all, turn...)
		if n%7 == 6 {
			at, err = s.Replace(ctx, "talk", at, all)
		} else {
			at, err = s.Append(ctx, "talk", at, turn...)
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("stored", n)
	}
}

// killed kills a process while it writes, again and again. Every turn it had
// said was stored is there, whole and in order, and at most the one it was
// writing more.
func killed(t *testing.T, open func(t *testing.T, dir string) memory.Store, test string) {
	dir := t.TempDir()
	stored := 0 // turns
	for round := range 8 {
		stored = max(stored, 1+killAfter(t, dir, test, 3+round*5))
		s := open(t, dir)
		h := load(t, s, "talk")
		if len(h.Messages)%2 != 0 {
			t.Fatalf("round %d: half a turn: %d messages", round, len(h.Messages))
		}
		if turns := len(h.Messages) / 2; turns < stored || turns > stored+1 {
			t.Fatalf("round %d: %d turns are there; %d were stored", round, turns, stored)
		}
		for n := range len(h.Messages) / 2 {
			same(t, h.Messages[2*n:2*n+1], exchange(n)[:1])
		}
		stored = len(h.Messages) / 2
	}
	t.Logf("killed 8 times, %d turns", stored)
}

// killAfter runs the writer until it has stored so many turns, kills it, and
// returns the number of the last turn it said was stored.
func killAfter(t *testing.T, dir, test string, turns int) int {
	t.Helper()
	c, out, err := start(dir, test, victim)
	if err != nil {
		t.Fatal(err)
	}
	last, count := -1, 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "stored %d", &last); err != nil {
			t.Errorf("the writer says %q", lines.Text())
			continue
		}
		if count++; count == turns {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = c.Wait() // it was killed
	return last
}

func restarted(t *testing.T, open func(t *testing.T, dir string) memory.Store) {
	dir := t.TempDir()
	at := add(t, open(t, dir), "talk", "", exchange(1)...)
	second := open(t, dir)
	if h := load(t, second, "talk"); h.Revision != at {
		t.Errorf("opened again, the session is at %q; it was at %q", h.Revision, at)
	}
	add(t, second, "talk", at, exchange(2)...)
	same(t, load(t, open(t, dir), "talk").Messages, append(exchange(1), exchange(2)...))
}

// noTrace looks for deleted words in the bytes of the folder's files.
func noTrace(t *testing.T, open func(t *testing.T, dir string) memory.Store) {
	dir := t.TempDir()
	s := open(t, dir)
	add(t, s, "customer-17", add(t, s, "customer-17", "", said(llms.ChatMessageTypeHuman, "the word is rhubarb")), exchange(1)...)
	if len(find(t, dir, "rhubarb")) == 0 {
		t.Log("the store writes text in a form that this test cannot read")
	}
	if err := s.Delete(t.Context(), "customer-17"); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"rhubarb", "customer-17"} {
		for _, file := range find(t, dir, word) {
			t.Errorf("%s still holds %q", file, word)
		}
	}
}

// find returns the files whose name or contents hold word.
func find(t *testing.T, dir, word string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(e.Name(), word) || bytes.Contains(data, []byte(word)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
