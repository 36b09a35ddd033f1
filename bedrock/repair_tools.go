package bedrock

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// Words that stand for what a history lost.
const (
	noResult   = "No result of this call was recorded."
	noOutput   = "(no output)"
	lostCallOf = "Result of a tool call that is no longer part of this conversation:"
)

// pairTools makes every call be answered in the turn after it, and every
// result answer a call of the turn before it, in the order of the calls and
// before anything else the user says. Histories that were cut to a window, or
// whose run was interrupted, lack one or the other.
func (c *conversion) pairTools() {
	paired := make([]types.Message, 0, len(c.turns)+1)
	var open []string // ids of the calls of the turn before
	for _, t := range c.turns {
		if t.Role == types.ConversationRoleAssistant {
			open = callIDs(t.Content)
			paired = append(paired, t)
			continue
		}
		t.Content = c.answerCalls(open, t.Content)
		open = nil
		paired = append(paired, t)
	}
	if len(open) > 0 {
		paired = append(paired, types.Message{
			Role:    types.ConversationRoleUser,
			Content: c.answerCalls(open, nil),
		})
	}
	c.turns = paired
}

// callIDs returns the ids of the calls that somebody has to answer.
func callIDs(content []types.ContentBlock) []string {
	var ids []string
	for _, b := range content {
		if use, ok := b.(*types.ContentBlockMemberToolUse); ok && use.Value.Type != types.ToolUseTypeServerToolUse {
			ids = append(ids, *use.Value.ToolUseId)
		}
	}
	return ids
}

// answerCalls returns a user turn's content with its results first, one for
// each open call and in their order.
func (c *conversion) answerCalls(open []string, content []types.ContentBlock) []types.ContentBlock {
	if inOrder(open, content) {
		return content
	}
	results := make(map[string]*types.ContentBlockMemberToolResult)
	var rest []types.ContentBlock
	for _, b := range content {
		r, ok := b.(*types.ContentBlockMemberToolResult)
		if !ok {
			rest = append(rest, b)
			continue
		}
		if id := *r.Value.ToolUseId; results[id] == nil && slices.Contains(open, id) {
			results[id] = r
			continue
		}
		c.repair("the result of %s answers no call of the turn before and became text", *r.Value.ToolUseId)
		rest = append(rest, orphanText(r.Value)...)
	}
	answered := make([]types.ContentBlock, 0, len(open)+len(rest))
	for _, id := range open {
		r := results[id]
		if r == nil {
			c.repair("tool call %s had no result and was given one that says so", id)
			r = missingResult(id)
		}
		answered = append(answered, r)
	}
	return append(answered, rest...)
}

// inOrder reports whether content needs no change: its results come first and
// answer open one by one.
func inOrder(open []string, content []types.ContentBlock) bool {
	n := 0
	for i, b := range content {
		r, ok := b.(*types.ContentBlockMemberToolResult)
		if !ok {
			continue
		}
		if i != n || n >= len(open) || open[n] != *r.Value.ToolUseId {
			return false
		}
		n++
	}
	return n == len(open)
}

func missingResult(id string) *types.ContentBlockMemberToolResult {
	return &types.ContentBlockMemberToolResult{Value: types.ToolResultBlock{
		ToolUseId: &id,
		Status:    types.ToolResultStatusError,
		Content:   []types.ToolResultContentBlock{&types.ToolResultContentBlockMemberText{Value: noResult}},
	}}
}

// orphanText returns a result without a call as content that needs none.
func orphanText(r types.ToolResultBlock) []types.ContentBlock {
	blocks := []types.ContentBlock{&types.ContentBlockMemberText{Value: lostCallOf}}
	for _, part := range r.Content {
		switch p := part.(type) {
		case *types.ToolResultContentBlockMemberText:
			blocks = append(blocks, &types.ContentBlockMemberText{Value: p.Value})
		case *types.ToolResultContentBlockMemberJson:
			if raw, ok := p.Value.(*rawDocument); ok {
				blocks = append(blocks, &types.ContentBlockMemberText{Value: string(raw.json)})
			}
		case *types.ToolResultContentBlockMemberImage:
			blocks = append(blocks, &types.ContentBlockMemberImage{Value: p.Value})
		case *types.ToolResultContentBlockMemberVideo:
			blocks = append(blocks, &types.ContentBlockMemberVideo{Value: p.Value})
		case *types.ToolResultContentBlockMemberDocument:
			blocks = append(blocks, &types.ContentBlockMemberDocument{Value: p.Value})
		case *types.ToolResultContentBlockMemberSearchResult:
			blocks = append(blocks, &types.ContentBlockMemberSearchResult{Value: p.Value})
		}
	}
	return blocks
}
