package experiment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/templates"
)

// UserLabel is the run's label that names the unit of an experiment on users;
// one on conversations takes the run's session.
const UserLabel = "user"

// Runner runs each unit's variant. What it makes is one [chain.Chain], so it
// goes wherever a chain goes: behind serve, into another chain, in a test.
type Runner struct {
	e       *Experiment
	chains  []*chain.Chain // one for each variant
	tracker *Tracker
	o       RunnerOptions
	outer   *chain.Chain
	step    atomic.Int32 // of a canary; -1 once the experiment is halted

	mu   sync.Mutex
	live map[string]running // by run

	shadows chan struct{} // a place for each shadow run
	wait    sync.WaitGroup
	dropped atomic.Int64
}

// running is what a run's end still needs to know of its beginning.
type running struct {
	unit string
	a    Assignment
	err  error
}

// RunnerOptions tune a Runner. The zero value is what the fields say.
type RunnerOptions struct {
	// Attributes are what the experiment's targeting asks about, made of the
	// run's input. Nil has none: targeting then admits nobody.
	Attributes func(ctx context.Context, in chain.Values) map[string]any
	// OnError hears what could not be recorded. Recording never fails a run.
	OnError func(error)
	// Prompts is where Review promotes a winner, when the file's decision names
	// an alias to promote to. Nil never promotes: a person does.
	Prompts templates.Store
	// Checkpoints is where the runs of Chain write down what they have done, for
	// chains that wait for a human or outlive their process. Nil keeps none.
	Checkpoints chain.Checkpointer
	// MaxShadows bounds the shadow runs at once; more are dropped. 0 means 4.
	MaxShadows int
}

// NewRunner returns a runner over one chain for each variant, by the variants'
// keys. The chains must take what the control takes and return what it returns.
func NewRunner(e *Experiment, chains map[string]*chain.Chain, t *Tracker, o *RunnerOptions) (*Runner, error) {
	r := &Runner{e: e, tracker: t, live: map[string]running{}}
	if o != nil {
		r.o = *o
	}
	if r.o.MaxShadows <= 0 {
		r.o.MaxShadows = 4
	}
	r.shadows = make(chan struct{}, r.o.MaxShadows)
	for _, v := range e.Variants {
		c := chains[v.Key]
		if c == nil {
			return nil, fmt.Errorf("experiment %s: no chain for the variant %s", e.Key, v.Key)
		}
		r.chains = append(r.chains, c)
	}
	if err := r.alike(); err != nil {
		return nil, err
	}
	control := r.chains[0]
	var err error
	r.outer, err = chain.New(control.Name(), []chain.Step{r.Step("variant")}, &chain.Options{
		Description: control.Description(), Input: control.InputSchema(), Output: control.Outputs(), Events: r.listen,
		Checkpoints: r.o.Checkpoints,
	})
	if err != nil {
		return nil, fmt.Errorf("experiment %s: %w", e.Key, err)
	}
	return r, nil
}

// alike refuses variants that could not stand in for each other.
func (r *Runner) alike() error {
	control := r.chains[0]
	takes := control.Step("control").Inputs()
	for i, c := range r.chains[1:] {
		key := r.e.Variants[i+1].Key
		for _, name := range c.Inputs() {
			if !slices.Contains(takes, name) {
				return fmt.Errorf("experiment %s: the variant %s needs %s, which the control does not take", r.e.Key, key, name)
			}
		}
		if got, want := slices.Sorted(slices.Values(c.Outputs())), slices.Sorted(slices.Values(control.Outputs())); !slices.Equal(got, want) {
			return fmt.Errorf("experiment %s: the variant %s returns %v, the control %v", r.e.Key, key, got, want)
		}
	}
	return nil
}

// Chain returns the experiment as one chain, by the control's name. Its runs
// are recorded. The unit is the run's session, or its label [UserLabel]; a run
// without a unit gets the control and does not count.
func (r *Runner) Chain() *chain.Chain { return r.outer }

// Run runs the experiment's chain, with labels that say which variant it was:
// "experiment" and "variant" travel with the run's first event.
func (r *Runner) Run(ctx context.Context, in chain.Values, o *chain.RunOptions) (*chain.Result, error) {
	return r.outer.Run(ctx, in, r.labelled(ctx, in, o))
}

// Stream is Run as [chain.Chain.Stream].
func (r *Runner) Stream(ctx context.Context, in chain.Values, o *chain.RunOptions) iter.Seq2[chain.Event, error] {
	return r.outer.Stream(ctx, in, r.labelled(ctx, in, o))
}

func (r *Runner) labelled(ctx context.Context, in chain.Values, o *chain.RunOptions) *chain.RunOptions {
	var own chain.RunOptions
	if o != nil {
		own = *o
	}
	a := r.assign(ctx, r.unit(own.Session, own.Labels), in)
	own.Labels = maps.Clone(own.Labels)
	if own.Labels == nil {
		own.Labels = map[string]string{}
	}
	own.Labels["experiment"], own.Labels["variant"] = r.e.Key, a.Variant.Key
	return &own
}

func (r *Runner) unit(session string, labels map[string]string) string {
	if r.e.Unit == User {
		return labels[UserLabel]
	}
	return session
}

// assign is the experiment's at the canary's step as it is now.
func (r *Runner) assign(ctx context.Context, unit string, in chain.Values) Assignment {
	if unit == "" {
		return r.e.give(0, Uncovered, 0, 0)
	}
	var attributes map[string]any
	if r.o.Attributes != nil {
		attributes = r.o.Attributes(ctx, in)
	}
	return r.e.AssignAt(int(r.step.Load()), unit, attributes)
}

// Step returns the experiment as a step of another chain, in YAML by way of
// chain.Registry.Steps: it runs the variant's chain within that run, with its
// events. Recorded are the exposure, the step's time and whether it failed;
// tokens and the like are known of whole runs only, which Chain, Run and Stream
// record.
func (r *Runner) Step(name string) chain.Step { return &variantStep{name, r} }

type variantStep struct {
	name string
	r    *Runner
}

func (s *variantStep) Name() string      { return s.name }
func (s *variantStep) Inputs() []string  { return s.r.chains[0].Step("control").Inputs() }
func (s *variantStep) Outputs() []string { return s.r.chains[0].Outputs() }

// Run implements [chain.Step].
func (s *variantStep) Run(ctx context.Context, in chain.Values) (chain.Values, error) {
	r, info := s.r, chain.RunOf(ctx)
	unit := r.unit(info.Session, info.Labels)
	a := r.assign(ctx, unit, in)
	if a.Counts() {
		chain.Emit(ctx, chain.Event{Kind: chain.Progress, Text: "experiment " + r.e.Key + ": " + a.Variant.Key})
		chain.Label(ctx, "experiment", r.e.Key)
		chain.Label(ctx, "variant", a.Variant.Key)
		r.record(r.tracker.Expose(context.WithoutCancel(ctx), unit, a))
		if r.e.Mode == Shadow {
			r.shadow(ctx, unit, in)
		}
	}
	began := time.Now()
	out, err := r.chains[a.Index].Step(a.Variant.Key).Run(ctx, in)
	if a.Counts() {
		failure := err
		if err != nil && ctx.Err() != nil {
			failure = errors.Join(err, ctx.Err())
		}
		s.ended(ctx, info, running{unit, a, failure}, time.Since(began))
	}
	return out, err
}

// ended records a step in somebody else's chain, and leaves one in our own to
// the end of its run.
func (s *variantStep) ended(ctx context.Context, info chain.RunInfo, run running, spent time.Duration) {
	r := s.r
	if info.Chain != r.outer.Name() || info.Step != s.name {
		r.record(r.tracker.step(context.WithoutCancel(ctx), run.unit, run.a, info, spent, run.err))
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[info.ID] = run
}

// listen hears the events of the outer chain's runs and records their ends.
func (r *Runner) listen(e chain.Event) {
	if e.Kind != chain.RunFinished && e.Kind != chain.Interrupted {
		return
	}
	r.mu.Lock()
	run, ours := r.live[e.RunID]
	delete(r.live, e.RunID)
	r.mu.Unlock()
	if ours && e.Kind == chain.RunFinished { // one that waits for a human ends when it is resumed
		r.record(r.tracker.Run(context.Background(), run.unit, run.a, e.Result, run.err))
	}
}

func (r *Runner) record(err error) {
	if err != nil && r.o.OnError != nil {
		r.o.OnError(err)
	}
}

// Close waits for the shadow runs that are still going.
func (r *Runner) Close() { r.wait.Wait() }
