package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// part returns a block of an answer as a part; nil for one that says nothing.
// It is the table of what comes from where.
func (r *request) part(block types.ContentBlock) (llms.ContentPart, error) {
	switch b := block.(type) {
	case *types.ContentBlockMemberText:
		return llms.TextContent{Text: b.Value}, nil
	case *types.ContentBlockMemberToolUse:
		return r.toolCall(b.Value)
	case *types.ContentBlockMemberToolResult:
		return r.toolResult(b.Value)
	case *types.ContentBlockMemberReasoningContent:
		return reasoningOf(b.Value), nil
	case *types.ContentBlockMemberCitationsContent:
		return r.citedOf(b.Value), nil
	case *types.ContentBlockMemberGuardContent:
		return guardedOf(b.Value), nil
	case *types.ContentBlockMemberImage:
		return imageOf(b.Value), nil
	case *types.ContentBlockMemberVideo:
		return videoOf(b.Value), nil
	case *types.ContentBlockMemberAudio:
		return audioOf(b.Value), nil
	case *types.ContentBlockMemberDocument:
		return documentPart(b.Value), nil
	case *types.ContentBlockMemberSearchResult:
		return searchResultOf(b.Value), nil
	case *types.ContentBlockMemberCachePoint:
		return message.CachePoint{TTL: ttlOf(b.Value.Ttl)}, nil
	}
	return nil, nil // toolAddition, toolRemoval: nothing a caller could do
}
