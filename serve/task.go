package serve

import (
	"context"
	"crypto/rand"

	"github.com/causeway-go/causeway/chain"
)

// task is what a request wants of a chain: to begin a run from an input, or to
// go on with one that waits for an answer. Whoever does it need not know which.
type task struct {
	chain  *chain.Chain
	o      *chain.RunOptions // with a RunID
	input  chain.Values
	answer chain.Values // nil: the run begins
}

// begins makes a new run of a request.
func begins(c *chain.Chain, q RunRequest) task {
	return task{chain: c, o: &chain.RunOptions{RunID: rand.Text(), Session: q.Session, Labels: q.Labels}, input: q.Input}
}

// resumes makes the rest of a run of an answer.
func resumes(c *chain.Chain, runID string, q AnswerRequest) task {
	return task{chain: c, o: &chain.RunOptions{RunID: runID, AnswerTo: q.To}, answer: q.Answer}
}

// run does the task. Resuming a run that is over would return what it came to,
// as if the answer had been heard: here that is an error.
func (t task) run(ctx context.Context) (*chain.Result, error) {
	if t.answer == nil {
		return t.chain.Run(ctx, t.input, t.o)
	}
	worked := false
	o := *t.o
	o.Events = func(e chain.Event) {
		worked = true
		if t.o.Events != nil {
			t.o.Events(e)
		}
	}
	result, err := t.chain.Resume(ctx, o.RunID, t.answer, &o)
	if err == nil && !worked {
		return nil, chain.ErrNotWaiting
	}
	return result, err
}
