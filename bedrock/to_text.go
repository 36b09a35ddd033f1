package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// textArena hands out text blocks from one allocation: a long history is
// mostly text.
type textArena []types.ContentBlockMemberText

// block returns text as a block. Blocks handed out before stay where they are,
// since a full arena is replaced and not grown.
func (a *textArena) block(text string) types.ContentBlock {
	if len(*a) == cap(*a) {
		*a = make(textArena, 0, 8)
	}
	*a = append(*a, types.ContentBlockMemberText{Value: text})
	return &(*a)[len(*a)-1]
}
