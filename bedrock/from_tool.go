package bedrock

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// toolCall reads a tool call. Its arguments are the JSON the model wrote, with
// numbers exact.
func (r *request) toolCall(b types.ToolUseBlock) (llms.ContentPart, error) {
	input, err := documentJSON(b.Input)
	if err != nil {
		return nil, fmt.Errorf("the input of tool call %s: %w", str(b.ToolUseId), err)
	}
	arguments := string(input)
	if arguments == "" || arguments == "null" {
		arguments = "{}"
	}
	return r.newToolCall(str(b.ToolUseId), str(b.Name), arguments, b.Type), nil
}

func (r *request) newToolCall(id, name, arguments string, kind types.ToolUseType) llms.ToolCall {
	call := llms.ToolCall{
		ID:           id,
		Type:         "function",
		FunctionCall: &llms.FunctionCall{Name: r.names.toCaller(name), Arguments: arguments},
	}
	if kind == types.ToolUseTypeServerToolUse {
		call.Type = serverTool
	}
	return call
}

// toolResult reads the result of a tool that Bedrock ran itself.
func (r *request) toolResult(b types.ToolResultBlock) (llms.ContentPart, error) {
	result := message.ToolResult{
		ToolCallID: str(b.ToolUseId),
		IsError:    b.Status == types.ToolResultStatusError,
	}
	for _, block := range b.Content {
		switch b := block.(type) {
		case *types.ToolResultContentBlockMemberText:
			result.Parts = append(result.Parts, llms.TextContent{Text: b.Value})
		case *types.ToolResultContentBlockMemberJson:
			value, err := documentJSON(b.Value)
			if err != nil {
				return nil, fmt.Errorf("the result of tool call %s: %w", result.ToolCallID, err)
			}
			result.Parts = append(result.Parts, message.JSON{Value: value})
		case *types.ToolResultContentBlockMemberImage:
			result.Parts = append(result.Parts, imageOf(b.Value))
		case *types.ToolResultContentBlockMemberVideo:
			result.Parts = append(result.Parts, videoOf(b.Value))
		case *types.ToolResultContentBlockMemberDocument:
			result.Parts = append(result.Parts, documentPart(b.Value))
		case *types.ToolResultContentBlockMemberSearchResult:
			result.Parts = append(result.Parts, searchResultOf(b.Value))
		}
	}
	return result, nil
}

// str returns what s points to, "" for nil.
func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
