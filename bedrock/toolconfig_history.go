package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// goneTool describes a tool that a history mentions and the call does not
// offer.
const goneTool = "Not available any more. Do not call it."

// toolsOf returns a configuration with the tools that turns mention, for a
// call that offers none: Bedrock refuses a history with tools and no
// toolConfig. Summaries and the choice "none" get there. nil when the turns
// mention no tool.
func toolsOf(turns []types.Message) *types.ToolConfiguration {
	var tc *types.ToolConfiguration
	seen := make(map[string]bool)
	for _, t := range turns {
		for _, b := range t.Content {
			use, ok := b.(*types.ContentBlockMemberToolUse)
			if !ok || seen[*use.Value.Name] || use.Value.Type == types.ToolUseTypeServerToolUse {
				continue
			}
			if tc == nil {
				tc = &types.ToolConfiguration{}
			}
			seen[*use.Value.Name] = true
			tc.Tools = append(tc.Tools, new(toolSpec).fill(*use.Value.Name, goneTool, anyInput))
		}
	}
	return tc
}
