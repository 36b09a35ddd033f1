package templates

import (
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// earlier returns the messages for the history slot.
func (c *compiled) earlier(vars map[string]any) ([]llms.MessageContent, error) {
	if c.history == nil {
		return nil, nil
	}
	value, given := vars[c.history.key]
	if !given || value == nil {
		return nil, nil
	}
	messages, ok := value.([]llms.MessageContent)
	if !ok {
		return nil, &VariableError{
			Prompt: c.name, Variable: c.history.key, Err: ErrWrongType,
			Detail: fmt.Sprintf("want []llms.MessageContent, got %T", value),
		}
	}
	return lastTurns(messages, c.history.maxTurns), nil
}

// lastTurns keeps the last n turns. A turn begins where the user speaks, so a
// tool call is never parted from its result.
func lastTurns(messages []llms.MessageContent, n int) []llms.MessageContent {
	if n == 0 {
		return messages
	}
	for i, m := range slices.Backward(messages) {
		if m.Role == llms.ChatMessageTypeHuman && !hasToolResult(m) {
			if n--; n == 0 {
				return messages[i:]
			}
		}
	}
	return messages
}

// hasToolResult reports whether a message answers a tool call: some providers
// send those as the user.
func hasToolResult(m llms.MessageContent) bool {
	return slices.ContainsFunc(m.Parts, func(p llms.ContentPart) bool {
		switch p.(type) {
		case llms.ToolCallResponse, message.ToolResult:
			return true
		}
		return false
	})
}

// renderExamples renders the examples once, at load: an example is a turn of
// its own and sees its own input and the defaults, never the caller's values.
func (r *reader) renderExamples(d *draft, c *compiled) {
	for i := range d.examples {
		e := &d.examples[i]
		user, ok := r.exampleUser(e, c)
		if !ok {
			continue
		}
		c.examples = append(c.examples, user, llms.TextParts(llms.ChatMessageTypeAI, e.assistant))
	}
}

func (r *reader) exampleUser(e *example, c *compiled) (llms.MessageContent, bool) {
	if e.input == nil {
		return llms.TextParts(llms.ChatMessageTypeHuman, e.user), true
	}
	if c.exampleText == nil {
		r.fault(e.node, e.path, "no user message follows the examples for the input to go through; give user and assistant")
		return llms.MessageContent{}, false
	}
	sc, err := c.scope(e.input)
	if err == nil {
		var parts []llms.ContentPart
		if parts, err = c.exampleText.render(&sc, nil, nil); err == nil && len(parts) > 0 {
			return llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: parts}, true
		}
	}
	r.fault(e.node, e.path, "the example does not render: %v", err)
	return llms.MessageContent{}, false
}
