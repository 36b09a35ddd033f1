package memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/message"
)

// FromChatHistory returns a Store over langchaingo's chat histories, such as
// its Mongo, Zep and AlloyDB ones. Open returns the history of a session.
//
// It is as good as what is below it: parts langchaingo has no word for are
// lost, messages of one Append are added one by one, and writers of other
// processes are noticed but not kept out. Within the process writers wait for
// each other.
func FromChatHistory(open func(session string) schema.ChatMessageHistory) Store {
	return &historyStore{open: open}
}

type historyStore struct {
	open  func(session string) schema.ChatMessageHistory
	locks Locks
}

// Load implements [Store].
func (s *historyStore) Load(ctx context.Context, session string) (History, error) {
	if err := ctx.Err(); err != nil {
		return History{}, err
	}
	chat, err := s.open(session).Messages(ctx)
	if err != nil || len(chat) == 0 {
		return History{}, err
	}
	h := History{Messages: contents(chat)}
	h.Revision, err = fingerprint(h.Messages)
	return h, err
}

// Append implements [Store].
func (s *historyStore) Append(ctx context.Context, session string, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	return s.write(ctx, session, at, func(h schema.ChatMessageHistory) error {
		for _, m := range chatMessages(msgs) {
			if err := h.AddMessage(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Replace implements [Store].
func (s *historyStore) Replace(ctx context.Context, session string, at Revision, msgs []llms.MessageContent) (Revision, error) {
	return s.write(ctx, session, at, func(h schema.ChatMessageHistory) error {
		return h.SetMessages(ctx, chatMessages(msgs))
	})
}

// Delete implements [Store].
func (s *historyStore) Delete(ctx context.Context, session string) error {
	return s.open(session).Clear(ctx)
}

func (s *historyStore) write(ctx context.Context, session string, at Revision, change func(schema.ChatMessageHistory) error) (Revision, error) {
	unlock, err := s.locks.Lock(ctx, session)
	if err != nil {
		return "", err
	}
	defer unlock()
	now, err := s.Load(ctx, session)
	if err != nil {
		return "", err
	}
	if now.Revision != at {
		return "", ErrConflict
	}
	if err := change(s.open(session)); err != nil {
		return "", err
	}
	after, err := s.Load(ctx, session)
	return after.Revision, err
}

// fingerprint is a revision for what keeps none.
func fingerprint(msgs []llms.MessageContent) (Revision, error) {
	raw, err := message.Marshal(msgs)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return Revision(hex.EncodeToString(sum[:16])), nil
}

// FromMemory returns a Store over one of langchaingo's memories, which holds a
// single conversation: every session name means that one. Keys say how the
// memory names things; the zero value is what langchaingo's buffers use. Turns
// are saved as their text, and Replace fails, since a memory cannot.
func FromMemory(m schema.Memory, k Keys) Store {
	if k.Input == "" {
		k.Input = "input"
	}
	if k.Output == "" {
		k.Output = "output"
	}
	return &memoryStore{m: m, k: k}
}

type memoryStore struct {
	m  schema.Memory
	k  Keys
	mu sync.Mutex
}

// Load implements [Store]. A memory that hands over one text is shown as one
// message.
func (s *memoryStore) Load(ctx context.Context, _ string) (History, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(ctx)
}

func (s *memoryStore) load(ctx context.Context) (History, error) {
	values, err := s.m.LoadMemoryVariables(ctx, map[string]any{})
	if err != nil {
		return History{}, err
	}
	var h History
	switch v := values[s.m.GetMemoryKey(ctx)].(type) {
	case string:
		if v != "" {
			h.Messages = shownSummary(v)
		}
	case []llms.ChatMessage:
		h.Messages = contents(v)
	default:
		return History{}, fmt.Errorf("memory: a %T under %q; want a string or messages", v, s.m.GetMemoryKey(ctx))
	}
	if len(h.Messages) > 0 {
		h.Revision, err = fingerprint(h.Messages)
	}
	return h, err
}

// Append implements [Store]: what the user and the model said, as one turn.
func (s *memoryStore) Append(ctx context.Context, _ string, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.load(ctx)
	if err != nil {
		return "", err
	}
	if now.Revision != at {
		return "", ErrConflict
	}
	var said, answered string
	for _, m := range chatMessages(msgs) {
		switch m.GetType() {
		case llms.ChatMessageTypeHuman:
			said += m.GetContent()
		case llms.ChatMessageTypeAI:
			answered = m.GetContent() // the last word is the answer
		}
	}
	if err := s.m.SaveContext(ctx, map[string]any{s.k.Input: said}, map[string]any{s.k.Output: answered}); err != nil {
		return "", err
	}
	after, err := s.load(ctx)
	return after.Revision, err
}

// Replace implements [Store]. It fails unless there is nothing to put there.
func (s *memoryStore) Replace(ctx context.Context, _ string, _ Revision, msgs []llms.MessageContent) (Revision, error) {
	if len(msgs) > 0 {
		return "", fmt.Errorf("memory: a langchaingo memory cannot replace its messages: %w", errors.ErrUnsupported)
	}
	return "", s.m.Clear(ctx)
}

// Delete implements [Store].
func (s *memoryStore) Delete(ctx context.Context, _ string) error { return s.m.Clear(ctx) }
