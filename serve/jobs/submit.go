package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// ErrOther says that a job of this id was submitted with another request.
var ErrOther = errors.New("another job has this id")

// Submit keeps a job and queues it. An empty ID becomes a random one; an ID of
// the caller's makes submitting safe to repeat: the job that is there is
// returned, and ErrOther when it asks for something else. A job that is
// returned without an error is not lost, whatever dies.
func Submit(ctx context.Context, b Backend, j *Job) (*Job, error) {
	if j.ID == "" {
		j.ID = rand.Text()
	}
	if err := chain.CheckRunID(j.ID); err != nil {
		return nil, err
	}
	j.State, j.Created = Queued, time.Now().UTC()
	err := b.Create(ctx, j)
	if errors.Is(err, ErrExists) {
		return again(ctx, b, j)
	}
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", j.ID, err)
	}
	return j, send(ctx, b, j)
}

// again returns the job that was submitted before. One that nobody has begun is
// sent again: the first time it may not have been.
func again(ctx context.Context, b Backend, j *Job) (*Job, error) {
	old, err := b.Load(ctx, j.ID)
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", j.ID, err)
	}
	if !sameRequest(old, j) {
		return nil, fmt.Errorf("job %s: %w", j.ID, ErrOther)
	}
	if old.State == Queued && old.Attempts == 0 {
		err = send(ctx, b, old)
	}
	return old, err
}

func sameRequest(a, b *Job) bool {
	return a.Chain == b.Chain && a.Session == b.Session && a.Callback == b.Callback &&
		reflect.DeepEqual(plain(a.Input), plain(b.Input)) && reflect.DeepEqual(plain(a.Labels), plain(b.Labels))
}

func send(ctx context.Context, b Backend, j *Job) error {
	if err := b.Send(ctx, j); err != nil {
		return fmt.Errorf("job %s is kept but not queued: %w", j.ID, err)
	}
	return nil
}

// Cancel stops a job: one that nobody works on at once, a running one within
// seconds. A job that is over stays as it is.
func Cancel(ctx context.Context, b Backend, id string) (*Job, error) {
	return change(ctx, b, id, func(j *Job) (wake bool, err error) {
		switch {
		case j.State.Final():
			return false, errUnchanged
		case j.State == Running:
			j.Cancel = true
			return false, nil
		}
		j.end(Cancelled)
		return j.owed(), nil
	})
}

// Answer gives a waiting job what its question asks for, and queues it again.
// To is the ID of the question (chain.Interrupt), so that an answer that comes
// twice does not answer the next one, too; empty is whatever it waits at. The
// error is chain.ErrNotWaiting when it does not ask that, and a chain.InputError
// for an answer that does not fit.
func Answer(ctx context.Context, b Backend, id, to string, answer chain.Values) (*Job, error) {
	return change(ctx, b, id, func(j *Job) (wake bool, err error) {
		if j.State != Waiting || to != "" && to != j.Result.Interrupt.ID {
			return false, chain.ErrNotWaiting
		}
		if err := j.Result.Interrupt.Check(answer); err != nil {
			return false, err
		}
		j.State, j.Answer, j.Result = Queued, answer, nil
		return true, nil
	})
}

// errUnchanged ends a change that has nothing to do.
var errUnchanged = errors.New("nothing to change")

// change loads a job, changes it and saves it, again when somebody else was
// faster; wake queues it.
func change(ctx context.Context, b Backend, id string, f func(*Job) (wake bool, err error)) (*Job, error) {
	for {
		j, err := b.Load(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", id, err)
		}
		wake, err := f(j)
		if errors.Is(err, errUnchanged) {
			return j, nil
		}
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", id, err)
		}
		switch err = b.Save(ctx, j); {
		case errors.Is(err, ErrConflict):
		case err != nil:
			return nil, fmt.Errorf("job %s: %w", id, err)
		case wake:
			return j, send(ctx, b, j)
		default:
			return j, nil
		}
	}
}

// end makes a job a finished one.
func (j *Job) end(s State) {
	j.State, j.Ended, j.Step, j.Lease, j.Cancel = s, time.Now().UTC(), "", Lease{}, false
}
