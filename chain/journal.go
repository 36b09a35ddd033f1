package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// journal is what a run has written down of itself. Resuming runs the chain
// again from the top with the journal at hand: what is written down is not
// done again. A nil journal writes nothing and knows nothing.
type journal struct {
	to    Checkpointer
	runID string

	mu      sync.Mutex // held while an entry is added: entries have an order
	seq     int
	failed  error             // the entry that could not be added: nothing is added after it
	start   entry             // the first
	steps   map[string]entry  // finished steps by path
	order   []string          // and the order in which they finished
	turns   map[string][]turn // of agents that have not finished, by path
	answers map[string]Values // by the asking place
	pending *entry            // a question without an answer
	end     *entry            // the run is over
	intents map[string]bool   // conversations that were about to be added to, by the chain's path
	resumed bool
}

// entry is one line of a journal. Which fields mean something depends on Kind.
type entry struct {
	Kind string    `json:"kind"` // start, step, turn, call, ask, answer, memory, resume, end
	Time time.Time `json:"time"`
	Key  string    `json:"key,omitempty"` // the step's path; ask and answer: the asking place

	Chain   string            `json:"chain,omitempty"` // start
	Shape   string            `json:"shape,omitempty"`
	Session string            `json:"session,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`

	Values Values          `json:"values,omitempty"` // start: the input; step, end: the outputs; answer
	Result *StepResult     `json:"result,omitempty"` // step: what it cost; turn: what it cost so far
	Said   json.RawMessage `json:"said,omitempty"`   // start: the conversation, if the caller gave it; step: for the conversation; turn: the model's answer; call: the tool's result

	Turn int        `json:"turn,omitempty"` // turn, call
	Call int        `json:"call,omitempty"` // call: which of the turn's
	Ask  *Interrupt `json:"ask,omitempty"`
}

// turn is one turn of an agent that called tools.
type turn struct {
	said    llms.MessageContent
	cost    StepResult
	results map[int]message.ToolResult
}

// newJournal begins the journal of a run.
func newJournal(to Checkpointer, runID string) *journal {
	return &journal{
		to: to, runID: runID,
		intents: map[string]bool{}, steps: map[string]entry{}, turns: map[string][]turn{}, answers: map[string]Values{},
	}
}

// add writes e down. What happened is written even when the run has just been
// cancelled, but only within a few seconds.
func (j *journal) add(ctx context.Context, e entry) error {
	if j == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed != nil {
		return j.failed
	}
	e.Time = time.Now().UTC()
	data, err := json.Marshal(e)
	if err == nil {
		err = j.to.Append(ctx, j.runID, j.seq+1, data)
	}
	if err != nil {
		j.failed = fmt.Errorf("checkpoint of run %s: %w", j.runID, err)
		return j.failed
	}
	j.seq++
	return nil
}

// openJournal reads the journal of a run that began earlier.
func openJournal(ctx context.Context, to Checkpointer, runID string) (*journal, error) {
	entries, err := to.Entries(ctx, runID)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", runID, err)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("run %s: %w", runID, ErrNoRun)
	}
	j := newJournal(to, runID)
	j.resumed = true
	for i, data := range entries {
		var e entry
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, fmt.Errorf("run %s: entry %d of its journal: %w", runID, i+1, err)
		}
		if err := j.replay(e); err != nil {
			return nil, fmt.Errorf("run %s: entry %d of its journal: %w", runID, i+1, err)
		}
	}
	j.seq = len(entries)
	if j.start.Kind == "" {
		return nil, fmt.Errorf("run %s: its journal does not begin with its start", runID)
	}
	return j, nil
}

// replay takes in one entry of the past.
func (j *journal) replay(e entry) error {
	switch e.Kind {
	case "start":
		j.start = e
	case "step":
		j.steps[e.Key] = e
		j.order = append(j.order, e.Key)
		delete(j.turns, e.Key)
	case "turn":
		said, err := oneMessage(e.Said)
		if err != nil {
			return err
		}
		t := turn{said: said, results: map[int]message.ToolResult{}}
		if e.Result != nil {
			t.cost = *e.Result
		}
		j.turns[e.Key] = append(j.turns[e.Key], t)
	case "call":
		return j.replayCall(e)
	case "ask":
		j.pending = &e
	case "answer":
		j.answers[e.Key] = e.Values
		j.pending = nil
	case "memory":
		j.intents[e.Key] = true
	case "end":
		j.end = &e
	case "resume":
	default:
		return fmt.Errorf("its kind %q is not known: a newer program wrote it", e.Kind)
	}
	return nil
}

func (j *journal) replayCall(e entry) error {
	turns := j.turns[e.Key]
	if e.Turn < 1 || e.Turn > len(turns) {
		return errors.New("it tells of a call of a turn that is not there")
	}
	m, err := oneMessage(e.Said)
	if err != nil {
		return err
	}
	if len(m.Parts) != 1 {
		return errors.New("it tells of a call without a result")
	}
	r, ok := m.Parts[0].(message.ToolResult)
	if !ok {
		return errors.New("it tells of a call without a result")
	}
	turns[e.Turn-1].results[e.Call] = r
	return nil
}

func oneMessage(raw json.RawMessage) (llms.MessageContent, error) {
	msgs, err := message.Unmarshal(raw)
	if err != nil {
		return llms.MessageContent{}, err
	}
	if len(msgs) != 1 {
		return llms.MessageContent{}, fmt.Errorf("it holds %d messages in the place of one", len(msgs))
	}
	return msgs[0], nil
}

// finished returns what a step made in the past.
func (j *journal) finished(path string) (entry, bool) {
	if j == nil {
		return entry{}, false
	}
	e, ok := j.steps[path] // only written while the journal is read
	return e, ok
}

// intends reports whether the run had been about to add to a conversation.
func (j *journal) intends(path string) bool { return j != nil && j.intents[path] }
