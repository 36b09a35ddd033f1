package chain

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// frame is where a step stands in a run. The package's own steps are handed
// it; it reaches other people's steps, and tools, in the context.
type frame struct {
	run    *run
	path   string  // of the step; empty for the chain itself
	res    *tally  // what the step cost; nil outside one
	memory *recall // the conversation; nil when there is none
}

type frameKey struct{}

// frameOf returns the frame of ctx, or one of a run that nobody watches, so
// that a step can be run, in a test for example, without a chain.
func frameOf(ctx context.Context) frame {
	if f, ok := ctx.Value(frameKey{}).(*frame); ok {
		return *f
	}
	return frame{run: &run{start: time.Now()}, res: &tally{}}
}

// tally is what a step has cost so far, and what it has said for the
// conversation to remember.
type tally struct {
	mu sync.Mutex // held while a model's cost is booked: tools may ask models side by side
	StepResult
	earlier *StepResult // of it, what was spent before the run was resumed; nil: nothing
	said    []llms.MessageContent
}

// since is what the step cost since the run began or was resumed.
func (t *tally) since() StepResult {
	s := t.StepResult
	if t.earlier != nil {
		s.Usage = s.Usage.Sub(t.earlier.Usage)
		s.Attempts -= t.earlier.Attempts
		s.Waited -= t.earlier.Waited
	}
	return s
}

// within returns ctx with f in it.
func (f frame) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, frameKey{}, &f)
}

// RunInfo says which run a step or tool works for.
type RunInfo struct {
	ID, Chain, Step, Session string
	Labels                   map[string]string // read only
}

// RunOf returns the run of ctx, for steps and tools. It is zero outside a run.
func RunOf(ctx context.Context) RunInfo {
	f, ok := ctx.Value(frameKey{}).(*frame)
	if !ok {
		return RunInfo{}
	}
	f.run.mu.Lock()
	defer f.run.mu.Unlock()
	return RunInfo{ID: f.run.id, Chain: f.run.chain, Step: f.path, Session: f.run.session, Labels: f.run.labels}
}

// Label adds a label to the run of ctx, for steps that learn something about
// it: [RunOf] tells it from then on, and so do the run's last event and its
// [Result]. Outside a run it does nothing. A resumed run has the labels of its
// start and those of the steps that it does again.
func Label(ctx context.Context, key, value string) {
	f, ok := ctx.Value(frameKey{}).(*frame)
	if !ok {
		return
	}
	f.run.mu.Lock()
	defer f.run.mu.Unlock()
	labels := make(map[string]string, len(f.run.labels)+1) // whoever has read the old ones keeps them
	maps.Copy(labels, f.run.labels)
	labels[key] = value
	f.run.labels = labels
}

// emit tells e, which happened at f. The caller has seen that run.sink is set,
// so that nothing is spent on events nobody reads.
func (f frame) emit(e Event) {
	e.Time, e.RunID, e.Chain, e.Step = time.Now(), f.run.id, f.run.chain, f.path
	f.run.sink(e)
}

// observe returns ctx with an observer that turns what a model does into
// events of f.
func (f frame) observe(ctx context.Context, turn int, start time.Time) context.Context {
	if f.run.sink == nil {
		return ctx
	}
	o := message.Observer{Notice: func(n message.Notice) { f.notice(n, turn) }}
	if f.run.stream {
		o.Delta = func(d message.Delta) error {
			f.delta(d, turn, start)
			return context.Cause(ctx)
		}
	}
	return message.WithObserver(ctx, o)
}

func (f frame) delta(d message.Delta, turn int, start time.Time) {
	kind := Token
	switch d.Kind {
	case message.DeltaText:
		f.firstToken(start)
	case message.DeltaReasoning:
		kind = Reasoning
	default:
		return // a tool's input is told whole, citations come with the answer
	}
	if d.Text != "" {
		f.emit(Event{Kind: kind, Text: d.Text, Turn: turn})
	}
}

// firstToken notes the time of the step's and the run's first token.
func (f frame) firstToken(start time.Time) {
	f.res.mu.Lock()
	if f.res.FirstToken == 0 {
		f.res.FirstToken = time.Since(start)
	}
	f.res.mu.Unlock()
	f.run.mu.Lock()
	defer f.run.mu.Unlock()
	if f.run.firstToken == 0 {
		f.run.firstToken = time.Since(f.run.start)
	}
}

func (f frame) notice(n message.Notice, turn int) {
	if n.Kind == message.NoticeAttempt {
		return // every call has one: only what goes wrong is news
	}
	e := &RetryEvent{What: n.Kind, Model: n.Model, Attempt: n.Attempt, Wait: n.Wait, Class: n.Class}
	if n.Err != nil {
		e.Error = n.Err.Error()
	}
	f.emit(Event{Kind: Retry, Turn: turn, Retry: e})
}
