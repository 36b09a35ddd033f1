package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

// guardedBlock writes text for the guardrail to look at.
func guardedBlock(p message.Guarded) types.GuardrailConverseContentBlock {
	g := types.GuardrailConverseTextBlock{Text: &p.Text}
	for _, q := range p.Qualifiers {
		g.Qualifiers = append(g.Qualifiers, types.GuardrailConverseContentQualifier(q))
	}
	return &types.GuardrailConverseContentBlockMemberText{Value: g}
}
