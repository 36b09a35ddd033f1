package sqsjobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// TestWorkers: three workers share a queue that delivers twice and is away for
// a while; each job has its steps done once. Requests and documents of others
// are among them.
func TestWorkers(t *testing.T) {
	const count = 60
	b := newBench(t, standard, 5)
	b.server.SetDuplicates(true)
	var mu sync.Mutex
	done := map[string]int{}
	report, err := chain.New("report", []chain.Step{chain.Func("write", func(_ context.Context, in struct {
		Text string `json:"text"`
	},
	) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		done[in.Text]++
		return "about " + in.Text, nil
	}, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	chains := func(name string) *chain.Chain { return map[string]*chain.Chain{"report": report}[name] }
	o := &sqsjobs.Options{Wait: time.Second, Documents: &sqsjobs.Documents{Chain: "report", Text: "text"}}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range 3 {
		worker, err := jobs.NewWorker(b.open(t, o), chains, nil)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { worker.Run(ctx) })
	}

	backend := b.open(t, o)
	for i := range count {
		if _, err := jobs.Submit(t.Context(), backend, &jobs.Job{
			Status: jobs.Status{ID: fmt.Sprint("job-", i), Chain: "report"}, Input: chain.Values{"text": fmt.Sprint("job-", i)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	b.send(t, `{"chain": "report", "input": {"text": "asked"}, "id": "asked"}`)
	b.put(t, "letter.txt", "letter")
	b.send(t, event("ObjectCreated:Put", bucket, "letter.txt", "1", 6))
	b.server.SetAvailable(false)
	timer := time.AfterFunc(500*time.Millisecond, func() { b.server.SetAvailable(true) })
	defer timer.Stop()

	await(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(done) == count+2
	})
	await(t, func() bool { // a duplicate that is being looked at may be hidden for a lease
		s := b.result(t, "letter.txt")
		return s != nil && s.State == jobs.Succeeded && s.Result.Values["write"] == "about letter"
	})
	await(t, func() bool {
		j, err := backend.Load(t.Context(), "asked")
		return err == nil && j.State == jobs.Succeeded
	})
	mu.Lock()
	defer mu.Unlock()
	for text, n := range done {
		if n != 1 {
			t.Errorf("%s was done %d times", text, n)
		}
	}
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it takes too long")
		}
	}
}
