package bedrock

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

// guardedBlock writes text, or an image, for the guardrail to look at.
func guardedBlock(p message.Guarded) (types.GuardrailConverseContentBlock, error) {
	if p.Data != nil {
		format, ok := guardedFormats.format(p.MIMEType)
		if !ok {
			return nil, fmt.Errorf("a guarded image of type %q: a guardrail looks at %s", p.MIMEType, guardedFormats)
		}
		return &types.GuardrailConverseContentBlockMemberImage{Value: types.GuardrailConverseImageBlock{
			Format: types.GuardrailConverseImageFormat(format),
			Source: &types.GuardrailConverseImageSourceMemberBytes{Value: p.Data},
		}}, nil
	}
	g := types.GuardrailConverseTextBlock{Text: &p.Text}
	for _, q := range p.Qualifiers {
		g.Qualifiers = append(g.Qualifiers, types.GuardrailConverseContentQualifier(q))
	}
	return &types.GuardrailConverseContentBlockMemberText{Value: g}, nil
}
