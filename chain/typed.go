package chain

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// Typed returns c as a plain Go function. In is a struct whose JSON fields are
// the chain's inputs. Out is a struct whose JSON fields are outputs of the
// chain, or, where the chain has a single output and Out is no struct that has
// it as a field, that output itself. Both are held against what the chain
// takes and returns now, once, rather than at every call.
//
// A run that waits for a human is an [InterruptError].
func Typed[In, Out any](c *Chain) (func(context.Context, In) (Out, error), error) {
	in, out := reflect.TypeFor[In](), reflect.TypeFor[Out]()
	var faults []Fault
	takes, err := jsonschema.ForType(in, nil)
	if err != nil {
		return nil, fmt.Errorf("chain %s: input type %v: %w", c.name, in, err)
	}
	faults = append(faults, typedInput(c, takes)...)
	gives, err := jsonschema.ForType(out, nil)
	if err != nil {
		return nil, fmt.Errorf("chain %s: output type %v: %w", c.name, out, err)
	}
	single, more := typedOutput(c, gives)
	if faults = append(faults, more...); len(faults) > 0 {
		return nil, &CheckError{Chain: c.name, Faults: faults}
	}
	return func(ctx context.Context, arg In) (Out, error) { return typedRun[Out](ctx, c, arg, single) }, nil
}

// InterruptError says that a run waits for a human where a value was wanted.
type InterruptError struct {
	RunID     string // for Chain.Resume
	Interrupt Interrupt
}

func (e *InterruptError) Error() string {
	return fmt.Sprintf("run %s waits at step %s for an answer", e.RunID, e.Interrupt.Step)
}

func typedRun[Out any](ctx context.Context, c *Chain, arg any, single string) (Out, error) {
	var out Out
	given, err := jsonData(arg)
	if err != nil {
		return out, fmt.Errorf("chain %s: its input does not encode: %w", c.name, err)
	}
	vals, _ := given.(map[string]any)
	res, err := c.Run(ctx, vals, nil)
	if err != nil {
		return out, err
	}
	if res.Interrupt != nil {
		return out, &InterruptError{RunID: res.RunID, Interrupt: *res.Interrupt}
	}
	var got any = res.Values
	if single != "" {
		got = res.Values[single]
	}
	raw, err := json.Marshal(got)
	if err != nil {
		return out, fmt.Errorf("chain %s: its output does not encode: %w", c.name, err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("chain %s: its output does not fit %T: %w", c.name, out, err)
	}
	return out, nil
}

// typedInput holds a struct's schema against what c takes.
func typedInput(c *Chain, s *jsonschema.Schema) []Fault {
	if s.Type != "object" {
		return []Fault{{Field: "input", Message: "the input type must be a struct"}}
	}
	var faults []Fault
	for _, name := range c.required {
		if s.Properties[name] == nil {
			faults = append(faults, Fault{Field: "input." + name, Message: "the input type has no field " + name})
		}
	}
	for _, name := range sortedKeys(s.Properties) {
		want := c.schema.Properties[name]
		if want == nil && c.known != nil && !c.known[name] {
			faults = append(faults, Fault{Field: "input." + name, Message: unknownInput(name, c.known)})
			continue
		}
		if why := misfit(typ{schema: s.Properties[name]}, want); why != "" {
			faults = append(faults, Fault{Field: "input." + name, Message: fmt.Sprintf("the field %s does not fit: %s", name, why)})
		}
	}
	return faults
}

// typedOutput holds a type's schema against what c returns. It returns the name
// of the one output when the type is meant for that alone.
func typedOutput(c *Chain, s *jsonschema.Schema) (single string, faults []Fault) {
	made := c.OutputSchema()
	if len(c.outputs) == 1 && s.Properties[c.outputs[0]] == nil {
		single = c.outputs[0]
		if why := misfit(c.produced[0].typ, s); why != "" {
			faults = append(faults, Fault{Field: "output." + single, Message: "the output does not fit: " + why})
		}
		return single, faults
	}
	for _, name := range sortedKeys(s.Properties) {
		have := made.Properties[name]
		if have == nil {
			faults = append(faults, Fault{Field: "output." + name, Message: "the chain returns no " + name, Hint: didYouMean(name, c.outputs)})
			continue
		}
		if why := misfit(typ{schema: have}, s.Properties[name]); why != "" {
			faults = append(faults, Fault{Field: "output." + name, Message: fmt.Sprintf("the field %s does not fit: %s", name, why)})
		}
	}
	if len(s.Properties) == 0 {
		faults = append(faults, Fault{Field: "output", Message: "the chain returns several values: the output type must be a struct"})
	}
	return "", faults
}
