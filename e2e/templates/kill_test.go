package templates_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

// TestKilled lets a process publish and promote until kill -9 ends it at some
// moment, many times: nothing it was told is done may be lost or corrupt, the
// alias always points at a whole version, and the next process goes on.
func TestKilled(t *testing.T) {
	bucket := newBucket(t, "killed")
	store := open(t, bucket, "")
	const kills = 25
	unclosed, promoted, told := 0, 0, map[string]string{}
	for i := range kills {
		for _, line := range runAndKill(t, bucket, i*1000, time.Duration(rand.N(int64(120*time.Millisecond)))) {
			var what, sum string
			var number int
			if _, err := fmt.Sscan(line, &what, &number, &sum); err == nil {
				told[fmt.Sprintf("victim@%d", number)] = sum
				if what == "promoted" {
					promoted = number
				}
			}
		}
	}
	for ref, sum := range told {
		r, err := templates.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		if _, v, err := store.Get(t.Context(), r); err != nil || v.SHA256 != sum {
			t.Errorf("%s: %v; sha256 %s, the publisher was told %s", ref, err, v.SHA256, sum)
		}
	}
	newest, last := 0, 0
	for v, err := range store.Versions(t.Context(), "victim") {
		if err != nil {
			t.Fatal(err)
		}
		if newest == 0 {
			newest = v.Number
		}
		if last != 0 && v.Number != last-1 {
			t.Errorf("version %d is missing", last-1)
		}
		last = v.Number
	}
	_, v, err := store.Get(t.Context(), templates.Ref{Name: "victim", Alias: "production"})
	if err != nil || v.Number < promoted {
		t.Errorf("production is %d, %v; a promoter was told %d", v.Number, err, promoted)
	}
	for e, err := range store.Log(t.Context(), "victim") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Outcome == templates.OutcomeIntent {
			unclosed++
		}
	}
	if unclosed > kills {
		t.Errorf("%d entries of the log have no outcome after %d kills", unclosed, kills)
	}
	v, err = store.Publish(t.Context(), "victim", storetest.Body("victim", "after all"), nil)
	if err != nil || v.Number != newest+1 {
		t.Errorf("published %+v, %v; want %d", v, err, newest+1)
	}
	t.Logf("%d kills, %d versions, %d answers held, %d log entries left open", kills, newest, len(told), unclosed)
}

// runAndKill runs a child for a while and returns the lines it printed whole.
func runAndKill(t *testing.T, bucket string, first int, after time.Duration) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), envAddress+"="+gateway.URL, envBucket+"="+bucket, fmt.Sprint(envFirst, "=", first))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	in := bufio.NewReader(out)
	var timer *time.Timer
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break // the child is gone; half a line was never told
		}
		lines = append(lines, line)
		if timer == nil { // it runs: from now on it may die at any moment
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Exited() {
		t.Fatalf("the child ended by itself: %v\n%s", err, stderr.String())
	}
	return lines
}
