package chain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/message"
)

// Resume goes on with a run that was interrupted, failed, or died with its
// process. What had finished is not done again: steps, turns of agents, tool
// calls. Answer is what a human says to the question the run waits at; nil
// where it waits at none, or to be told the question again. Of the options
// only Events, Streamed, CallOptions, CallOptionsFor, AnswerTo and Checkpoints
// are looked at: the rest is the run's own from its start.
//
// Resuming a run that is over returns its values again. The error is ErrNoRun,
// ErrNotWaiting, ErrChanged, ErrConflict, an [InputError] about the answer, or
// what Run returns.
func (c *Chain) Resume(ctx context.Context, runID string, answer Values, o *RunOptions) (*Result, error) {
	return c.resume(ctx, c.newRun(resumed(runID, o)), answer)
}

// StreamResume is to Resume what Stream is to Run. The events are those of
// what is still to be done.
func (c *Chain) StreamResume(ctx context.Context, runID string, answer Values, o *RunOptions) iter.Seq2[Event, error] {
	return c.streamed(ctx, resumed(runID, o), func(ctx context.Context, r *run) (*Result, error) {
		return c.resume(ctx, r, answer)
	})
}

func resumed(runID string, o *RunOptions) *RunOptions {
	again := &RunOptions{RunID: runID}
	if o != nil {
		again.Events, again.Streamed, again.Checkpoints = o.Events, o.Streamed, o.Checkpoints
		again.CallOptions, again.CallOptionsFor, again.AnswerTo = o.CallOptions, o.CallOptionsFor, o.AnswerTo
	}
	return again
}

func (c *Chain) resume(ctx context.Context, r *run, answer Values) (*Result, error) {
	j, err := c.reopen(ctx, r)
	if err != nil {
		return nil, err
	}
	r.journal, r.session, r.labels = j, j.start.Session, j.start.Labels
	if j.start.Said != nil {
		if r.history, err = message.Unmarshal(j.start.Said); err != nil {
			return nil, fmt.Errorf("chain %s: run %s: its conversation: %w", c.name, r.id, err)
		}
	}
	r.recount()
	if j.end != nil {
		return r.result(j.end.Values), nil
	}
	if err := c.takeAnswer(ctx, r, answer); err != nil {
		return nil, err
	}
	vals := maps.Clone(j.start.Values)
	if vals == nil {
		vals = Values{}
	}
	return c.bounded(ctx, r, vals)
}

// reopen reads the journal of a run of this chain.
func (c *Chain) reopen(ctx context.Context, r *run) (*journal, error) {
	if r.checkpoints == nil {
		return nil, fmt.Errorf("chain %s: it has no Checkpointer, so none of its runs can be resumed: %w", c.name, ErrNoRun)
	}
	j, err := openJournal(ctx, r.checkpoints, r.id)
	if err != nil {
		return nil, fmt.Errorf("chain %s: %w", c.name, err)
	}
	if j.start.Chain != c.name || j.start.Shape != c.shape() {
		return nil, fmt.Errorf("chain %s: run %s of %s: %w", c.name, r.id, j.start.Chain, ErrChanged)
	}
	return j, nil
}

// Question returns what a run waits at, for whoever is to answer it and was not
// there when it was asked. It changes nothing. Of the options only Checkpoints
// is looked at. The error is ErrNoRun, ErrNotWaiting or ErrChanged.
func (c *Chain) Question(ctx context.Context, runID string, o *RunOptions) (*Interrupt, error) {
	j, err := c.reopen(ctx, c.newRun(resumed(runID, o)))
	if err != nil {
		return nil, err
	}
	if j.pending == nil {
		return nil, fmt.Errorf("chain %s: run %s: %w", c.name, runID, ErrNotWaiting)
	}
	return j.pending.Ask, nil
}

// takeAnswer writes the answer down.
func (c *Chain) takeAnswer(ctx context.Context, r *run, answer Values) error {
	j := r.journal
	if answer == nil {
		if j.pending != nil {
			return nil // the question is asked again
		}
		// Claims the run: whoever else works on it finds this number taken.
		return j.add(ctx, entry{Kind: "resume"})
	}
	if j.pending == nil || r.answerTo != "" && r.answerTo != j.pending.Key {
		return fmt.Errorf("chain %s: run %s: %w", c.name, j.runID, ErrNotWaiting)
	}
	if err := j.pending.Ask.Check(answer); err != nil {
		return fmt.Errorf("chain %s: %w", c.name, err)
	}
	answer, _ = numbers(answer).(Values)
	e := entry{Kind: "answer", Key: j.pending.Key, Values: answer}
	if err := j.add(ctx, e); err != nil {
		return fmt.Errorf("chain %s: %w", c.name, err)
	}
	return j.replay(e)
}

// recount books what the run had cost before.
func (r *run) recount() {
	for _, path := range r.journal.order {
		if e := r.journal.steps[path]; e.Result != nil {
			r.book(*e.Result)
		}
	}
}

// checkpointer returns where runs are written down, nil where they are not.
func (c *Chain) checkpointer() Checkpointer {
	if c.o.Checkpoints != nil {
		return c.o.Checkpoints
	}
	if c.waits {
		c.ownOnce.Do(func() { c.own = NewInProcessCheckpoints() })
		return c.own
	}
	return nil
}

// begin writes down that a run starts.
func (c *Chain) begin(ctx context.Context, r *run, vals Values) error {
	if r.checkpoints == nil {
		return nil
	}
	r.journal = newJournal(r.checkpoints, r.id)
	e := entry{Kind: "start", Chain: c.name, Shape: c.shape(), Session: r.session, Labels: r.labels, Values: maps.Clone(vals)}
	if r.history != nil {
		said, err := message.Marshal(r.history)
		if err != nil {
			return fmt.Errorf("chain %s: the conversation: %w", c.name, err)
		}
		e.Said = said
	}
	r.journal.start = e
	if err := r.journal.add(ctx, e); err != nil {
		return fmt.Errorf("chain %s: %w", c.name, err)
	}
	return nil
}

// shape is a digest of the chain's steps: their paths and what they make. A
// journal of another shape would be about other steps.
func (c *Chain) shape() string {
	var b strings.Builder
	sketch(&b, "", c.steps)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

func sketch(b *strings.Builder, path string, steps []Step) {
	for _, s := range steps {
		at := join2(path, s.Name())
		names := slices.Sorted(slices.Values(s.Outputs()))
		fmt.Fprintf(b, "%s %s\n", at, strings.Join(names, ","))
		sketch(b, at, childrenOf(s))
		if _, opts := unguard(s); opts != nil {
			sketch(b, at+"/onError", opts.onError)
		}
	}
}

// childrenOf returns the steps inside s.
func childrenOf(s Step) []Step {
	inner, _ := unguard(s)
	if p, ok := inner.(interface{ children() []Step }); ok {
		return p.children()
	}
	return nil
}
