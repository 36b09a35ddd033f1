package lcchain

import (
	"context"
	"maps"
	"slices"

	"github.com/tmc/langchaingo/callbacks"
	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/memory"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/chain"
)

// Options are what a Chain can be told.
type Options struct {
	// Session names the conversation of a call, by what it is called with; nil
	// means none. It is for a chain that has memory of its own.
	Session func(inputs map[string]any) string
	// Memory is langchaingo's, for chains.Call to load from and save to. What it
	// loads is an input of the chain where the chain has one of that name.
	Memory schema.Memory
	// Callbacks hears what happens in the chain.
	Callbacks callbacks.Handler
}

// Chain is one of our chains as one of langchaingo's: for chains.Call, Run,
// Predict and Apply, and as a part of other chains. Call options (temperature,
// tokens, streaming) reach every model call. It is safe for concurrent use as
// far as its Memory is.
type Chain struct {
	c *chain.Chain
	o Options
}

var (
	_ chains.Chain           = (*Chain)(nil)
	_ callbacks.HandlerHaver = (*Chain)(nil)
)

// New returns c as a langchaingo chain.
func New(c *chain.Chain, o *Options) *Chain {
	l := &Chain{c: c}
	if o != nil {
		l.o = *o
	}
	if l.o.Memory == nil {
		l.o.Memory = memory.NewSimple()
	}
	return l
}

// Call implements chains.Chain. A run that waits for a human is a
// [chain.InterruptError].
func (l *Chain) Call(ctx context.Context, inputs map[string]any, options ...chains.ChainCallOption) (map[string]any, error) {
	o := &chain.RunOptions{CallOptions: chains.GetLLMCallOptions(options...)}
	if l.o.Session != nil {
		o.Session = l.o.Session(inputs)
	}
	if l.o.Callbacks != nil {
		o.Events = inside(l.o.Callbacks)
	}
	var asked llms.CallOptions
	for _, f := range o.CallOptions {
		f(&asked)
	}
	res, err := l.run(ctx, l.admitted(inputs), o, asked.StreamingFunc)
	if err != nil {
		return nil, err
	}
	if res.Interrupt != nil {
		return nil, &chain.InterruptError{RunID: res.RunID, Interrupt: *res.Interrupt}
	}
	return res.Values, nil
}

// run streams when somebody wants the tokens.
func (l *Chain) run(ctx context.Context, in chain.Values, o *chain.RunOptions, tokens func(context.Context, []byte) error) (*chain.Result, error) {
	if tokens == nil {
		return l.c.Run(ctx, in, o)
	}
	o.CallOptions = append(o.CallOptions, llms.WithStreamingFunc(nil)) // the tokens come as events, tool calls apart
	var res *chain.Result
	for e, err := range l.c.Stream(ctx, in, o) {
		if err != nil {
			return nil, err
		}
		if e.Kind == chain.Token {
			if err := tokens(ctx, []byte(e.Text)); err != nil {
				return nil, err
			}
		}
		res = e.Result
	}
	return res, nil
}

// admitted are those of inputs that the chain takes: chains.Call hands on
// everything its memory loads. Messages become ours.
func (l *Chain) admitted(inputs map[string]any) chain.Values {
	schema := l.c.InputSchema()
	in := make(chain.Values, len(inputs))
	for name, v := range inputs {
		if schema.Properties[name] == nil && schema.AdditionalProperties == nil && slices.Contains(l.o.Memory.MemoryVariables(context.Background()), name) {
			continue
		}
		if msgs, ok := v.([]llms.ChatMessage); ok {
			v = contents(msgs)
		}
		in[name] = v
	}
	return in
}

// GetMemory implements chains.Chain.
func (l *Chain) GetMemory() schema.Memory { return l.o.Memory }

// GetInputKeys implements chains.Chain.
func (l *Chain) GetInputKeys() []string { return slices.Clone(l.c.Inputs()) }

// GetOutputKeys implements chains.Chain.
func (l *Chain) GetOutputKeys() []string { return slices.Clone(l.c.Outputs()) }

// GetCallbackHandler implements callbacks.HandlerHaver: chains.Call tells it of
// the chain's start and end, and the chain of all that lies between.
func (l *Chain) GetCallbackHandler() callbacks.Handler { return l.o.Callbacks }

// StepOptions are what a Step can be told.
type StepOptions struct {
	// Outputs renames outputs: two LLMChains both make "text".
	Outputs map[string]string
	// Options go with every call.
	Options []chains.ChainCallOption
}

// Step returns a langchaingo chain as a step. Its inputs are the chain's, but
// for those its own memory loads. It is called through chains.Call, so its
// memory and callbacks work.
func Step(name string, lc chains.Chain, o *StepOptions) chain.Step {
	s := &step{name: name, lc: lc}
	if o != nil {
		s.o = *o
	}
	return s
}

type step struct {
	name string
	lc   chains.Chain
	o    StepOptions
}

func (s *step) Name() string { return s.name }

func (s *step) Inputs() []string {
	remembered := s.lc.GetMemory().MemoryVariables(context.Background())
	return slices.DeleteFunc(slices.Clone(s.lc.GetInputKeys()), func(key string) bool { return slices.Contains(remembered, key) })
}

func (s *step) Outputs() []string {
	keys := slices.Clone(s.lc.GetOutputKeys())
	for i, key := range keys {
		keys[i] = s.called(key)
	}
	return keys
}

func (s *step) called(key string) string {
	if other := s.o.Outputs[key]; other != "" {
		return other
	}
	return key
}

func (s *step) Run(ctx context.Context, in chain.Values) (chain.Values, error) {
	got, err := chains.Call(ctx, s.lc, maps.Clone(in), s.o.Options...)
	if err != nil {
		return nil, err
	}
	out := make(chain.Values, len(got))
	for key, v := range got {
		out[s.called(key)] = v
	}
	return out, nil
}
