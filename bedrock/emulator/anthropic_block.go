package emulator

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// blocks turns Anthropic's blocks into Converse's.
func (c anthropicContent) blocks() []Block {
	var out []Block
	for _, b := range c {
		if converted, ok := b.block(); ok {
			out = append(out, converted)
		}
	}
	return out
}

func (b *anthropicBlock) block() (Block, bool) {
	switch b.Type {
	case "text":
		return Block{Text: &b.Text}, true
	case "tool_use":
		return Block{ToolUse: &ToolUse{Input: b.Input, Name: b.Name, ID: b.ID}}, true
	case "tool_result":
		return Block{ToolResult: b.result()}, true
	case "thinking":
		return Block{Reasoning: &Reasoning{Text: &ReasoningText{Text: b.Thinking, Signature: b.Signature}}}, true
	case "redacted_thinking":
		data, err := base64.StdEncoding.DecodeString(b.Data)
		if err != nil {
			data = []byte(b.Data)
		}
		return Block{Reasoning: &Reasoning{Redacted: data}}, true
	case "image":
		return Block{Image: &Media{Format: strings.TrimPrefix(b.mediaType(), "image/"), Source: b.bytes()}}, true
	case "document":
		return Block{Document: &Document{Name: b.Title, Format: "pdf", Source: b.bytes()}}, true
	}
	return Block{}, false // a block of a newer kind; it says nothing to a script
}

func (b *anthropicBlock) result() *ToolResult {
	t := &ToolResult{ID: b.ToolUseID}
	if b.IsError {
		t.Status = "error"
	}
	var content anthropicContent
	if len(b.Content) > 0 && json.Unmarshal(b.Content, &content) == nil {
		t.Content = content.blocks()
	}
	return t
}

func (b *anthropicBlock) mediaType() string {
	if b.Source == nil {
		return ""
	}
	return b.Source.MediaType
}

func (b *anthropicBlock) bytes() Source {
	if b.Source == nil {
		return Source{}
	}
	if b.Source.Type == "text" {
		return Source{Text: &b.Source.Data}
	}
	data, err := base64.StdEncoding.DecodeString(b.Source.Data)
	if err != nil {
		return Source{}
	}
	return Source{Bytes: data}
}
