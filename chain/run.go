package chain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// RunOptions are what one run can be told.
type RunOptions struct {
	// Session names the conversation that the run reads and adds to. Empty, or
	// in a chain without memory: the run neither reads nor adds.
	Session string
	// RunID identifies the run; empty means a new random one.
	RunID string
	// Labels travel with the run's first event and reach steps and tools by
	// [RunOf].
	Labels map[string]string
	// History is the conversation so far, for a caller who keeps it himself:
	// the run reads it in the place of the chain's memory, and adds nothing to
	// that. A Session beside it is only a name. Nil means the memory's.
	History []llms.MessageContent
	// Checkpoints is where this run writes down what it has done, in the place
	// of the chain's own. Whoever resumes the run gives the same.
	Checkpoints Checkpointer
	// CallOptions go with every model call of the run, after the prompt's own,
	// which they overrule.
	CallOptions []llms.CallOption
	// CallOptionsFor, if set, keeps CallOptions from the model calls of a step,
	// by its path, for which it returns false. It must be quick.
	CallOptionsFor func(step string) bool
	// AnswerTo is, for Resume, the ID of the [Interrupt] that the answer is for,
	// so that one that comes twice does not answer the next question, too.
	// Empty: whatever the run waits at.
	AnswerTo string
	// Events, if set, hears the run's events, in order, one at a time, after
	// the chain's own listener. It must not block: the run waits for it.
	Events func(Event)
	// Streamed has models stream, so that Events hears tokens as [Chain.Stream]
	// yields them.
	Streamed bool
}

// run is the state of one run, shared by everything that works for it.
type run struct {
	id      string
	chain   string
	session string
	labels  map[string]string
	options []llms.CallOption
	optsFor func(step string) bool // nil: every step
	history []llms.MessageContent  // nil: the memory's
	start   time.Time
	sink    func(Event) // nil when nobody listens
	stream  bool        // models are asked to stream

	answerTo    string       // the question that is answered; empty: any
	checkpoints Checkpointer // nil when nothing is written down
	journal     *journal     // nil when nothing is written down

	mu         sync.Mutex
	steps      []StepResult
	prompts    []PromptUse
	usage      message.Usage
	attempts   int
	waited     time.Duration
	firstToken time.Duration
	paused     []StepResult // what steps that wait have cost, since the run began or was resumed
}

// Run runs the chain from in to its result. Models are asked unstreamed, unless
// RunOptions.Streamed says otherwise; events, if anybody listens, are those of
// Stream without tokens. An error is
// an [InputError], a [StepError] or the memory's; the result that comes with
// it, if any, says what was done and spent until then.
func (c *Chain) Run(ctx context.Context, in Values, o *RunOptions) (*Result, error) {
	r := c.newRun(o)
	return c.run(ctx, r, in)
}

func (c *Chain) newRun(o *RunOptions) *run {
	r := &run{chain: c.name, start: time.Now(), sink: c.o.Events}
	if o != nil {
		r.id, r.session, r.labels, r.options = o.RunID, o.Session, o.Labels, o.CallOptions
		r.optsFor, r.history, r.checkpoints, r.answerTo = o.CallOptionsFor, o.History, o.Checkpoints, o.AnswerTo
		r.stream = o.Streamed
		if o.Events != nil {
			r.sink = both(r.sink, o.Events)
		}
	}
	if r.sink != nil {
		r.sink = oneAtATime(r.sink)
	}
	if r.id == "" {
		r.id = rand.Text()
	}
	if r.checkpoints == nil {
		r.checkpoints = c.checkpointer()
	}
	r.steps = make([]StepResult, 0, len(c.steps))
	return r
}

// run is the one path that Run, Stream and everything else takes.
func (c *Chain) run(ctx context.Context, r *run, in Values) (*Result, error) {
	vals, err := c.admit(in)
	if err != nil {
		return nil, err
	}
	if err := c.begin(ctx, r, vals); err != nil {
		return nil, err
	}
	return c.bounded(ctx, r, vals)
}

// bounded runs the chain within its timeout and tells of its start and end.
func (c *Chain) bounded(ctx context.Context, r *run, vals Values) (*Result, error) {
	if o := message.ObserverOf(ctx); o.Delta != nil || o.Notice != nil {
		ctx = message.WithObserver(ctx, message.Observer{}) // whoever runs us from inside a model's call hears his own model only
	}
	if c.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.o.Timeout)
		defer cancel()
	}
	f := frame{run: r}
	if r.sink != nil {
		f.emit(Event{Kind: RunStarted, Labels: r.labels})
	}
	res, err := c.perform(ctx, f, vals)
	if w, ok := errors.AsType[*waiting](err); ok {
		res.Interrupt, err = &w.asked, nil
	}
	if r.sink != nil {
		e := finished(res, err)
		e.Unfinished = r.paused
		f.emit(e)
	}
	return res, err
}

// perform loads the conversation, runs the steps and adds the new turn.
func (c *Chain) perform(ctx context.Context, f frame, vals Values) (*Result, error) {
	var err error
	if f.memory, err = c.conversation(ctx, f.run); err != nil {
		return f.run.result(nil), err
	}
	if err := f.sequence(ctx, c.steps, vals); err != nil {
		return f.run.result(nil), err
	}
	res := f.run.result(env{base: vals}.only(c.outputs))
	if err := f.keep(ctx); err != nil {
		return res, fmt.Errorf("chain %s: %w", c.name, err)
	}
	if err := f.run.journal.add(ctx, entry{Kind: "end", Values: res.Values}); err != nil {
		return res, fmt.Errorf("chain %s: %w", c.name, err)
	}
	return res, nil
}

// result sums up the run.
func (r *run) result(vals Values) *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Result{
		Values: vals, RunID: r.id, Usage: r.usage, Steps: r.steps, Prompts: r.prompts,
		Attempts: r.attempts, Waited: r.waited, FirstToken: r.firstToken, Duration: time.Since(r.start), Labels: r.labels,
	}
}

// finished is the last event of a run.
func finished(res *Result, err error) Event {
	e := Event{
		Kind: RunFinished, Values: res.Values, Usage: &res.Usage, Attempts: res.Attempts,
		Waited: res.Waited, FirstToken: res.FirstToken, Duration: res.Duration, Labels: res.Labels, Result: res,
	}
	if err != nil {
		e.Error, e.Err = err.Error(), err
	}
	if res.Interrupt != nil {
		e.Kind, e.Interrupt = Interrupted, res.Interrupt
	}
	return e
}

// book adds a finished step and what it cost.
func (r *run) book(s StepResult) {
	r.spend(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.steps = append(r.steps, s)
}

// spend adds what a step cost, finished or not.
func (r *run) spend(s StepResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.usage = r.usage.Add(s.Usage)
	r.attempts += s.Attempts
	r.waited += s.Waited
	if s.Prompt != nil && !slices.Contains(r.prompts, *s.Prompt) {
		r.prompts = append(r.prompts, *s.Prompt)
	}
}

// pause adds what a step has cost that waits for a human.
func (r *run) pause(t *tally) {
	r.spend(t.StepResult)
	if s := t.since(); s.Attempts > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.paused = append(r.paused, s)
	}
}

func both(a, b func(Event)) func(Event) {
	if a == nil {
		return b
	}
	return func(e Event) {
		a(e)
		b(e)
	}
}

func oneAtATime(f func(Event)) func(Event) {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		f(e)
	}
}
