package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"
)

// Runner is a step of a chain, by shape: chain.Step is one, and a whole chain
// becomes one by its Step method.
type Runner interface {
	Name() string
	Inputs() []string
	Outputs() []string
	Run(ctx context.Context, in map[string]any) (map[string]any, error)
}

// FromStep returns a tool that runs a step, or a chain as a step: its inputs
// are the tool's, strings unless Options.InputSchema says otherwise, and all of
// them required. Its outputs are the result; of a single one the value alone.
func FromStep(name, description string, r Runner, o *Options) (*Tool, error) {
	if r == nil {
		return nil, fmt.Errorf("tool %s: no step", name)
	}
	s, err := stepSchema(r, o)
	if err != nil {
		return nil, fmt.Errorf("tool %s: %w", name, err)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("tool %s: schema: %w", name, err)
	}
	return Raw(name, description, raw, func(ctx context.Context, raw json.RawMessage) ([]llms.ContentPart, error) {
		var in any
		if err := decode(raw, &in, true); err != nil {
			return nil, err
		}
		values, _ := numbers(in).(map[string]any) // the schema says that it is an object
		out, err := r.Run(ctx, values)
		if err != nil {
			return nil, err
		}
		result, err := outcomeOf(stepResult(r, out))
		return result.parts, err
	}, o)
}

func stepSchema(r Runner, o *Options) (*jsonschema.Schema, error) {
	if o == nil || o.InputSchema == nil {
		s := &jsonschema.Schema{
			Type: "object", Properties: map[string]*jsonschema.Schema{},
			PropertyOrder: r.Inputs(), Required: r.Inputs(),
			AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		}
		for _, name := range r.Inputs() {
			s.Properties[name] = &jsonschema.Schema{Type: "string"}
		}
		return s, nil
	}
	for _, name := range r.Inputs() {
		if o.InputSchema.Properties[name] == nil {
			return nil, fmt.Errorf("the step %s needs %q, which InputSchema does not have", r.Name(), name)
		}
	}
	return o.InputSchema, nil
}

// numbers turns json.Numbers into what steps expect: float64, but an int64
// where a float64 would round.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil && i != int64(float64(i)) {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

func stepResult(r Runner, out map[string]any) any {
	named := map[string]any{}
	for key, value := range out {
		if slices.Contains(r.Outputs(), key) {
			named[key] = value
		}
	}
	if len(named) == 1 {
		for _, value := range named {
			return value
		}
	}
	return named
}
