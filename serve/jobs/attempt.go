package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/problem"
)

// Why an attempt is stopped from outside.
var (
	errCancelled = errors.New("the job was cancelled")
	errLost      = errors.New("another worker has taken the job")
	errGivenBack = errors.New("the worker is shutting down")
	errTimeout   = errors.New("the attempt was not done in time")
)

// attempt is one worker's work on one job.
type attempt struct {
	w     *Worker
	m     Message
	job   *Job
	owner string                 // in the job's lease
	begun bool                   // by an attempt before this one
	step  atomic.Pointer[string] // where the run is
}

// take makes the job this worker's.
func (a *attempt) take(ctx context.Context) error {
	j := a.job
	if j.Cancel {
		j.end(Cancelled)
		return a.w.backend.Save(ctx, j)
	}
	j.Deaths = j.deaths()
	j.State, j.Problem = Running, nil
	j.Attempts++
	a.begun = !j.Started.IsZero()
	if !a.begun {
		j.Started = time.Now().UTC()
	}
	j.Lease = Lease{Worker: a.owner, Until: time.Now().Add(a.w.o.Lease).UTC()}
	return a.w.backend.Save(ctx, j)
}

// do runs the chain and settles what it came to. When ctx ends the job is
// given back.
func (a *attempt) do(ctx context.Context, c *chain.Chain) error {
	if a.job.State.Final() {
		return a.w.close(ctx, a.m, a.job)
	}
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timed, stop := context.WithTimeoutCause(run, a.w.o.Timeout, errTimeout)
	defer stop()
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		a.beat(run, cancel)
	}()
	result, err := a.run(timed, c)
	cause := context.Cause(timed)
	cancel(nil)
	<-beating
	// What was done is written down even if the worker has to stop.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), max(a.w.o.Lease/2, 5*time.Second))
	defer done()
	if err != nil && cause != nil {
		return a.stopped(ctx, cause, err)
	}
	return a.ended(ctx, result, err)
}

// run begins the job's run, or goes on where its checkpoints end.
func (a *attempt) run(ctx context.Context, c *chain.Chain) (*chain.Result, error) {
	j := a.job
	o := &chain.RunOptions{
		RunID: j.ID, Session: j.Session, Labels: j.Labels,
		Checkpoints: a.w.backend.Checkpoints(), Events: a.hear,
	}
	if a.begun {
		result, err := c.Resume(ctx, j.ID, j.Answer, o)
		if errors.Is(err, chain.ErrNotWaiting) { // an attempt before has given the answer
			result, err = c.Resume(ctx, j.ID, nil, o)
		}
		if !errors.Is(err, chain.ErrNoRun) {
			return result, err
		}
	}
	return c.Run(ctx, j.Input, o)
}

// hear follows the run.
func (a *attempt) hear(e chain.Event) {
	if e.Kind == chain.StepStarted {
		a.step.Store(&e.Step)
	}
	if a.w.o.Events != nil {
		a.w.o.Events(e)
	}
}

// beat gives signs of life until ctx ends, and stops the run when it is
// cancelled or no longer ours.
func (a *attempt) beat(ctx context.Context, cancel context.CancelCauseFunc) {
	for {
		pause(ctx, a.w.o.Beat)
		if ctx.Err() != nil {
			return
		}
		err := a.sign(ctx)
		if errors.Is(err, errLost) || errors.Is(err, errCancelled) {
			cancel(err)
			return
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrConflict) {
			a.w.o.Log.Warn("a job's lease was not prolonged", "job", a.job.ID, "error", err)
		}
	}
}

// sign prolongs the lease in time, and tells the step the run is at.
func (a *attempt) sign(ctx context.Context) error {
	j, err := a.w.backend.Load(ctx, a.job.ID)
	switch {
	case err != nil:
		return err
	case j.Lease.Worker != a.owner:
		return errLost
	case j.Cancel:
		return errCancelled
	}
	renew := time.Until(j.Lease.Until) < a.w.o.Lease*2/3
	step := a.step.Load()
	if !renew && (step == nil || *step == j.Step) {
		return nil
	}
	if step != nil {
		j.Step = *step
	}
	var hidden error
	if renew {
		// The lease alone keeps the job ours: a queue that is away for longer
		// takes it from nobody.
		hidden = a.m.Hide(ctx, a.w.o.Lease)
		j.Lease.Until = time.Now().Add(a.w.o.Lease).UTC()
	}
	return errors.Join(a.w.backend.Save(ctx, j), hidden)
}

// stopped settles an attempt that was stopped from outside, and ended with err.
func (a *attempt) stopped(ctx context.Context, cause, err error) error {
	switch {
	case errors.Is(cause, errLost):
		return ErrAgain
	case errors.Is(cause, errCancelled):
		return a.settle(ctx, func(j *Job) { j.end(Cancelled) })
	case errors.Is(cause, errTimeout) && passes(err):
		return a.ended(ctx, nil, err) // it has waited for quota all the time
	case errors.Is(cause, errTimeout):
		return a.ended(ctx, nil, context.DeadlineExceeded)
	}
	return a.requeue(ctx, 0, func(j *Job) { j.Attempts-- })
}

// ended settles an attempt whose run is over.
func (a *attempt) ended(ctx context.Context, result *chain.Result, err error) error {
	if err == nil {
		_, err = json.Marshal(result) // a step may make what JSON has no form for
	}
	switch {
	case err == nil && result.Interrupt != nil:
		return a.settle(ctx, func(j *Job) {
			j.State, j.Result, j.Step, j.Lease, j.Answer = Waiting, result, "", Lease{}, nil
			j.worked()
		})
	case err == nil:
		return a.settle(ctx, func(j *Job) {
			j.end(Succeeded)
			j.Result = result
		})
	}
	a.w.o.Log.Warn("a job's run failed", "job", a.job.ID, "chain", a.job.Chain, "attempt", a.job.Attempts, "error", err)
	p := problem.Of(err, a.job.ID)
	wait := a.w.wait(a.job.Failures + 1)
	if passes(err) && (a.job.Failures == 0 || time.Since(a.job.Failing)+wait < a.w.o.Patience) {
		return a.requeue(ctx, wait, func(j *Job) { j.failed(p) })
	}
	return a.settle(ctx, func(j *Job) {
		j.end(Failed)
		j.Problem = p
	})
}

// passes reports whether a failure may not come again.
func passes(err error) bool {
	if errors.Is(err, chain.ErrConflict) {
		return true // a worker that was taken for dead still writes
	}
	class := retry.Classify(err)
	return class.Retryable() || class == retry.DailyQuota
}

// requeue gives the job to whoever comes first after d.
func (a *attempt) requeue(ctx context.Context, d time.Duration, f func(*Job)) error {
	err := a.save(ctx, func(j *Job) {
		j.State, j.Lease, j.Step = Queued, Lease{}, ""
		f(j)
	})
	if err != nil {
		return err
	}
	return a.w.later(ctx, a.m, d)
}

// settle notes an end, or that the run waits, and is done with the message.
func (a *attempt) settle(ctx context.Context, f func(*Job)) error {
	if err := a.save(ctx, f); err != nil {
		return err
	}
	if a.job.State == Waiting {
		return a.m.Delete(ctx)
	}
	return a.w.close(ctx, a.m, a.job)
}

// save changes the job as long as it is ours.
func (a *attempt) save(ctx context.Context, f func(*Job)) error {
	j, err := change(ctx, a.w.backend, a.job.ID, func(j *Job) (wake bool, err error) {
		if j.Lease.Worker != a.owner {
			return false, errLost
		}
		f(j)
		return false, nil
	})
	if errors.Is(err, errLost) {
		return ErrAgain // whoever has the job settles it
	}
	if err == nil {
		a.job = j
	}
	return err
}
