package memory

import (
	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// Estimate counts tokens without asking anybody: a token for every three bytes
// of text, and a flat price for files.
func Estimate(msgs []llms.MessageContent) int {
	bytes := 0
	for _, m := range msgs {
		bytes += bytesPerMessage
		for _, p := range m.Parts {
			bytes += estimateBytes(p)
		}
	}
	return (bytes + bytesPerToken - 1) / bytesPerToken
}

const (
	bytesPerToken   = 3
	bytesPerMessage = 12 // the role and what separates messages
	bytesPerFile    = 1600 * bytesPerToken
)

func estimateBytes(p llms.ContentPart) int {
	switch p := p.(type) {
	case llms.ToolCall:
		if p.FunctionCall == nil {
			return bytesPerMessage
		}
		return bytesPerMessage + len(p.FunctionCall.Name) + len(p.FunctionCall.Arguments)
	case llms.ToolCallResponse:
		return bytesPerMessage + len(p.Content)
	case message.ToolResult:
		bytes := bytesPerMessage
		for _, q := range p.Parts {
			bytes += estimateBytes(q)
		}
		return bytes
	case message.Reasoning:
		return len(p.Text) + len(p.Redacted)
	case message.CachePoint:
		return 0
	}
	if text, ok := message.Text(p); ok {
		return len(text)
	}
	return bytesPerFile
}
