// Package jobstest is what every jobs.Backend must do, as tests.
//
//	func TestConformance(t *testing.T) {
//		jobstest.Run(t, func(t *testing.T) jobs.Backend { return open(t) })
//	}
package jobstest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/checkpointtest"
	"github.com/causeway-go/causeway/serve/jobs"
)

// Run tests the backends that open returns, each new and empty.
func Run(t *testing.T, open func(t *testing.T) jobs.Backend) {
	for name, test := range map[string]func(*testing.T, jobs.Backend){
		"documents":       documents,
		"one creator":     oneCreator,
		"one saver":       oneSaver,
		"messages":        messages,
		"hidden":          hidden,
		"buried":          buried,
		"second message":  secondMessage,
		"several at once": severalAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
	t.Run("checkpoints", func(t *testing.T) {
		checkpointtest.Run(t, func(t *testing.T) chain.Checkpointer { return open(t).Checkpoints() })
	})
}

// hold is how long a received message stays hidden: a whole second is the
// least that SQS can.
const hold = time.Second

func job(id string) *jobs.Job {
	return &jobs.Job{
		Status: jobs.Status{ID: id, Chain: "report", State: jobs.Queued, Created: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
		Input:  chain.Values{"text": "grüezi \U0001f600", "list": []any{"a", nil, true}},
		Labels: map[string]string{"team": "red"}, Session: "anna",
	}
}

func create(t *testing.T, b jobs.Backend, id string) *jobs.Job {
	t.Helper()
	j := job(id)
	if err := b.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

func documents(t *testing.T, b jobs.Backend) {
	if _, err := b.Load(t.Context(), "nobody"); !errors.Is(err, jobs.ErrNoJob) {
		t.Errorf("a job that is not there: %v", err)
	}
	j := create(t, b, "a")
	if j.Revision == "" {
		t.Error("Create set no revision")
	}
	got, err := b.Load(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was created", j, got)
	if err := b.Create(t.Context(), job("a")); !errors.Is(err, jobs.ErrExists) {
		t.Errorf("a second job of the id: %v", err)
	}
	old := *got
	got.State, got.Step, got.Attempts = jobs.Running, "answer", 2
	got.Lease = jobs.Lease{Worker: "w", Until: time.Date(2026, 11, 22, 10, 1, 0, 0, time.UTC)}
	if err := b.Save(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if got.Revision == old.Revision {
		t.Error("Save left the revision")
	}
	if err := b.Save(t.Context(), &old); !errors.Is(err, jobs.ErrConflict) {
		t.Errorf("a save of what has changed: %v", err)
	}
	after, err := b.Load(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was saved", got, after)
	if err := b.Save(t.Context(), after); err != nil {
		t.Error("a second save in a row:", err)
	}
}

// same makes sure that a job is the same document, at the same revision.
func same(t *testing.T, what string, want, got *jobs.Job) {
	t.Helper()
	a, err := jobs.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := jobs.Encode(got)
	if err != nil || string(a) != string(b) || want.Revision != got.Revision {
		t.Errorf("%s is %s at %s\nloaded is %s at %s, %v", what, a, want.Revision, b, got.Revision, err)
	}
}

// race runs f eight times at once and counts how it ended.
func race(f func(i int) error) (won int, others []error) {
	var n atomic.Int32
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := f(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				others = append(others, err)
				return
			}
			n.Add(1)
		})
	}
	all.Wait()
	return int(n.Load()), others
}

func oneCreator(t *testing.T, b jobs.Backend) {
	won, others := race(func(int) error { return b.Create(t.Context(), job("a")) })
	if won != 1 {
		t.Errorf("%d created the job", won)
	}
	for _, err := range others {
		if !errors.Is(err, jobs.ErrExists) {
			t.Error(err)
		}
	}
}

func oneSaver(t *testing.T, b jobs.Backend) {
	j := create(t, b, "a")
	won, others := race(func(i int) error {
		mine := *j
		mine.Attempts = i + 1
		return b.Save(t.Context(), &mine)
	})
	if won != 1 {
		t.Errorf("%d saved the job", won)
	}
	for _, err := range others {
		if !errors.Is(err, jobs.ErrConflict) {
			t.Error(err)
		}
	}
}

// receive waits for one message, for as long as it must.
func receive(t *testing.T, b jobs.Backend) jobs.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		got, err := b.Receive(ctx, 1, hold)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 1 {
			return got[0]
		}
	}
	t.Fatal("no message came")
	return nil
}

// nothing makes sure that no message can be received for d.
func nothing(t *testing.T, b jobs.Backend, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	got, err := b.Receive(ctx, 1, hold)
	if len(got) > 0 || err != nil && ctx.Err() == nil {
		t.Errorf("received %v, %v", got, err)
	}
}

func send(t *testing.T, b jobs.Backend, j *jobs.Job) {
	t.Helper()
	if err := b.Send(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

func messages(t *testing.T, b jobs.Backend) {
	send(t, b, create(t, b, "a"))
	m := receive(t, b)
	if m.JobID() != "a" {
		t.Errorf("a message of job %q", m.JobID())
	}
	again := receive(t, b) // once the hold is over
	if again.JobID() != "a" {
		t.Errorf("a message of job %q", again.JobID())
	}
	if err := again.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	nothing(t, b, hold+hold/2)
}

func hidden(t *testing.T, b jobs.Backend) {
	send(t, b, create(t, b, "a"))
	m := receive(t, b)
	if err := m.Hide(t.Context(), 3*time.Second); err != nil {
		t.Fatal(err)
	}
	nothing(t, b, 2*time.Second)
	if err := m.Hide(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if m = receive(t, b); m.JobID() != "a" {
		t.Errorf("a message of job %q", m.JobID())
	}
	if err := m.Delete(t.Context()); err != nil {
		t.Error(err)
	}
}

func buried(t *testing.T, b jobs.Backend) {
	send(t, b, create(t, b, "a"))
	if err := receive(t, b).Bury(t.Context(), "no worker survives it"); err != nil {
		t.Fatal(err)
	}
	nothing(t, b, hold+hold/2)
	if _, err := b.Load(t.Context(), "a"); err != nil {
		t.Errorf("the job is gone with its message: %v", err)
	}
}

// secondMessage: who answers a waiting job sends while the first message may
// not be deleted yet.
func secondMessage(t *testing.T, b jobs.Backend) {
	j := create(t, b, "a")
	send(t, b, j)
	first := receive(t, b)
	j.State = jobs.Waiting
	if err := b.Save(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	send(t, b, j)
	if err := first.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := receive(t, b); m.JobID() != "a" {
		t.Errorf("a message of job %q", m.JobID())
	}
}

func severalAtOnce(t *testing.T, b jobs.Backend) {
	want := map[string]bool{}
	for i := range 25 {
		j := job(fmt.Sprint("j", i))
		j.Session = j.ID
		if err := b.Create(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		send(t, b, j)
		want[j.ID] = true
	}
	for deadline := time.Now().Add(time.Minute); len(want) > 0 && time.Now().Before(deadline); {
		got, err := b.Receive(t.Context(), 7, 20*time.Second)
		if err != nil || len(got) > 7 {
			t.Fatal(len(got), err)
		}
		for _, m := range got {
			if !want[m.JobID()] {
				t.Errorf("%s came twice", m.JobID())
			}
			delete(want, m.JobID())
			if err := m.Delete(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("%d messages did not come", len(want))
	}
	if n, err := b.Depth(t.Context()); n != 0 || err != nil {
		t.Errorf("depth %d, %v", n, err)
	}
}
