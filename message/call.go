package message

import (
	"context"
	"encoding/json"
	"maps"
)

// Call holds the settings of one call that llms.CallOptions cannot carry. They
// travel in the context because CallOptions.Metadata is one shared map that
// options overwrite and that other providers send to their servers.
type Call struct {
	RequestMetadata  map[string]string // tags kept in the service's invocation log
	AdditionalFields map[string]any    // model-specific request fields, merged over the model's own
	GuardrailID      string
	GuardrailVersion string
	OutputSchema     json.RawMessage   // a JSON Schema the answer should follow; a model asks for as much of it as it can, so check the answer
	PromptVariables  map[string]string // for a prompt ARN as model
}

type callKey struct{}

// WithCall returns a context whose call settings are those of ctx with c's
// non-zero fields over them; maps are merged key by key, c's winning.
func WithCall(ctx context.Context, c Call) context.Context {
	m := CallOf(ctx)
	m.RequestMetadata = merged(m.RequestMetadata, c.RequestMetadata)
	m.AdditionalFields = merged(m.AdditionalFields, c.AdditionalFields)
	m.PromptVariables = merged(m.PromptVariables, c.PromptVariables)
	if c.GuardrailID != "" {
		m.GuardrailID, m.GuardrailVersion = c.GuardrailID, c.GuardrailVersion
	}
	if c.OutputSchema != nil {
		m.OutputSchema = c.OutputSchema
	}
	return context.WithValue(ctx, callKey{}, m)
}

// CallOf returns the settings of ctx. Its maps are shared: read only.
func CallOf(ctx context.Context) Call {
	c, _ := ctx.Value(callKey{}).(Call)
	return c
}

// merged returns over laid on base. Neither is changed.
func merged[V any](base, over map[string]V) map[string]V {
	if len(over) == 0 {
		return base
	}
	if len(base) == 0 {
		return over
	}
	m := maps.Clone(base)
	maps.Copy(m, over)
	return m
}
