package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// checkTools: the schemas, the choice, and that tools are declared when the
// history uses any.
func checkTools(r *Request) *Failure {
	if r.ToolConfig == nil {
		if usesTools(r) {
			return invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
		}
		return nil
	}
	var names []string
	for i, t := range r.ToolConfig.Tools {
		if t.Spec == nil {
			continue
		}
		if f := checkSchema(t.Spec, i); f != nil {
			return f
		}
		if slices.Contains(names, t.Spec.Name) {
			return modelError("tools: Tool names must be unique.")
		}
		names = append(names, t.Spec.Name)
	}
	return checkChoice(r.ToolConfig.ToolChoice, names)
}

func checkSchema(t *ToolSpec, i int) *Failure {
	if !isObject(t.InputSchema.JSON) {
		return invalid("The format of the value at toolConfig.tools.%d.toolSpec.inputSchema.json is invalid. Provide a json object for the field and try again.", i)
	}
	var schema struct {
		Type any `json:"type"`
	}
	if json.Unmarshal(t.InputSchema.JSON, &schema) != nil || schema.Type != "object" {
		return invalid("The value at toolConfig.tools.%d.toolSpec.inputSchema.json.type must be one of the following: object.", i)
	}
	return nil
}

func checkChoice(choice map[string]json.RawMessage, names []string) *Failure {
	if len(choice) == 0 {
		return nil
	}
	known := 0
	for _, k := range []string{"auto", "any", "tool"} {
		if _, ok := choice[k]; ok {
			known++
		}
	}
	if known != 1 {
		return invalid("The ToolChoice object at toolConfig.toolChoice must set one of the following keys: auto, any, tool.")
	}
	raw, ok := choice["tool"]
	if !ok {
		return nil
	}
	var tool struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &tool) != nil || !slices.Contains(names, tool.Name) {
		return modelError("tool_choice: Tool '%s' not found in provided tools", tool.Name)
	}
	return nil
}

func usesTools(r *Request) bool {
	for _, m := range r.Messages {
		for _, b := range m.Content {
			if b.ToolUse != nil || b.ToolResult != nil {
				return true
			}
		}
	}
	return false
}

// checkToolTurns: each toolUse is answered in the very next turn, each
// toolResult answers one of the turn before.
func checkToolTurns(r *Request) *Failure {
	var asked []string
	at := 0
	for i, m := range r.Messages {
		if m.Role == "system" {
			continue
		}
		uses, results := toolIDs(m.Content)
		if f := matchTurn(asked, results, i); f != nil {
			return f
		}
		if m.Role == "assistant" {
			if dup := duplicate(uses); dup {
				return modelError("messages.%d.content: `tool_use` ids must be unique", i)
			}
		}
		asked, at = uses, i
	}
	return matchTurn(asked, nil, at+1)
}

func matchTurn(asked, results []string, i int) *Failure {
	if len(results) > len(asked) {
		return invalid("The number of toolResult blocks at messages.%d.content exceeds the number of toolUse blocks of previous turn.", i)
	}
	var missing []string
	for _, id := range asked {
		if !slices.Contains(results, id) {
			missing = append(missing, id)
		}
	}
	if missing != nil {
		return invalid("Expected toolResult blocks at messages.%d.content for the following Ids: %s", i, strings.Join(missing, ", "))
	}
	return nil
}

func toolIDs(blocks []Block) (uses, results []string) {
	for _, b := range blocks {
		switch {
		case b.ToolUse != nil && b.ToolUse.Type != "server_tool_use":
			uses = append(uses, b.ToolUse.ID)
		case b.ToolResult != nil && (b.ToolResult.Type == "" || b.ToolResult.Type == "tool_result"):
			results = append(results, b.ToolResult.ID)
		}
	}
	return uses, results
}

func duplicate(ids []string) bool {
	sorted := slices.Sorted(slices.Values(ids))
	return len(slices.Compact(sorted)) < len(ids)
}

// modelSays stands before what the model's own validation refuses.
const modelSays = "The model returned the following errors: "

// modelError is what the model refuses, behind Converse.
func modelError(format string, args ...any) *Failure { return invalid(modelSays+format, args...) }
