package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

// DefaultMaxTurns is how often an agent's model may answer.
const DefaultMaxTurns = 10

// AgentOptions are what an Agent can be told.
type AgentOptions struct {
	// Output names the value the step makes; empty means the step's name.
	Output string
	// Models and ModelID find the model, as in PromptOptions.
	Models  func(id string) (llms.Model, error)
	ModelID string
	// Tools names those of the set that the model is offered; nil means those
	// the prompt names, or all when it names none.
	Tools []string
	// MaxTurns bounds the model's answers; 0 means DefaultMaxTurns. A model
	// that still calls tools in its last turn is a [TurnsError].
	MaxTurns int
	// StopWhen is a condition looked at after each turn's tools have run; when
	// it is true the agent ends with the text it has. It reads turn (a
	// number), text, and calls: objects with name, arguments, result, isError.
	StopWhen string
	// MaxParallel bounds the tools of one turn that run at once; 0 means the
	// default of package tools.
	MaxParallel int
	// Repairs is as in PromptOptions, for prompts with an output schema.
	Repairs int
	// Approve names tools whose calls wait for a human: the run is interrupted
	// before the tools of a turn start, and Resume takes an object with
	// approved, and perhaps a reason or other arguments. Tools made with
	// NeedsApproval ask too, where the chain has Checkpoints.
	Approve []string
}

// TurnsError says that an agent used up its turns.
type TurnsError struct{ Turns int }

func (e *TurnsError) Error() string {
	return fmt.Sprintf("the model still calls tools after %d turns: raise maxTurns, or tell it in the prompt when to stop", e.Turns)
}

// Agent returns a step that asks a model, runs the tools it calls and tells it
// their results, until it answers without a call. A tool that fails, panics or
// does not exist is told to the model, which may do better. The tools of one
// turn run side by side. The step's inputs and its value are as Prompt's.
func Agent(name string, model llms.Model, prompt PromptSource, set *tools.Set, o *AgentOptions) Step {
	if o == nil {
		o = &AgentOptions{}
	}
	a := &agentStep{asker: newAsker(name, model, prompt, o.Output, o.Models, o.ModelID), o: *o, set: set}
	a.o.Repairs = repairs(o.Repairs)
	if a.o.MaxTurns == 0 {
		a.o.MaxTurns = DefaultMaxTurns
	}
	if o.StopWhen != "" {
		a.stop = compile(o.StopWhen)
	}
	if o.Tools != nil {
		a.set, a.err = set.Subset(o.Tools...)
	}
	return a
}

type agentStep struct {
	asker
	o    AgentOptions
	set  *tools.Set
	err  error // a tool that is not in the set
	stop *expression
}

func (a *agentStep) Run(ctx context.Context, in Values) (Values, error) {
	return a.exec(ctx, frameOf(ctx), env{base: in})
}

func (a *agentStep) exec(ctx context.Context, f frame, in env) (Values, error) {
	q, err := a.prepare(ctx, f, in)
	if err != nil {
		return nil, err
	}
	t := &talk{asked: q, f: f, first: len(q.prompt.Messages), msgs: slices.Clip(q.prompt.Messages)}
	if t.set, err = a.toolsFor(q.prompt.Tools); err != nil {
		return nil, err
	}
	choice, err := a.converse(ctx, t)
	if err != nil {
		return nil, err
	}
	v, final, err := q.answer(ctx, f, t.msgs, choice, a.o.Repairs)
	if err != nil {
		return nil, err
	}
	if q.template.HistoryVar() != "" {
		spoken := slices.Clone(t.msgs[t.first:])
		if !t.stopped {
			spoken = append(spoken, message.Assistant(final))
		}
		f.say(q.prompt.Messages, spoken...)
	}
	return Values{a.output: v}, nil
}

// toolsFor returns the tools the model is offered.
func (a *agentStep) toolsFor(named []string) (*tools.Set, error) {
	if a.err != nil || a.o.Tools != nil || len(named) == 0 {
		return a.set, a.err
	}
	return a.set.Subset(named...)
}

// talk is the conversation of one agent step.
type talk struct {
	asked
	f       frame
	set     *tools.Set
	msgs    []llms.MessageContent
	first   int  // where the prompt ends and the talk begins
	stopped bool // by the agent's own condition, behind a turn's tools
}

// converse goes on until the model answers without calling a tool. Turns that
// are in the run's journal are taken from there.
func (a *agentStep) converse(ctx context.Context, t *talk) (*llms.ContentChoice, error) {
	var offer []llms.CallOption
	if defs := t.set.Definitions(); len(defs) > 0 {
		offer = []llms.CallOption{llms.WithTools(defs)}
	}
	for n := 1; ; n++ {
		now, done := t.f.run.journal.turn(t.f.path, n)
		if done {
			t.f.res.StepResult = now.cost
			earlier := now.cost
			t.f.res.earlier = &earlier
		} else {
			choice, err := t.generate(ctx, t.f, t.msgs, n, offer...)
			if err != nil {
				return nil, err
			}
			now.said = uniqueIDs(message.Assistant(choice), n)
			if len(callsIn(now.said)) == 0 {
				return choice, nil
			}
			if n >= a.o.MaxTurns {
				return nil, &TurnsError{Turns: n}
			}
			if err := t.f.run.journal.addTurn(ctx, t.f, n, now.said); err != nil {
				return nil, err
			}
		}
		t.msgs = append(t.msgs, now.said)
		results, err := a.work(ctx, t, n, now)
		if err != nil {
			return nil, err
		}
		t.msgs = append(t.msgs, results.message())
		text := textIn(now.said)
		if t.stopped, err = a.enough(n, text, callsIn(now.said), results); err != nil {
			return nil, err
		}
		if t.stopped {
			return &llms.ContentChoice{Content: text, StopReason: t.f.res.StopReason}, nil
		}
	}
}

// enough looks at the agent's own condition for stopping.
func (a *agentStep) enough(turn int, text string, calls []llms.ToolCall, results toolResults) (bool, error) {
	if a.stop == nil {
		return false, nil
	}
	told := make([]any, len(calls))
	for i, c := range calls {
		e := toolEvent(c)
		told[i] = map[string]any{"name": e.Name, "arguments": e.Arguments, "result": textOf(results[i]), "isError": results[i].IsError}
	}
	stop, err := a.stop.truth(Values{"turn": turn, "text": text, "calls": told})
	if err != nil {
		return false, fmt.Errorf("stopWhen: %w", err)
	}
	return stop, nil
}

func (a *agentStep) describe(k *checker, at string, sc *scope) signature {
	if a.err != nil {
		k.fault(at, "tools", "", "%v", a.err)
	}
	if a.o.MaxTurns < 1 {
		k.fault(at, "maxTurns", "", "its maxTurns is negative")
	}
	for i, name := range a.o.Approve {
		if _, ok := a.set.Get(name); !ok && a.err == nil {
			k.fault(at, indexed("approve", i), didYouMean(name, a.set.Names()), "there is no tool %s to approve", name)
		}
		k.waits = true
	}
	if a.stop != nil {
		inside := newScope()
		for name, t := range map[string]typ{"turn": typeNamed("integer"), "text": typeNamed("string"), "calls": typeNamed("array")} {
			inside.vars[name] = &variable{typ: t}
		}
		closed := &checker{}
		closed.condition(at, "stopWhen", a.stop, inside)
		k.faults = append(k.faults, closed.faults...)
	}
	sig := k.asker(at, &a.asker, true, sc)
	sig.acts = true
	if t, err := a.known(k); err == nil && t != nil && a.err == nil {
		if _, err := a.toolsFor(t); err != nil {
			k.fault(at, "tools", "", "its prompt: %v", err)
		}
	}
	return sig
}

// known returns the tools the prompt names, where the prompt is known.
func (a *agentStep) known(k *checker) ([]string, error) {
	t, err := settled(a.source)
	if err == nil && t == nil && k.ctx != nil {
		t, err = a.source.Template(k.ctx)
	}
	if err != nil || t == nil {
		return nil, errors.Join(err)
	}
	return t.ToolNames(), nil
}
