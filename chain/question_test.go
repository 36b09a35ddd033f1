package chain

import (
	"context"
	"errors"
	"testing"
)

// An answer that says what it answers is not taken for another question's, and
// what a run waits at can be asked for.
func TestAnswersForOneQuestion(t *testing.T) {
	c := must(t, []Step{
		Approve("first", "Is it good?", nil),
		Approve("last", "Shall it be sent?", nil),
		Func("sent", func(context.Context, struct{}) (string, error) { return "sent", nil }, nil),
	}, nil)
	yes := Values{"approved": true}
	res, err := c.Run(t.Context(), nil, &RunOptions{RunID: "r"})
	if err != nil {
		t.Fatal(err)
	}
	first := res.Interrupt.ID
	if q, err := c.Question(t.Context(), "r", nil); err != nil || q.ID != first || q.Question != "Is it good?" {
		t.Errorf("waits at %+v, %v", q, err)
	}
	if _, err := c.Resume(t.Context(), "r", yes, &RunOptions{AnswerTo: "other"}); !errors.Is(err, ErrNotWaiting) {
		t.Errorf("an answer to something else: %v", err)
	}
	if res, err = c.Resume(t.Context(), "r", yes, &RunOptions{AnswerTo: first}); err != nil || res.Interrupt.ID == first {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := c.Resume(t.Context(), "r", yes, &RunOptions{AnswerTo: first}); !errors.Is(err, ErrNotWaiting) {
		t.Errorf("the same answer again: %v", err)
	}
	if _, err := c.Resume(t.Context(), "r", yes, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Question(t.Context(), "r", nil); !errors.Is(err, ErrNotWaiting) {
		t.Errorf("a run that is over waits: %v", err)
	}
	if _, err := c.Question(t.Context(), "nope", nil); !errors.Is(err, ErrNoRun) {
		t.Errorf("a run that is not there waits: %v", err)
	}
}
