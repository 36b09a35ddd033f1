package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

// reasoningBlock writes reasoning back verbatim. Bedrock checks the signature.
func reasoningBlock(p message.Reasoning) types.ContentBlock {
	if p.Redacted != nil {
		return &types.ContentBlockMemberReasoningContent{
			Value: &types.ReasoningContentBlockMemberRedactedContent{Value: p.Redacted},
		}
	}
	r := types.ReasoningTextBlock{Text: &p.Text}
	if p.Signature != "" {
		r.Signature = &p.Signature
	}
	return &types.ContentBlockMemberReasoningContent{
		Value: &types.ReasoningContentBlockMemberReasoningText{Value: r},
	}
}
