package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func guardedOf(b types.GuardrailConverseContentBlock) llms.ContentPart {
	switch b := b.(type) {
	case *types.GuardrailConverseContentBlockMemberText:
		g := message.Guarded{Text: str(b.Value.Text)}
		for _, q := range b.Value.Qualifiers {
			g.Qualifiers = append(g.Qualifiers, string(q))
		}
		return g
	case *types.GuardrailConverseContentBlockMemberImage:
		g := message.Guarded{MIMEType: guardedFormats.mime(string(b.Value.Format))}
		if s, ok := b.Value.Source.(*types.GuardrailConverseImageSourceMemberBytes); ok {
			g.Data = s.Value
		}
		return g
	}
	return nil
}
