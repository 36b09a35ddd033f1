package chain

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// recall is the conversation of one run: loaded once before the first step,
// added to once after the last. A run that fails adds nothing.
//
// What is added is the turn of the last step to finish whose prompt has a
// place for the conversation: what the user said there, and everything the
// model said and did. A nil recall remembers nothing.
type recall struct {
	conv    *memory.Conversation
	history memory.History

	mu  sync.Mutex
	new []llms.MessageContent
}

// recall loads the conversation of session, if the chain has memory.
func (c *Chain) recall(ctx context.Context, session string) (*recall, error) {
	if c.o.Memory == nil || session == "" {
		return nil, nil
	}
	r := &recall{conv: memory.New(c.o.Memory, session, c.o.MemoryOptions)}
	var err error
	if r.history, err = r.conv.Load(ctx); err != nil {
		return nil, fmt.Errorf("chain %s: load the conversation: %w", c.name, err)
	}
	return r, nil
}

// messages returns the conversation so far, never nil.
func (r *recall) messages() []llms.MessageContent {
	if r == nil || r.history.Messages == nil {
		return []llms.MessageContent{}
	}
	return r.history.Messages
}

// turn notes what a step said: the last words of the user in prompt, and the
// answer.
func (r *recall) turn(prompt []llms.MessageContent, answer ...llms.MessageContent) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.new = append(slices.Clone(lastWords(prompt)), answer...)
}

// lastWords returns the user messages that end a prompt: what is said now,
// behind the examples and the conversation.
func lastWords(prompt []llms.MessageContent) []llms.MessageContent {
	end := len(prompt)
	for end > 0 && prompt[end-1].Role != llms.ChatMessageTypeHuman {
		end-- // a beginning of the answer, put into the model's mouth
	}
	start := end
	for start > 0 && prompt[start-1].Role == llms.ChatMessageTypeHuman {
		start--
	}
	return prompt[start:end]
}

// keep adds the new turn to the conversation.
func (r *recall) keep(ctx context.Context, chain string) error {
	if r == nil || len(r.new) == 0 {
		return nil
	}
	if _, err := r.conv.Append(ctx, r.history.Revision, r.new...); err != nil {
		return fmt.Errorf("chain %s: add to the conversation: %w", chain, err)
	}
	return nil
}
