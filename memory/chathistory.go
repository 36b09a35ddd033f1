package memory

import (
	"context"

	"github.com/tmc/langchaingo/llms"
)

// ChatHistory is a conversation as langchaingo's schema.ChatMessageHistory. It
// shows what the conversation's window and budget show. Like that interface it
// knows no revisions: messages are added after whatever came first.
type ChatHistory struct{ c *Conversation }

// ChatHistory returns the conversation for langchaingo's own memories, such as
// memory.WithChatHistory.
func (c *Conversation) ChatHistory() *ChatHistory { return &ChatHistory{c} }

// AddMessage adds a message.
func (h *ChatHistory) AddMessage(ctx context.Context, m llms.ChatMessage) error {
	return h.c.add(ctx, content(m))
}

// AddUserMessage adds what the user said.
func (h *ChatHistory) AddUserMessage(ctx context.Context, text string) error {
	return h.AddMessage(ctx, llms.HumanChatMessage{Content: text})
}

// AddAIMessage adds what the model said.
func (h *ChatHistory) AddAIMessage(ctx context.Context, text string) error {
	return h.AddMessage(ctx, llms.AIChatMessage{Content: text})
}

// Clear deletes the session.
func (h *ChatHistory) Clear(ctx context.Context) error { return h.c.Delete(ctx) }

// Messages returns what a model should see.
func (h *ChatHistory) Messages(ctx context.Context) ([]llms.ChatMessage, error) {
	all, err := h.c.Load(ctx)
	if err != nil {
		return nil, err
	}
	return chatMessages(all.Messages), nil
}

// SetMessages puts messages in place of all that is there.
func (h *ChatHistory) SetMessages(ctx context.Context, chat []llms.ChatMessage) error {
	msgs, err := h.c.redacted(ctx, contents(chat))
	if err != nil {
		return h.c.wrap("replace", err)
	}
	now, err := h.c.store.Load(ctx, h.c.session)
	if err == nil {
		_, err = h.c.store.Replace(ctx, h.c.session, now.Revision, msgs)
	}
	return h.c.wrap("replace", err)
}
