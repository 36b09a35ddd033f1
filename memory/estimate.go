package memory

import (
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Estimate counts tokens without asking anybody: a token for every three bytes
// of text, a few for each message and tool call, and a flat price for files.
//
// It is meant to count too many rather than too few. In recorded answers of
// Bedrock, Claude counted a token for four bytes of English prose; other
// scripts and mathematics have fewer bytes to a token, and a tool call with
// its result costs about 40 tokens beyond its text, most of them for its id.
// Tool definitions, the system prompt and what a model adds for citations are
// not part of a conversation and not counted.
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
	bytesPerMessage = 8 * bytesPerToken // the role and what separates messages
	bytesPerTool    = 20 * bytesPerToken
	bytesPerFile    = 1600 * bytesPerToken // a picture of a megapixel
)

func estimateBytes(p llms.ContentPart) int {
	switch p := p.(type) {
	case llms.ToolCall:
		if p.FunctionCall == nil {
			return bytesPerTool
		}
		return bytesPerTool + len(p.FunctionCall.Name) + len(p.FunctionCall.Arguments)
	case llms.ToolCallResponse:
		return bytesPerTool + len(p.Content)
	case message.ToolResult:
		bytes := bytesPerTool
		for _, q := range p.Parts {
			bytes += estimateBytes(q)
		}
		return bytes
	case message.Reasoning:
		return len(p.Text) + len(p.Signature) + len(p.Redacted) // a signature holds what is not shown
	case message.CachePoint:
		return 0
	}
	if text, ok := message.Text(p); ok {
		return len(text)
	}
	return bytesPerFile
}
