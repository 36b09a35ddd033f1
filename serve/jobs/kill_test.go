package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// childVariable makes the test binary a process that does the jobs of a folder.
const childVariable = "CAUSEWAY_JOBS_CHILD"

// workForEver is that process: each step of its chain leaves a line in a file.
func workForEver(dir string) {
	f, err := jobs.NewFolder(dir, nil)
	check(err)
	log, err := os.OpenFile(filepath.Join(dir, "done.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	check(err)
	step := func(name string) chain.Step {
		return chain.Func(name, func(ctx context.Context, _ chain.Values) (string, error) {
			time.Sleep(25 * time.Millisecond)
			_, err := fmt.Fprintf(log, "%s %s\n", chain.RunOf(ctx).ID, name)
			return name, err
		}, nil)
	}
	c, err := chain.New("c", []chain.Step{step("one"), step("two"), step("three")}, nil)
	check(err)
	w, err := jobs.NewWorker(f, func(string) *chain.Chain { return c }, &jobs.WorkerOptions{Parallel: parallel, MaxDeaths: 100})
	check(err)
	w.Run(context.Background())
}

const (
	parallel = 4
	total    = 60
)

// Whenever the process is killed, every job is done once and none is lost, and
// no step that was written down is done again.
func TestKilledAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	f := folder(t, dir)
	for i := range total {
		j := &jobs.Job{Status: jobs.Status{ID: fmt.Sprint("job", i), Chain: "c"}}
		if _, err := jobs.Submit(t.Context(), f, j); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	kills := 0
	for ; undone(t, dir) > 0; kills++ {
		if kills == 200 {
			t.Fatalf("%d jobs are not done", undone(t, dir))
		}
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childVariable+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(80*time.Millisecond + rand.N(150*time.Millisecond)) // a process needs a while to start
		_ = child.Process.Signal(syscall.SIGKILL)
		_ = child.Wait()
	}
	done, err := os.ReadFile(filepath.Join(dir, "done.log"))
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for line := range strings.Lines(string(done)) {
		times[line]++
	}
	again := 0
	for _, n := range times {
		again += n - 1
	}
	if len(times) != 3*total || again > kills*parallel {
		t.Errorf("%d of %d steps were done, %d of them again, after %d kills", len(times), 3*total, again, kills)
	}
	t.Logf("%d kills, %d steps done again", kills, again)
}

// undone counts the jobs without a result, as their files tell.
func undone(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "jobs", "*.json"))
	if err != nil || len(files) != total {
		t.Fatalf("%d jobs, %v", len(files), err)
	}
	n := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j, err := jobs.Decode(body, "")
		if err != nil {
			t.Fatal(err)
		}
		if j.State != jobs.Succeeded {
			n++
		}
	}
	return n
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":"a","chain":"c","state":"queued","created":"2026-11-22T10:00:00Z","input":{"n":12345678901234567890}}`))
	f.Add([]byte(`{"id":"a","result":{"values":{"x":[1,null]},"interrupt":{"step":"ok","question":"?","answer":{"type":"object"}}},"lease":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		j, err := jobs.Decode(body, "r")
		if err != nil {
			return
		}
		once, err := jobs.Encode(j)
		if err != nil {
			return // a time or a schema that JSON has no form for
		}
		again, err := jobs.Decode(once, "r")
		if err != nil {
			t.Fatalf("%s does not decode again: %v", once, err)
		}
		if twice, err := jobs.Encode(again); err != nil || string(once) != string(twice) {
			t.Errorf("%s became %s, %v", once, twice, err)
		}
	})
}
