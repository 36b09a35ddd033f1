package sqsjobs

import (
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// TestStorm has four workers do a thousand jobs while they are killed at random,
// the queue is away for half a minute, and who submits is impatient. Every job
// has one result.
func TestStorm(t *testing.T) {
	t.Parallel()
	const count, away = 1000, 30 * time.Second
	var weather outage
	p := newPlace(t, weather.front(t, startFauxqs(t)), "storm", false)
	p.remember(t)
	p.Deaths = 100 // of dying workers there are many here
	ids := names("job", count)

	began := time.Now()
	p.submit(t, ids[:400])
	fleet := launch(t, p.setting, 4)
	peace := fleet.killing(800 * time.Millisecond)
	await(t, time.Minute, "third of the jobs done", func() bool { return ended(t, p.Log) > count/3 })

	t.Logf("the queue goes away after %v, with %d jobs done", time.Since(began), ended(t, p.Log))
	weather.down.Store(true)
	var impatient sync.WaitGroup
	impatient.Go(func() { p.submit(t, ids[400:800]) }) // again and again, until it is accepted
	time.Sleep(away)
	weather.down.Store(false)
	t.Logf("it comes back after %v, having refused %d requests", time.Since(began), weather.refused.Load())
	impatient.Wait()
	p.submit(t, ids[800:])
	p.submit(t, ids[300:500]) // some of them are done
	for _, id := range ids[600:700] {
		if err := p.backend.Send(t.Context(), &jobs.Job{Status: jobs.Status{ID: id}}); err != nil {
			t.Error(err)
		}
	}
	await(t, time.Minute, "thousand jobs done", func() bool { return ended(t, p.Log) == count })
	peace()
	await(t, time.Minute, "empty queue", func() bool { return p.left(t, p.Queue) == "0+0" })
	fleet.stop(syscall.SIGTERM)
	t.Logf("all done after %v", time.Since(began))
	if left := p.left(t, p.dead); left != "0+0" {
		t.Errorf("%s messages were given up", left)
	}
	p.prove(t, ids, fleet.killed)
}

// submit submits jobs, each as often as it takes.
func (p *place) submit(t *testing.T, ids []string) {
	var wg sync.WaitGroup
	places := make(chan struct{}, 16)
	for _, id := range ids {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			for {
				j := &jobs.Job{Status: jobs.Status{ID: id, Chain: "report"}, Input: chain.Values{"id": id}}
				if p.fifo() {
					j.Session = "anna"
				}
				_, err := jobs.Submit(t.Context(), p.backend, j)
				if errors.Is(err, jobs.ErrOther) {
					t.Error(err)
				}
				if err == nil || t.Failed() || t.Context().Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}
