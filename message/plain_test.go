package message_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func TestPlain(t *testing.T) {
	in := []llms.MessageContent{
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			message.Image{MIMEType: "image/png", Data: []byte{1}},
			message.Image{MIMEType: "image/png", Source: "s3://b/k"}, // nobody else reads S3
			message.Document{MIMEType: "application/pdf", Data: []byte("%PDF")},
			message.Document{Text: "notes"},
			message.CachePoint{},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			message.Reasoning{Text: "hm", Signature: "s"},
			message.Cited{Text: "so"},
			llms.ToolCall{ID: "1"},
			llms.ToolCall{ID: "2"},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
			message.ToolResult{ToolCallID: "1", Name: "f", Parts: []llms.ContentPart{message.JSON{Value: json.RawMessage(`{"a":1}`)}}},
			message.ToolResult{ToolCallID: "2", Name: "f", IsError: true, Parts: []llms.ContentPart{llms.TextPart("down")}},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{message.Reasoning{Text: "only"}}},
	}
	want := []llms.MessageContent{
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.BinaryContent{MIMEType: "image/png", Data: []byte{1}},
			llms.BinaryContent{MIMEType: "application/pdf", Data: []byte("%PDF")},
			llms.TextPart("notes"),
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			llms.TextPart("so"), llms.ToolCall{ID: "1"}, llms.ToolCall{ID: "2"},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "1", Name: "f", Content: `{"a":1}`}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "2", Name: "f", Content: "Error: down"}}},
	}
	if diff := cmp.Diff(want, message.Plain(in)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
