package jobs

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// WorkerOptions are the settings of a [Worker]. The zero value of each field
// is the default that it documents.
type WorkerOptions struct {
	Name     string        // in leases; empty means the host's
	Parallel int           // jobs at once; 0 means 8
	Timeout  time.Duration // of one attempt; 0 means 15 minutes

	// Patience is how long a job is tried again while its attempts fail for
	// reasons that pass, such as a spent quota; 0 means 24 hours.
	Patience time.Duration
	// Backoff is the longest wait before the second try; it doubles with each,
	// up to 15 minutes. 0 means 10 seconds.
	Backoff time.Duration
	// MaxDeaths is how many workers may die of a job, before it is given up; 0
	// means 5.
	MaxDeaths int

	// Lease is how long a job belongs to a worker that gives no sign of life; 0
	// means 30 seconds. Clocks of workers may differ by a part of it.
	Lease time.Duration
	// Beat is how often a worker looks whether its job is to be cancelled, and
	// tells the step it is at; 0 means 2 seconds.
	Beat time.Duration
	// Grace is how long jobs may go on after Run's context has ended. Those
	// that are not done by then are given back, at no cost of an attempt. 0
	// means 20 seconds, negative gives them back at once.
	Grace time.Duration

	// Callbacks tells those who asked to be called. Nil calls nobody.
	Callbacks *Callbacks
	// Events, if set, hears the events of every run; it must not block.
	Events func(chain.Event)
	// Log hears what goes wrong, with the job's id. Nil means nobody.
	Log *slog.Logger
}

func (o *WorkerOptions) withDefaults() WorkerOptions {
	var d WorkerOptions
	if o != nil {
		d = *o
	}
	if d.Name == "" {
		d.Name, _ = os.Hostname() // a random part follows
	}
	d.Parallel = cmp.Or(d.Parallel, 8)
	d.Timeout = cmp.Or(d.Timeout, 15*time.Minute)
	d.Patience = cmp.Or(d.Patience, 24*time.Hour)
	d.MaxDeaths = cmp.Or(d.MaxDeaths, 5)
	d.Lease = cmp.Or(d.Lease, 30*time.Second)
	d.Beat = min(cmp.Or(d.Beat, 2*time.Second), d.Lease/3)
	d.Backoff = cmp.Or(d.Backoff, 10*time.Second)
	d.Grace = cmp.Or(d.Grace, 20*time.Second)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}

// Worker does jobs. It is safe for concurrent use.
type Worker struct {
	backend Backend
	chains  func(name string) *chain.Chain
	o       WorkerOptions
	suspect sync.Mutex // held while a job runs whose workers have died twice: see Do
}

// NewWorker returns a worker that does backend's jobs with the chains that
// chains finds by name; nil is none.
func NewWorker(backend Backend, chains func(name string) *chain.Chain, o *WorkerOptions) (*Worker, error) {
	if backend == nil || chains == nil {
		return nil, errors.New("jobs: a worker needs a backend and chains")
	}
	return &Worker{backend: backend, chains: chains, o: o.withDefaults()}, nil
}

// Run does jobs until ctx ends, and then lets those that go on finish within
// WorkerOptions.Grace. A backend that cannot be reached is tried again, for
// ever. It returns when no job of its goes on.
func (w *Worker) Run(ctx context.Context) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	places := make(chan struct{}, w.o.Parallel)
	var going sync.WaitGroup
	for failures := 0; ctx.Err() == nil; {
		messages, err := w.receive(ctx, places)
		if err != nil && ctx.Err() == nil {
			failures++
			w.o.Log.Warn("no messages can be received", "error", err)
			pause(ctx, backoff(time.Second/2, failures, 20*time.Second))
			continue
		}
		failures = 0
		for _, m := range messages {
			places <- struct{}{} // there is one: no more were asked for
			going.Go(func() {
				defer func() { <-places }()
				w.try(work, m)
			})
		}
	}
	after := time.AfterFunc(max(w.o.Grace, 0), func() { cancel(errGivenBack) })
	defer after.Stop()
	going.Wait()
}

// receive waits for a free place and returns messages for the free ones.
func (w *Worker) receive(ctx context.Context, places chan struct{}) ([]Message, error) {
	select {
	case places <- struct{}{}:
		<-places
	case <-ctx.Done():
		return nil, nil
	}
	return w.backend.Receive(ctx, cap(places)-len(places), w.o.Lease)
}

// try does one message and tells the log what stands in the way.
func (w *Worker) try(ctx context.Context, m Message) {
	if err := w.Do(ctx, m); err != nil && !errors.Is(err, ErrAgain) {
		w.o.Log.Warn("a job was not done", "job", m.JobID(), "error", err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// owner names one attempt, among all attempts of all workers.
func (w *Worker) owner() string { return w.o.Name + "/" + rand.Text()[:10] }
