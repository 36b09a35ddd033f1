package emulator

import (
	"encoding/json"
	"strings"
)

// Validate checks a request as Bedrock does and returns what it would answer,
// nil when it would be let through: each member alone first, then the request
// as a whole. The texts are Bedrock's as its users report them.
func (r *Request) Validate() *Failure {
	if f := checkModelID(r.ModelID); f != nil {
		return f
	}
	var c constraints
	c.check(r)
	if f := c.failure(); f != nil {
		return f
	}
	for _, check := range [...]func(*Request) *Failure{
		checkPrompt, checkContent, checkRoles, checkTools, checkToolTurns, checkDocuments, checkModelRules,
	} {
		if f := check(r); f != nil {
			return f
		}
	}
	return nil
}

// checkPrompt: a prompt resource as model brings its own settings.
func checkPrompt(r *Request) *Failure {
	if !isPrompt(r.ModelID) {
		return nil
	}
	set := r.InferenceConfig
	if len(r.System) > 0 || r.ToolConfig != nil || r.AdditionalFields != nil ||
		set.MaxTokens != nil || set.Temperature != nil || set.TopP != nil || set.StopSequences != nil {
		return invalid("The fields additionalModelRequestFields, inferenceConfig, system and toolConfig can't be used with a prompt resource.")
	}
	return nil
}

// checkContent: no empty message, no blank text, no block that is nothing or
// two things.
func checkContent(r *Request) *Failure {
	for i, b := range r.System {
		if b.Text != nil && blank(*b.Text) {
			return invalid("The text field in the SystemContentBlock object at system.%d is blank. Add text to the text field, and try again.", i)
		}
	}
	for i, m := range r.Messages {
		if len(m.Content) == 0 {
			return invalid("The content field in the Message object at messages.%d is empty. Add a ContentBlock object to the content field and try again.", i)
		}
		for j := range m.Content {
			if f := checkBlock(&m.Content[j], i, j); f != nil {
				return f
			}
		}
	}
	return nil
}

func checkBlock(b *Block, i, j int) *Failure {
	switch b.kinds() {
	case 0:
		return invalid("ContentBlock object at messages.%d.content.%d must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult.", i, j)
	case 1:
	default:
		return invalid("The ContentBlock object at messages.%d.content.%d can't set more than one key. Remove all but one and try again.", i, j)
	}
	switch {
	case b.Text != nil && blank(*b.Text):
		return invalid("The text field in the ContentBlock object at messages.%d.content.%d is blank. Add text to the text field, and try again.", i, j)
	case b.ToolUse != nil && !isObject(b.ToolUse.Input):
		return invalid("The format of the value at messages.%d.content.%d.toolUse.input is invalid. Provide a json object for the field and try again.", i, j)
	case b.ToolResult != nil:
		return checkResult(b.ToolResult, i, j)
	}
	return nil
}

// checkResult: blank text is fine in a tool result, and so is none at all
// unless the tool failed.
func checkResult(t *ToolResult, i, j int) *Failure {
	if len(t.Content) == 0 && t.Status == "error" {
		return invalid("The content field at messages.%d.content.%d.toolResult cannot be empty when status value is error.", i, j)
	}
	for k, b := range t.Content {
		if b.JSON != nil && !isObject(b.JSON) {
			return invalid("The format of the value at messages.%d.content.%d.toolResult.content.%d.json is invalid. Provide a json object for the field and try again.", i, j, k)
		}
	}
	return nil
}

// checkRoles: user first, then turn and turn about. System messages within the
// conversation do not count. Titan Text takes several user turns in a row, as
// recorded traffic shows.
func checkRoles(r *Request) *Failure {
	if len(r.Messages) == 0 && isPrompt(r.ModelID) {
		return nil
	}
	if len(r.Messages) == 0 || r.Messages[0].Role != "user" {
		return invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
	}
	last := "user"
	for _, m := range r.Messages[1:] {
		if m.Role == "system" {
			continue
		}
		if m.Role == last && !strings.Contains(r.ModelID, "amazon.titan-text") {
			return invalid("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.")
		}
		last = m.Role
	}
	return nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// isObject tells a JSON object. The input was parsed before, so its first
// character decides.
func isObject(raw json.RawMessage) bool {
	s := strings.TrimLeft(string(raw), " \t\r\n")
	return strings.HasPrefix(s, "{")
}
