package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func reasoningOf(b types.ReasoningContentBlock) llms.ContentPart {
	switch b := b.(type) {
	case *types.ReasoningContentBlockMemberReasoningText:
		return message.Reasoning{Text: str(b.Value.Text), Signature: str(b.Value.Signature)}
	case *types.ReasoningContentBlockMemberRedactedContent:
		return message.Reasoning{Redacted: b.Value}
	}
	return nil
}
