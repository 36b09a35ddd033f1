package chain

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/memory"
)

// Options are what a chain can be told. The zero value is a chain that takes
// what its steps need and returns everything they make.
type Options struct {
	Description string
	// Input is the object schema of what a run is started with. Values that it
	// does not name are refused, unless it says additionalProperties; defaults
	// are filled in. Nil: every value that a step needs and no step makes is
	// an input of any type.
	Input *jsonschema.Schema
	// Output names the values that a run returns; empty means all that steps
	// made.
	Output []string
	// Memory keeps the conversations of runs that name a session.
	Memory        memory.Store
	MemoryOptions *memory.Options
	// Checkpoints is where runs write down what they have done, so that they
	// can be resumed. Nil: they do not, unless a step may wait for a human: then
	// they are written down in memory.
	Checkpoints Checkpointer
	// Timeout bounds a whole run; 0 is no bound.
	Timeout time.Duration
	// Events, if set, hears the events of every run, in order, one at a time.
	// It must not block: the run waits for it.
	Events func(Event)
}

// Chain is a checked composition of steps. It holds no state of a run, so it
// may be run by many goroutines at once.
type Chain struct {
	name  string
	steps []Step
	o     Options

	required []string        // inputs that a run must be given
	known    map[string]bool // inputs that a run may be given; nil: any
	defaults map[string]json.RawMessage
	input    *jsonschema.Resolved // nil: not validated
	schema   *jsonschema.Schema   // of the input
	outputs  []string             // names a run returns
	produced []output             // and their types
	recalls  bool                 // some step may read the conversation
	waits    bool                 // some step may wait for a human
	open     bool                 // some step's inputs are not known

	learned atomic.Pointer[Chain] // what Check found out

	ownOnce sync.Once
	own     *InProcessCheckpoints // when it waits and was given no Checkpointer
}

// output is one value a chain returns.
type output struct {
	name string
	typ  typ
}

// New checks the wiring of steps and returns the chain. Its error is a
// [CheckError] with every fault that can be found without asking a prompt
// library: names, order, missing, duplicate and unused values, expressions and
// the types of values. Check finds the rest.
func New(name string, steps []Step, o *Options) (*Chain, error) {
	c := &Chain{name: name, steps: slices.Clone(steps)}
	if o != nil {
		c.o = *o
	}
	k := &checker{chain: name}
	k.chainFaults(c)
	if len(k.faults) > 0 {
		return nil, &CheckError{Chain: name, Faults: k.faults}
	}
	return c, nil
}

// Check resolves every prompt, and through it every model and tool, and checks
// the chain again with what they say about their inputs and outputs, which
// Conversational and OutputSchema know from then on. Its error is a
// [CheckError].
func (c *Chain) Check(ctx context.Context) error {
	k := &checker{chain: c.name, ctx: ctx}
	again := &Chain{name: c.name, steps: c.steps, o: c.o}
	k.chainFaults(again)
	if len(k.faults) > 0 {
		return &CheckError{Chain: c.name, Faults: k.faults}
	}
	c.learned.Store(again)
	return nil
}

// checked is the chain as the last Check saw it.
func (c *Chain) checked() *Chain {
	if again := c.learned.Load(); again != nil {
		return again
	}
	return c
}

// Name returns the chain's name.
func (c *Chain) Name() string { return c.name }

// Description says what the chain is for, in its author's words.
func (c *Chain) Description() string { return c.o.Description }

// Inputs names what a run must be given, in alphabetical order.
func (c *Chain) Inputs() []string { return c.required }

// Outputs names what a run returns.
func (c *Chain) Outputs() []string { return c.outputs }

// Conversational reports whether some step's prompt has a place for the
// conversation: whether memory or RunOptions.History make a difference.
func (c *Chain) Conversational() bool { return c.checked().recalls }

// Waits reports whether a run may stop at a question for a human.
func (c *Chain) Waits() bool { return c.checked().waits }

// InputSchema returns the schema of what a run is started with. Read only.
func (c *Chain) InputSchema() *jsonschema.Schema { return c.schema }

// OutputSchema returns the schema of what a run returns, as far as it is known.
func (c *Chain) OutputSchema() *jsonschema.Schema {
	produced := c.checked().produced
	gives := make([]give, len(produced))
	for i, o := range produced {
		gives[i] = give{name: o.name, typ: o.typ}
	}
	return objectOf(gives)
}
