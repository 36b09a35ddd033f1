package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func guardedOf(b types.GuardrailConverseContentBlock) llms.ContentPart {
	t, ok := b.(*types.GuardrailConverseContentBlockMemberText)
	if !ok {
		return nil
	}
	g := message.Guarded{Text: str(t.Value.Text)}
	for _, q := range t.Value.Qualifiers {
		g.Qualifiers = append(g.Qualifiers, string(q))
	}
	return g
}
