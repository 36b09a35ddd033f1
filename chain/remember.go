package chain

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

// recall is the conversation of one run: loaded once before the first step,
// added to once after the last. A run that fails adds nothing.
//
// What is added is the turn of the last step to finish whose prompt has a
// place for the conversation: what the user said there, and everything the
// model said and did. A nil recall remembers nothing.
type recall struct {
	store   memory.Store
	conv    *memory.Conversation // nil: the caller keeps it
	history memory.History

	mu  sync.Mutex
	new []llms.MessageContent
}

// conversation is what a run reads and adds to: what its caller gave, which is
// only read, or that of its session.
func (c *Chain) conversation(ctx context.Context, r *run) (*recall, error) {
	if r.history != nil {
		return &recall{history: memory.History{Messages: r.history}}, nil
	}
	return c.recall(ctx, r.session)
}

// recall loads the conversation of session, if the chain has memory.
func (c *Chain) recall(ctx context.Context, session string) (*recall, error) {
	if c.o.Memory == nil || session == "" {
		return nil, nil
	}
	r := &recall{store: c.o.Memory, conv: memory.New(c.o.Memory, session, c.o.MemoryOptions)}
	var err error
	if r.history, err = r.conv.Load(ctx); err != nil {
		return nil, fmt.Errorf("chain %s: %w", c.name, err)
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

// say notes, for the conversation, the last words of the user in prompt and
// what was answered.
func (f frame) say(prompt []llms.MessageContent, answer ...llms.MessageContent) {
	if f.memory != nil {
		f.res.said = append(slices.Clone(lastWords(prompt)), answer...)
	}
}

// turn makes what a finished step has said the turn to remember.
func (r *recall) turn(said []llms.MessageContent) {
	if r == nil || said == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.new = said
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

// keep adds the new turn to the conversation, once: that it is about to is
// written down first, and a resumed run that finds this looks whether it did.
func (f frame) keep(ctx context.Context) error {
	r, j := f.memory, f.run.journal
	if r == nil || r.conv == nil || len(r.new) == 0 {
		return nil
	}
	if j.intends(f.path) {
		done, err := r.holds(ctx)
		if err != nil || done {
			return err
		}
	} else if err := j.add(ctx, entry{Kind: "memory", Key: f.path}); err != nil {
		return err
	}
	_, err := r.conv.Append(ctx, r.history.Revision, r.new...)
	return err
}

// recent is how far back a resumed run looks for its own turn.
const recent = 200

// holds reports whether the new turn is in the conversation already.
func (r *recall) holds(ctx context.Context) (bool, error) {
	h, err := r.store.Load(ctx, r.conv.Session())
	if err != nil {
		return false, err
	}
	want, err := encoded(r.new)
	if err != nil {
		return false, err
	}
	have, err := encoded(h.Messages[max(0, len(h.Messages)-recent-len(want)):])
	if err != nil {
		return false, err
	}
	for i := 0; i+len(want) <= len(have); i++ {
		if slices.Equal(have[i:i+len(want)], want) {
			return true, nil
		}
	}
	return false, nil
}

// encoded returns each message as text that can be compared.
func encoded(msgs []llms.MessageContent) ([]string, error) {
	texts := make([]string, len(msgs))
	for i := range msgs {
		b, err := message.Marshal(msgs[i : i+1])
		if err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}
