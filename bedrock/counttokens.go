package bedrock

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

const opCount = "CountTokens"

// tokenCounter is what CountTokens needs of a Client beyond the interface.
type tokenCounter interface {
	CountTokens(context.Context, *bedrockruntime.CountTokensInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.CountTokensOutput, error)
}

// CountTokens returns how many input tokens msgs are to the model, by asking
// the service, which does not charge for it. Its form is that of
// memory.Counter. Errors are *Error: not every model can be asked.
func (m *Model) CountTokens(ctx context.Context, msgs []llms.MessageContent) (int, error) {
	return m.CountRequest(ctx, msgs)
}

// CountRequest is CountTokens for a whole call: its tools and system prompt
// are counted too.
func (m *Model) CountRequest(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (int, error) {
	counter, ok := m.client.(tokenCounter)
	if !ok {
		return 0, invalid(opCount, m.id, "the client has no CountTokens")
	}
	r, err := m.newRequest(ctx, opCount, msgs, opts)
	if err != nil {
		return 0, err
	}
	id := countedModel(r.model)
	if m.options.BaseModel != "" {
		id = m.options.BaseModel
	}
	out, err := counter.CountTokens(ctx, &bedrockruntime.CountTokensInput{
		ModelId: &id,
		Input: &types.CountTokensInputMemberConverse{Value: types.ConverseTokensRequest{
			Messages:                     r.in.Messages,
			System:                       r.in.System,
			ToolConfig:                   r.in.ToolConfig,
			AdditionalModelRequestFields: r.in.AdditionalModelRequestFields,
		}},
	})
	if err != nil {
		return 0, callError(opCount, id, err)
	}
	return intOf(out.InputTokens), nil
}

// countedModel returns the foundation model's id: CountTokens takes no
// inference profile. A profile's id is the model's after the regions it spans.
func countedModel(id string) string {
	if i := strings.LastIndex(id, "inference-profile/"); i >= 0 && !strings.Contains(id, "application-inference-profile/") {
		id = id[i+len("inference-profile/"):]
	}
	if region, rest, _ := strings.Cut(id, "."); slices.Contains(profileRegions, region) {
		return rest
	}
	return id
}

// profileRegions are the prefixes of inference profiles (Bedrock user guide,
// supported regions and models for inference profiles).
var profileRegions = []string{"us", "eu", "apac", "global", "jp", "au", "ca", "sa", "us-gov"}
