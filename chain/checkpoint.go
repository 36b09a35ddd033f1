package chain

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
)

// Checkpointer keeps the journals of runs, so that a run can go on in another
// process, or after a human has answered. A journal is a list of entries that
// are only ever added to. It is safe for concurrent use, by several processes
// where it outlives one. The conformance suite is chain/checkpointtest.
type Checkpointer interface {
	// Append adds entry as number seq, from 1, of a run's journal. It fails
	// with ErrConflict, and changes nothing, when that number is taken: then
	// another process works on the run. Entries are added whole or not at all.
	Append(ctx context.Context, runID string, seq int, entry []byte) error

	// Entries returns the journal in order, empty when there is none.
	Entries(ctx context.Context, runID string) ([][]byte, error)

	// Delete removes a run's journal. Deleting what is not there is no error.
	Delete(ctx context.Context, runID string) error

	// Runs yields the ids of the runs that have a journal, in no particular
	// order, and ends at the first error.
	Runs(ctx context.Context) iter.Seq2[string, error]
}

// What resuming and checkpointing may come to. Match with errors.Is.
var (
	// ErrConflict says that another process works on the run, or that a run of
	// this id exists.
	ErrConflict = errors.New("another process works on the run")
	// ErrNoRun says that no journal of the run exists.
	ErrNoRun = errors.New("there is no such run")
	// ErrNotWaiting says that an answer was given to a run that asked nothing.
	ErrNotWaiting = errors.New("the run does not wait for an answer")
	// ErrChanged says that the chain is not the one the run began with.
	ErrChanged = errors.New("the chain has changed since the run began")
)

// maxRuns is how many journals an InProcessCheckpoints keeps.
const maxRuns = 10_000

// InProcessCheckpoints keeps journals in memory, those of the last 10,000
// runs. Chains that wait for answers and have no Checkpointer use one of their
// own.
type InProcessCheckpoints struct {
	mu    sync.Mutex
	runs  map[string][][]byte
	order []string // oldest first
}

// NewInProcessCheckpoints returns an empty one.
func NewInProcessCheckpoints() *InProcessCheckpoints {
	return &InProcessCheckpoints{runs: map[string][][]byte{}}
}

// Append implements Checkpointer.
func (c *InProcessCheckpoints) Append(ctx context.Context, runID string, seq int, entry []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq != len(c.runs[runID])+1 {
		return ErrConflict
	}
	if seq == 1 {
		c.order = append(c.order, runID)
		if len(c.order) > maxRuns {
			delete(c.runs, c.order[0])
			c.order = slices.Delete(c.order, 0, 1)
		}
	}
	c.runs[runID] = append(c.runs[runID], slices.Clone(entry))
	return nil
}

// Entries implements Checkpointer.
func (c *InProcessCheckpoints) Entries(_ context.Context, runID string) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.runs[runID]), nil
}

// Delete implements Checkpointer.
func (c *InProcessCheckpoints) Delete(_ context.Context, runID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.runs, runID)
	if i := slices.Index(c.order, runID); i >= 0 {
		c.order = slices.Delete(c.order, i, i+1)
	}
	return nil
}

// Runs implements Checkpointer.
func (c *InProcessCheckpoints) Runs(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		c.mu.Lock()
		ids := slices.Clone(c.order)
		c.mu.Unlock()
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}
