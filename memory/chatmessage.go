package memory

import (
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// chatMessages turns messages into langchaingo's older kind, which holds text,
// tool calls and a tool's answer. What it has no word for is left out.
func chatMessages(msgs []llms.MessageContent) []llms.ChatMessage {
	var all []llms.ChatMessage
	for _, m := range message.Plain(msgs) {
		var text strings.Builder
		var calls []llms.ToolCall
		for _, p := range m.Parts {
			switch p := p.(type) {
			case llms.ToolCall:
				calls = append(calls, p)
			case llms.ToolCallResponse:
				all = append(all, llms.ToolChatMessage{ID: p.ToolCallID, Content: p.Content})
			default:
				t, _ := message.Text(p)
				text.WriteString(t)
			}
		}
		if text.Len() == 0 && calls == nil {
			continue
		}
		all = append(all, chatMessage(m.Role, text.String(), calls))
	}
	return all
}

func chatMessage(role llms.ChatMessageType, text string, calls []llms.ToolCall) llms.ChatMessage {
	switch role {
	case llms.ChatMessageTypeAI:
		return llms.AIChatMessage{Content: text, ToolCalls: calls}
	case llms.ChatMessageTypeHuman:
		return llms.HumanChatMessage{Content: text}
	case llms.ChatMessageTypeSystem:
		return llms.SystemChatMessage{Content: text}
	}
	return llms.GenericChatMessage{Content: text, Role: string(role)}
}

// contents is the reverse of chatMessages.
func contents(chat []llms.ChatMessage) []llms.MessageContent {
	msgs := make([]llms.MessageContent, 0, len(chat))
	for _, m := range chat {
		msgs = append(msgs, content(m))
	}
	return msgs
}

func content(m llms.ChatMessage) llms.MessageContent {
	c := llms.MessageContent{Role: m.GetType()}
	switch m := m.(type) {
	case llms.ToolChatMessage:
		c.Parts = append(c.Parts, llms.ToolCallResponse{ToolCallID: m.ID, Content: m.Content})
		return c
	case llms.FunctionChatMessage:
		c.Role = llms.ChatMessageTypeTool
		c.Parts = append(c.Parts, llms.ToolCallResponse{Name: m.Name, Content: m.Content})
		return c
	case llms.AIChatMessage:
		if m.ReasoningContent != "" {
			c.Parts = append(c.Parts, message.Reasoning{Text: m.ReasoningContent})
		}
		if m.Content != "" {
			c.Parts = append(c.Parts, llms.TextContent{Text: m.Content})
		}
		for _, call := range m.ToolCalls {
			c.Parts = append(c.Parts, call)
		}
		return c
	}
	c.Parts = append(c.Parts, llms.TextContent{Text: m.GetContent()})
	return c
}
