package emulator

import (
	"fmt"
	"slices"
	"strings"
)

// check refuses what the Messages API refuses, in its words. Turns of the same
// role may follow each other there.
func (in *anthropicRequest) check() *Failure {
	if len(in.Messages) == 0 {
		return invalid("messages: at least one message is required")
	}
	if f := in.checkTools(); f != nil {
		return f
	}
	var asked []string
	for i, t := range in.Messages {
		if t.Role != "user" && t.Role != "assistant" {
			return invalid("messages: Unexpected role \"%s\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role.", t.Role)
		}
		if i == 0 && t.Role != "user" {
			return invalid("messages: first message must use the \"user\" role")
		}
		last := i == len(in.Messages)-1
		if len(t.Content) == 0 && !(last && t.Role == "assistant") {
			return invalid("messages.%d: all messages must have non-empty content except for the optional final assistant message", i)
		}
		if f := t.check(i); f != nil {
			return f
		}
		uses, results := t.toolIDs()
		if f := pair(asked, uses, results, t.Role, i); f != nil {
			return f
		}
		if t.Role == "assistant" || len(results) > 0 {
			asked = uses
		}
	}
	return pair(asked, nil, nil, "user", len(in.Messages))
}

func (in *anthropicRequest) checkTools() *Failure {
	var names []string
	for i, t := range in.Tools {
		switch {
		case t.Type != "" && t.Type != "custom":
			continue
		case len(t.Name) > 128 || !toolName.MatchString(t.Name):
			return invalid("tools.%d.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'", i)
		case !isObject(t.InputSchema):
			return invalid("tools.%d.custom.input_schema: Field required", i)
		case slices.Contains(names, t.Name):
			return invalid("tools: Tool names must be unique.")
		}
		names = append(names, t.Name)
	}
	if c := in.ToolChoice; c != nil && c.Type == "tool" && !slices.Contains(names, c.Name) {
		return invalid("Tool '%s' not found in provided tools", c.Name)
	}
	return nil
}

func (t *anthropicTurn) check(i int) *Failure {
	for j, b := range t.Content {
		at := fmt.Sprintf("messages.%d.content.%d", i, j)
		switch {
		case b.Type == "":
			return invalid("%s.type: Field required", at)
		case b.Type == "text" && b.Text == "":
			return invalid("messages: text content blocks must be non-empty")
		case b.Type == "text" && blank(b.Text):
			return invalid("messages: text content blocks must contain non-whitespace text")
		case b.Type == "image" && b.Source != nil && b.Source.Type == "url":
			return invalid("%s.image.source.base64.data: URL sources are not supported", at)
		case b.Type == "tool_use" && !isObject(b.Input):
			return invalid("%s.tool_use.input: Input should be a valid dictionary", at)
		case b.Type == "tool_use" && !toolID.MatchString(b.ID):
			return invalid("%s.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'", at)
		case b.Type == "thinking" && !genuine(&Reasoning{Text: &ReasoningText{Text: b.Thinking, Signature: b.Signature}}):
			return invalid("%s: Invalid `signature` in `thinking` block", at)
		}
	}
	return nil
}

func (t *anthropicTurn) toolIDs() (uses, results []string) {
	for _, b := range t.Content {
		switch b.Type {
		case "tool_use":
			uses = append(uses, b.ID)
		case "tool_result":
			results = append(results, b.ToolUseID)
		}
	}
	return uses, results
}

// pair matches results with the calls of the turn before.
func pair(asked, uses, results []string, role string, i int) *Failure {
	for _, id := range results {
		if !slices.Contains(asked, id) {
			return invalid("messages.%d.content.0: unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.", i, id)
		}
	}
	if duplicate(uses) {
		return invalid("messages.%d.content: `tool_use` ids must be unique", i)
	}
	if role != "user" {
		return nil
	}
	var missing []string
	for _, id := range asked {
		if !slices.Contains(results, id) {
			missing = append(missing, id)
		}
	}
	if missing == nil {
		return nil
	}
	return invalid("messages.%d: `tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message.", i-1, strings.Join(missing, ", "))
}
