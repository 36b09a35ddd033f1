package bedrock

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// openCall is a call that waits for its result: the id its caller wrote, and
// the one that is sent.
type openCall struct{ written, sent string }

// toolIDs gives calls ids that fit [a-zA-Z0-9_.:-]{1,64} and occur once in a
// conversation. Providers that number the calls of each turn anew repeat
// theirs, and some give none.
type toolIDs struct {
	c     *conversion
	used  map[string]bool
	open  []openCall // of the assistant's turn before
	calls int
}

// repairToolIDs makes the ids of calls and of their results fit.
func (c *conversion) repairToolIDs() {
	ids := toolIDs{c: c, used: make(map[string]bool)}
	for _, t := range c.turns {
		if t.Role == types.ConversationRoleAssistant {
			ids.open = ids.open[:0]
		}
		for _, b := range t.Content {
			switch b := b.(type) {
			case *types.ContentBlockMemberToolUse:
				ids.call(b)
			case *types.ContentBlockMemberToolResult:
				ids.result(b)
			}
		}
	}
}

// call keeps a good id and replaces any other by the call's number.
func (ids *toolIDs) call(b *types.ContentBlockMemberToolUse) {
	ids.calls++
	written := *b.Value.ToolUseId
	sent := written
	if !validName(sent, 64, isToolIDByte) || ids.used[sent] {
		for n := ids.calls; ; n++ {
			if sent = "tooluse_" + strconv.Itoa(n); !ids.used[sent] {
				break
			}
		}
		ids.c.repair("the id %q of a tool call does not fit Bedrock's rule or was used before; it became %s", written, sent)
		b.Value.ToolUseId = &sent
	}
	ids.used[sent] = true
	ids.open = append(ids.open, openCall{written, sent})
}

// result gives a result the id of the first open call that was written with
// its own; without one it answers the first call that is open.
func (ids *toolIDs) result(b *types.ContentBlockMemberToolResult) {
	written := *b.Value.ToolUseId
	i := slices.IndexFunc(ids.open, func(o openCall) bool { return o.written == written || written == "" })
	if i < 0 {
		return // an orphan: it becomes text
	}
	b.Value.ToolUseId = new(ids.open[i].sent)
	ids.open = slices.Delete(ids.open, i, i+1)
}
