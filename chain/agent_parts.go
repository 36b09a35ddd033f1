package chain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// toolResults are the results of one turn, in the order of its calls.
type toolResults []message.ToolResult

// message returns the results as the one turn that models expect after
// parallel calls.
func (r toolResults) message() llms.MessageContent {
	m := llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: make([]llms.ContentPart, len(r))}
	for i, p := range r {
		m.Parts[i] = p
	}
	return m
}

// callsIn returns the tool calls of a model's answer.
func callsIn(m llms.MessageContent) []llms.ToolCall {
	var calls []llms.ToolCall
	for _, p := range m.Parts {
		if c, ok := p.(llms.ToolCall); ok {
			calls = append(calls, c)
		}
	}
	return calls
}

// textIn returns the words of a model's answer.
func textIn(m llms.MessageContent) string {
	var b strings.Builder
	for _, p := range m.Parts {
		if text, ok := message.Text(p); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

// uniqueIDs gives the calls of an answer new ids where the model gave none, or
// one twice: results and idempotency keys need them. Bedrock's are unique.
func uniqueIDs(m llms.MessageContent, turn int) llms.MessageContent {
	seen := map[string]bool{"": true}
	clash := false
	for _, c := range callsIn(m) {
		clash = clash || seen[c.ID]
		seen[c.ID] = true
	}
	if !clash {
		return m
	}
	m.Parts = slices.Clone(m.Parts)
	for i, p := range m.Parts {
		if c, ok := p.(llms.ToolCall); ok {
			c.ID = fmt.Sprintf("call_%d_%d", turn, i)
			m.Parts[i] = c
		}
	}
	return m
}

func toolEvent(c llms.ToolCall) ToolEvent {
	e := ToolEvent{ID: c.ID}
	if c.FunctionCall != nil {
		e.Name, e.Arguments = c.FunctionCall.Name, c.FunctionCall.Arguments
	}
	return e
}

// textOf returns what a result says in words.
func textOf(r message.ToolResult) string {
	var texts []string
	for _, p := range r.Parts {
		if text, ok := message.Text(p); ok {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n")
}
