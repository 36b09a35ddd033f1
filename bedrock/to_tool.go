package bedrock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// serverTool marks, in llms.ToolCall.Type, a call that Bedrock ran itself. It
// is replayed and never run.
const serverTool = string(types.ToolUseTypeServerToolUse)

// toolUseBlock writes a tool call. repaired says that its arguments were no
// JSON object, which Bedrock takes alone; the model then reads its own words.
func toolUseBlock(p llms.ToolCall) (block *types.ContentBlockMemberToolUse, repaired bool, err error) {
	if p.FunctionCall == nil {
		return nil, false, errors.New("a tool call without FunctionCall")
	}
	input, ok := toolInput(p.FunctionCall.Arguments)
	block = &types.ContentBlockMemberToolUse{Value: types.ToolUseBlock{
		ToolUseId: &p.ID,
		Name:      &p.FunctionCall.Name,
		Input:     &rawDocument{json: input},
	}}
	if p.Type == serverTool {
		block.Value.Type = types.ToolUseTypeServerToolUse
	}
	return block, !ok, nil
}

// toolInput returns arguments as the object that Bedrock wants, byte for byte
// where they are one. No arguments are an empty object: a model that streams a
// call without any sends none.
func toolInput(arguments string) ([]byte, bool) {
	trimmed := strings.TrimSpace(arguments)
	if trimmed == "" {
		return emptyObject, true
	}
	if trimmed[0] == '{' && json.Valid([]byte(trimmed)) {
		return []byte(trimmed), true
	}
	wrapped, err := encodeJSON(map[string]string{"malformed_input": arguments})
	if err != nil {
		return emptyObject, false
	}
	return wrapped, false
}

// toolResultBlock writes a tool's result. Status is told only for an error:
// success is the default, and some models refuse the field.
func (c *conversion) toolResultBlock(p message.ToolResult) (*types.ContentBlockMemberToolResult, error) {
	r := types.ToolResultBlock{ToolUseId: &p.ToolCallID}
	if p.IsError {
		r.Status = types.ToolResultStatusError
	}
	r.Content = make([]types.ToolResultContentBlock, 0, len(p.Parts))
	for i, part := range p.Parts {
		b, err := c.toolResultPart(part)
		if err != nil {
			return nil, fmt.Errorf("part %d of the result of %s: %w", i+1, p.ToolCallID, err)
		}
		if b != nil {
			r.Content = append(r.Content, b)
		}
	}
	if len(r.Content) == 0 {
		c.repair("the result of tool call %s was empty and became %q", p.ToolCallID, noOutput)
		r.Content = append(r.Content, &types.ToolResultContentBlockMemberText{Value: noOutput})
	}
	return &types.ContentBlockMemberToolResult{Value: r}, nil
}

// toolResultPart writes one part of a result; nil for a part that Bedrock
// refuses there: blank text, a cache point.
func (c *conversion) toolResultPart(part llms.ContentPart) (types.ToolResultContentBlock, error) {
	switch p := part.(type) {
	case llms.TextContent:
		if strings.TrimSpace(p.Text) == "" {
			return nil, nil
		}
		return &types.ToolResultContentBlockMemberText{Value: p.Text}, nil
	case message.JSON:
		if !json.Valid(p.Value) {
			return nil, errors.New("its JSON is not valid")
		}
		if !bytes.HasPrefix(bytes.TrimSpace(p.Value), []byte("{")) { // Bedrock takes objects only
			return &types.ToolResultContentBlockMemberText{Value: string(p.Value)}, nil
		}
		return &types.ToolResultContentBlockMemberJson{Value: &rawDocument{json: p.Value}}, nil
	case message.Image:
		b, err := imageBlock(p)
		return &types.ToolResultContentBlockMemberImage{Value: b}, err
	case message.Video:
		b, err := videoBlock(p)
		return &types.ToolResultContentBlockMemberVideo{Value: b}, err
	case message.Document:
		b, err := documentBlock(p, c.documents.name(p))
		return &types.ToolResultContentBlockMemberDocument{Value: b}, err
	case message.SearchResult:
		return &types.ToolResultContentBlockMemberSearchResult{Value: searchResultBlock(p)}, nil
	case llms.BinaryContent:
		return c.toolResultPart(binaryPart(p))
	case llms.CachedContent:
		c.repair("a cache point inside the result of a tool was left out")
		return c.toolResultPart(p.ContentPart)
	case message.CachePoint:
		c.repair("a cache point inside the result of a tool was left out")
		return nil, nil
	}
	if text, ok := message.Text(part); ok {
		return &types.ToolResultContentBlockMemberText{Value: text}, nil
	}
	return nil, fmt.Errorf("a %T has no place in a tool's result", part)
}
