package memory

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Keys are the names that langchaingo's chains use for a conversation. Each
// zero field means what its comment says.
type Keys struct {
	History  string // under which the prompt finds it: "history"
	Input    string // whose value the user said: the only input besides History
	Output   string // whose value the model said: the only output
	Messages bool   // hand over []llms.ChatMessage instead of one text
}

func (k Keys) history() string {
	if k.History == "" {
		return "history"
	}
	return k.History
}

// GetMemoryKey implements langchaingo's schema.Memory, with the methods below.
// That interface knows text only and no revisions: SaveContext appends after
// whatever came first, as Options.Merge does.
func (c *Conversation) GetMemoryKey(context.Context) string { return c.o.Langchain.history() }

// MemoryVariables implements schema.Memory.
func (c *Conversation) MemoryVariables(context.Context) []string {
	return []string{c.o.Langchain.history()}
}

// LoadMemoryVariables implements schema.Memory: what Load returns, as lines
// "Human: …" and "AI: …", or as messages.
func (c *Conversation) LoadMemoryVariables(ctx context.Context, _ map[string]any) (map[string]any, error) {
	h, err := c.Load(ctx)
	if err != nil {
		return nil, err
	}
	if c.o.Langchain.Messages {
		return map[string]any{c.o.Langchain.history(): chatMessages(h.Messages)}, nil
	}
	return map[string]any{c.o.Langchain.history(): buffer(h.Messages)}, nil
}

// SaveContext implements schema.Memory.
func (c *Conversation) SaveContext(ctx context.Context, inputs, outputs map[string]any) error {
	said, err := c.one(inputs, c.o.Langchain.Input, "input")
	if err != nil {
		return c.wrap("append to", err)
	}
	answered, err := c.one(outputs, c.o.Langchain.Output, "output")
	if err != nil {
		return c.wrap("append to", err)
	}
	return c.add(ctx, llms.TextParts(llms.ChatMessageTypeHuman, said), llms.TextParts(llms.ChatMessageTypeAI, answered))
}

// Clear implements schema.Memory. It deletes the session.
func (c *Conversation) Clear(ctx context.Context) error { return c.Delete(ctx) }

// add appends at whatever revision the session has.
func (c *Conversation) add(ctx context.Context, msgs ...llms.MessageContent) error {
	msgs, err := c.redacted(ctx, msgs)
	if err != nil {
		return c.wrap("append to", err)
	}
	h, err := c.store.Load(ctx, c.session)
	if err == nil {
		_, err = c.append(ctx, h.Revision, msgs, true)
	}
	return c.wrap("append to", err)
}

// one picks the text of key, or of the only key there is.
func (c *Conversation) one(values map[string]any, key, what string) (string, error) {
	if key == "" {
		for k := range values {
			if k == c.o.Langchain.history() {
				continue
			}
			if key != "" {
				return "", fmt.Errorf("there are several values (%s, %s): name one in Keys.%s", key, k, strings.ToUpper(what[:1])+what[1:])
			}
			key = k
		}
	}
	text, ok := values[key].(string)
	if !ok {
		return "", fmt.Errorf("the %s %q is a %T; want a string", what, key, values[key])
	}
	return text, nil
}

// buffer writes messages as langchaingo's buffer does.
func buffer(msgs []llms.MessageContent) string {
	names := map[string]string{"User": "Human", "Assistant": "AI"}
	var b strings.Builder
	for _, m := range msgs {
		for _, p := range m.Parts {
			text := told(p)
			if text == "" {
				continue
			}
			who := speaker(m.Role, p)
			if name, ok := names[who]; ok {
				who = name
			}
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(who + ": " + text)
		}
	}
	return b.String()
}
