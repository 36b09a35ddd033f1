package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/causeway-go/causeway/serve/problem"
)

// ErrAgain is what Do returns for a message that was not the last of its job:
// it will come again, or another one will.
var ErrAgain = errors.New("the job will be taken up again")

// Do does what one message asks for and deletes it: for those who receive
// messages themselves, as a Lambda function does. When ctx ends the job is given
// back. The error is ErrAgain or the backend's; in both cases the message is
// not deleted.
func (w *Worker) Do(ctx context.Context, m Message) error {
	j, err := w.backend.Load(ctx, m.JobID())
	switch {
	case errors.Is(err, ErrNoJob):
		return m.Bury(ctx, "there is no job of this id")
	case err != nil:
		return err
	case j.State == Waiting:
		return m.Delete(ctx) // the answer sends another
	case j.State.Final():
		return w.close(ctx, m, j)
	case j.State == Running && time.Until(j.Lease.Until) > 0:
		return w.later(ctx, m, time.Until(j.Lease.Until)) // a second message, or its worker has died: time will tell
	case j.deaths() >= w.o.MaxDeaths:
		return w.giveUp(ctx, m, j, problem.New(http.StatusInternalServerError, "gave-up",
			fmt.Sprintf("%d workers have died of the job, or lost it.", j.deaths())))
	}
	c := w.chains(j.Chain)
	if c == nil {
		return w.unknown(ctx, m, j)
	}
	if j.deaths() > 1 {
		// Two workers have died of this job, or of one beside it. Such jobs go
		// one at a time here, so that the guilty one takes no innocent with it
		// for ever.
		if !w.suspect.TryLock() {
			return w.later(ctx, m, w.o.Lease/2+rand.N(w.o.Lease/2))
		}
		defer w.suspect.Unlock()
	}
	a := &attempt{w: w, m: m, job: j, owner: w.owner()}
	if err := a.take(ctx); err != nil {
		if errors.Is(err, ErrConflict) {
			return w.later(ctx, m, w.o.Beat) // somebody was faster
		}
		return err
	}
	return a.do(ctx, c)
}

// close tells of a job's end, if that is still to be told, and is done with it.
func (w *Worker) close(ctx context.Context, m Message, j *Job) error {
	if err := w.tell(ctx, m, j); err != nil {
		return err
	}
	if j.State != Failed { // a failed run's journal may say why
		if err := w.backend.Checkpoints().Delete(ctx, j.ID); err != nil {
			w.o.Log.Warn("the checkpoints of a job stay", "job", j.ID, "error", err)
		}
	}
	return m.Delete(ctx)
}

// tell calls whom the job's end is owed to, and notes that they have heard, or
// never will.
func (w *Worker) tell(ctx context.Context, m Message, j *Job) error {
	if !j.owed() || w.o.Callbacks == nil {
		return nil
	}
	stop := w.hold(ctx, m)
	err := w.o.Callbacks.Send(ctx, j)
	stop()
	if e, failed := errors.AsType[*CallbackError](err); failed && e.Owed { // ctx ended, or would before it is decided
		return w.later(context.WithoutCancel(ctx), m, 0)
	}
	if err != nil {
		w.o.Log.Warn("the callback of a job was not told", "job", j.ID, "error", err)
	}
	_, err = change(ctx, w.backend, j.ID, func(j *Job) (bool, error) {
		j.Called = true
		return false, nil
	})
	return err
}

// hold keeps m from other workers until stop is called.
func (w *Worker) hold(ctx context.Context, m Message) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if err := m.Hide(ctx, w.o.Lease); err != nil && ctx.Err() == nil {
				w.o.Log.Warn("a message may come to others too", "job", m.JobID(), "error", err)
			}
			pause(ctx, w.o.Lease/3)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// maxUnknown is how often a job's chain is looked for: some minutes, which is
// what a deployment may take.
const maxUnknown = 5

// unknown deals with a job whose chain this worker does not have. In the
// middle of a deployment others may.
func (w *Worker) unknown(ctx context.Context, m Message, j *Job) error {
	p := problem.New(http.StatusNotFound, "no-chain", "No worker has a chain of this name.")
	j.failed(p)
	if j.Failures >= maxUnknown {
		return w.giveUp(ctx, m, j, p)
	}
	if err := w.backend.Save(ctx, j); err != nil {
		return err
	}
	return w.later(ctx, m, w.wait(j.Failures))
}

// giveUp ends a job that no worker can do, where people will look.
func (w *Worker) giveUp(ctx context.Context, m Message, j *Job, p *problem.Problem) error {
	p.RunID = j.ID
	j.end(Failed)
	j.Problem = p
	if err := w.backend.Save(ctx, j); err != nil {
		return err
	}
	if err := w.tell(ctx, m, j); err != nil {
		return err
	}
	return m.Bury(ctx, p.Code+": "+p.Detail)
}

// later shows the message again after d.
func (w *Worker) later(ctx context.Context, m Message, d time.Duration) error {
	if err := m.Hide(ctx, max(d, 0)); err != nil {
		return err
	}
	return ErrAgain
}

// wait is how long a job waits after so many failures.
func (w *Worker) wait(failures int) time.Duration {
	return backoff(w.o.Backoff, failures, 15*time.Minute)
}

// backoff is a wait after so many failures, drawn from the upper half of what
// doubling gives: a job that is shown at once would spend its attempts.
func backoff(base time.Duration, failures int, most time.Duration) time.Duration {
	d := min(base, most)
	for ; failures > 1 && d < most; failures-- {
		d = min(2*d, most)
	}
	return d/2 + rand.N(d/2+1)
}
