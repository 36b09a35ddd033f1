package bedrock

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// request is one call on its way out. The SDK wants pointers to numbers: they
// point into it.
type request struct {
	settings
	names        toolNames
	conversation conversion
	in           bedrockruntime.ConverseInput

	inference   types.InferenceConfiguration
	maxOutput   int32
	temperature float32
	topP        float32
}

// newRequest converts a call. Its errors are *Error with CodeInvalidRequest.
func (m *Model) newRequest(ctx context.Context, operation string, msgs []llms.MessageContent, opts []llms.CallOption) (*request, error) {
	r := &request{}
	r.resolve(ctx, m, opts)
	if err := r.build(msgs); err != nil {
		return nil, invalid(operation, r.model, err.Error())
	}
	return r, nil
}

func (r *request) build(msgs []llms.MessageContent) error {
	tools, err := r.toolConfig(&r.names)
	if err != nil {
		return err
	}
	c := &r.conversation
	c.begin(r.family, &r.names, msgs)
	if err := c.add(msgs); err != nil {
		return err
	}
	if tools == nil && c.hasTools {
		if tools = toolsOf(c.turns); tools != nil && len(r.lc.Tools) == 0 {
			c.repair("the history mentions tools and the call offers none: they were declared as gone")
		}
	}
	if err := r.cachePoints(c, tools); err != nil {
		return err
	}
	r.in.ModelId = &r.model
	r.in.Messages, r.in.System, r.in.ToolConfig = c.turns, c.system, tools
	if err := r.buildSettings(); err != nil {
		return err
	}
	if r.Strict {
		if faults := append(c.repairs, r.unsupported()...); len(faults) > 0 {
			return fmt.Errorf("strict: %s", strings.Join(faults, "; "))
		}
	}
	return r.checkShape()
}

// buildSettings writes everything that is not the conversation.
func (r *request) buildSettings() error {
	r.buildInference()
	r.buildGuardrail()
	if fields := r.additionalFields(); fields != nil {
		d, err := documentOf(fields)
		if err != nil {
			return fmt.Errorf("additional fields: %w", err)
		}
		r.in.AdditionalModelRequestFields = d
	}
	if len(r.ResponsePaths) > 0 {
		r.in.AdditionalModelResponseFieldPaths = r.ResponsePaths
	}
	if r.Performance != "" {
		r.in.PerformanceConfig = &types.PerformanceConfiguration{Latency: types.PerformanceConfigLatency(r.Performance)}
	}
	if r.ServiceTier != "" {
		r.in.ServiceTier = &types.ServiceTier{Type: types.ServiceTierType(r.ServiceTier)}
	}
	r.in.RequestMetadata = mergeStrings(r.RequestMetadata, r.call.RequestMetadata)
	if vars := mergeStrings(r.PromptVariables, r.call.PromptVariables); len(vars) > 0 {
		r.in.PromptVariables = make(map[string]types.PromptVariableValues, len(vars))
		for k, v := range vars {
			r.in.PromptVariables[k] = &types.PromptVariableValuesMemberText{Value: v}
		}
	}
	r.buildOutput()
	return nil
}

func (r *request) buildInference() {
	if n := r.maxTokens(); n > 0 {
		r.maxOutput = int32(min(n, math.MaxInt32))
		r.inference.MaxTokens = &r.maxOutput
	}
	if t := r.lc.Temperature; !math.IsNaN(t) {
		r.temperature = float32(t)
		r.inference.Temperature = &r.temperature
	}
	if p := r.lc.TopP; !math.IsNaN(p) {
		r.topP = float32(p)
		r.inference.TopP = &r.topP
	}
	r.inference.StopSequences = r.lc.StopWords
	if r.inference.MaxTokens != nil || r.inference.Temperature != nil || r.inference.TopP != nil || r.inference.StopSequences != nil {
		r.in.InferenceConfig = &r.inference
	}
}

// maxTokens returns the bound of the answer, 0 for none.
func (s *settings) maxTokens() int {
	if s.lc.MaxTokens > 0 {
		return s.lc.MaxTokens
	}
	return s.MaxTokens
}

func (r *request) buildGuardrail() {
	g := r.guardrail()
	if g.ID == "" {
		return
	}
	r.in.GuardrailConfig = &types.GuardrailConfiguration{
		GuardrailIdentifier: &g.ID,
		GuardrailVersion:    &g.Version,
		Trace:               types.GuardrailTrace(g.Trace),
	}
}

// guardrail returns the call's guardrail, or the model's.
func (s *settings) guardrail() Guardrail {
	g := s.Guardrail
	if s.call.GuardrailID != "" {
		g.ID, g.Version = s.call.GuardrailID, s.call.GuardrailVersion
	}
	if g.Version == "" {
		g.Version = "DRAFT"
	}
	return g
}

// buildOutput asks for an answer that follows a schema, and for effort.
func (r *request) buildOutput() {
	schema := r.outputSchema()
	switch fitted := r.call.OutputSchema != nil && !strings.Contains(r.model, ":prompt/"); {
	case fitted && held(r.family, r.base):
		schema = heldSchema(schema)
	case fitted:
		r.in.System = append(slices.Clip(r.in.System), schemaInWords(schema))
		schema = nil
	}
	if schema == nil && r.Effort == "" {
		return
	}
	out := &types.OutputConfig{}
	if r.Effort != "" {
		out.Effort = &r.Effort
	}
	if schema != nil {
		definition := types.JsonSchemaDefinition{Schema: new(string(schema))}
		if r.OutputName != "" {
			definition.Name = &r.OutputName
		}
		out.TextFormat = &types.OutputFormat{
			Type:      types.OutputFormatTypeJsonSchema,
			Structure: &types.OutputFormatStructureMemberJsonSchema{Value: definition},
		}
	}
	r.in.OutputConfig = out
}

// checkShape finds requests that Bedrock would refuse for what they lack or
// hold too much of.
func (r *request) checkShape() error {
	if !strings.Contains(r.model, ":prompt/") {
		if len(r.in.Messages) == 0 {
			return fmt.Errorf("no message for the model: a conversation needs at least one that is not a system message")
		}
		return nil
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"a system message", len(r.in.System) > 0},
		{"tools", r.in.ToolConfig != nil},
		{"inference settings", r.in.InferenceConfig != nil},
		{"additional fields", r.in.AdditionalModelRequestFields != nil},
	} {
		if f.set {
			return fmt.Errorf("%s beside a prompt ARN: the prompt holds its own", f.name)
		}
	}
	return nil
}

// streamInput returns the same request for ConverseStream.
func (r *request) streamInput() *bedrockruntime.ConverseStreamInput {
	in := &bedrockruntime.ConverseStreamInput{
		ModelId:                           r.in.ModelId,
		AdditionalModelRequestFields:      r.in.AdditionalModelRequestFields,
		AdditionalModelResponseFieldPaths: r.in.AdditionalModelResponseFieldPaths,
		InferenceConfig:                   r.in.InferenceConfig,
		Messages:                          r.in.Messages,
		OutputConfig:                      r.in.OutputConfig,
		PerformanceConfig:                 r.in.PerformanceConfig,
		PromptVariables:                   r.in.PromptVariables,
		RequestMetadata:                   r.in.RequestMetadata,
		ServiceTier:                       r.in.ServiceTier,
		System:                            r.in.System,
		ToolConfig:                        r.in.ToolConfig,
	}
	if g := r.in.GuardrailConfig; g != nil {
		in.GuardrailConfig = &types.GuardrailStreamConfiguration{
			GuardrailIdentifier:  g.GuardrailIdentifier,
			GuardrailVersion:     g.GuardrailVersion,
			Trace:                g.Trace,
			StreamProcessingMode: types.GuardrailStreamProcessingMode(r.guardrail().StreamMode),
		}
	}
	return in
}

// mergeStrings returns over laid on base; neither is changed.
func mergeStrings(base, over map[string]string) map[string]string {
	if len(over) == 0 {
		return base
	}
	merged := make(map[string]string, len(base)+len(over))
	maps.Copy(merged, base)
	maps.Copy(merged, over)
	return merged
}
