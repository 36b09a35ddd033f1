package memorytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

func wantConflict(t *testing.T, doing string, err error) {
	t.Helper()
	if !errors.Is(err, memory.ErrConflict) {
		t.Errorf("%s: %v; want ErrConflict", doing, err)
	}
}

func conflict(t *testing.T, s memory.Store) {
	ctx := t.Context()
	first := add(t, s, "talk", "", exchange(1)...)
	_, err := s.Append(ctx, "talk", "", exchange(9)...)
	wantConflict(t, "a second first append", err)
	second := add(t, s, "talk", first, exchange(2)...)
	_, err = s.Append(ctx, "talk", first, exchange(9)...)
	wantConflict(t, "an append at an old revision", err)
	_, err = s.Replace(ctx, "talk", first, exchange(9))
	wantConflict(t, "a replace at an old revision", err)
	_, err = s.Replace(ctx, "talk", "", exchange(9))
	wantConflict(t, "a replace of what should not exist", err)
	_, err = s.Append(ctx, "nobody", first, exchange(9)...)
	wantConflict(t, "an append to what does not exist", err)
	_, err = s.Append(ctx, "talk", "made up", exchange(9)...)
	wantConflict(t, "an append at a revision that never was", err)

	h := load(t, s, "talk")
	same(t, h.Messages, append(exchange(1), exchange(2)...))
	if h.Revision != second {
		t.Errorf("refused writes moved the session from %q to %q", second, h.Revision)
	}
	if h := load(t, s, "nobody"); h.Revision != "" || len(h.Messages) > 0 {
		t.Errorf("a refused append left %+v behind", h)
	}
}

func replace(t *testing.T, s memory.Store) {
	first := add(t, s, "talk", "", exchange(1)...)
	second, err := s.Replace(t.Context(), "talk", first, exchange(7))
	if err != nil || second == first {
		t.Fatalf("Replace = %q, %v; want a new revision", second, err)
	}
	same(t, load(t, s, "talk").Messages, exchange(7))
	_, err = s.Append(t.Context(), "talk", first, exchange(9)...)
	wantConflict(t, "an append at the revision before a replace", err)
	third := add(t, s, "talk", second, exchange(8)...)
	same(t, load(t, s, "talk").Messages, append(exchange(7), exchange(8)...))

	fourth, err := s.Replace(t.Context(), "talk", third, nil)
	if err != nil {
		t.Fatalf("Replace by nothing: %v", err)
	}
	if h := load(t, s, "talk"); len(h.Messages) > 0 || h.Revision != fourth {
		t.Errorf("replaced by nothing, the session loads as %+v; want nothing at %q", h, fourth)
	}
	add(t, s, "talk", fourth, exchange(5)...)
	same(t, load(t, s, "talk").Messages, exchange(5))

	if _, err := s.Replace(t.Context(), "new", "", exchange(6)); err != nil {
		t.Fatalf("Replace of a new session: %v", err)
	}
	same(t, load(t, s, "new").Messages, exchange(6))
}

func deletion(t *testing.T, s memory.Store) {
	at := add(t, s, "talk", "", exchange(1)...)
	at = add(t, s, "talk", at, exchange(2)...)
	add(t, s, "talkative", "", exchange(3)...)
	if err := s.Delete(t.Context(), "talk"); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	if h := load(t, s, "talk"); len(h.Messages) > 0 || h.Revision != "" {
		t.Errorf("deleted, the session loads as %+v; want nothing at \"\"", h)
	}
	_, err := s.Append(t.Context(), "talk", at, exchange(9)...)
	wantConflict(t, "an append to a deleted session", err)
	same(t, load(t, s, "talkative").Messages, exchange(3))
	if l, ok := s.(memory.Lister); ok {
		for one, err := range l.Sessions(t.Context(), "talk") {
			if err != nil || one.ID == "talk" {
				t.Errorf("deleted, the session is still listed: %+v, %v", one, err)
			}
		}
	}
	if err := s.Delete(t.Context(), "talk"); err != nil {
		t.Errorf("the second Delete: %v", err)
	}
}

// begunAgain deletes a session and begins it anew with as many messages.
func begunAgain(t *testing.T, s memory.Store) {
	old := add(t, s, "talk", "", exchange(1)...)
	if err := s.Delete(t.Context(), "talk"); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	now := add(t, s, "talk", "", exchange(1)...)
	if now == old {
		t.Errorf("begun again, the session has its old revision %q", old)
	}
	_, err := s.Append(t.Context(), "talk", old, exchange(9)...)
	wantConflict(t, "an append at a revision from before the deletion", err)
	same(t, load(t, s, "talk").Messages, exchange(1))
}

func cancelled(t *testing.T, s memory.Store) {
	at := add(t, s, "talk", "", exchange(1)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Append(ctx, "talk", at, exchange(9)...); !errors.Is(err, context.Canceled) {
		t.Errorf("Append under a cancelled context: %v", err)
	}
	if _, err := s.Load(ctx, "talk"); !errors.Is(err, context.Canceled) {
		t.Errorf("Load under a cancelled context: %v", err)
	}
	same(t, load(t, s, "talk").Messages, exchange(1))
}

// writers appends from many sides to one session. Everybody retries on a
// conflict, and in the end every turn is there once, whole, in its writer's order.
func writers(t *testing.T, s memory.Store) {
	const count, each = 8, 6
	var group sync.WaitGroup
	var conflicts atomic.Int64
	for w := range count {
		group.Go(func() {
			for n := range each {
				if err := insist(t.Context(), s, "talk", &conflicts, turnOf(w, n)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	group.Wait()
	everyTurnOnce(t, load(t, s, "talk").Messages, count, each)
	t.Logf("%d appends, %d conflicts", count*each, conflicts.Load())
}

// everyTurnOnce expects the turns of all writers, whole, each writer's in order.
func everyTurnOnce(t *testing.T, msgs []llms.MessageContent, writers, each int) {
	t.Helper()
	if len(msgs) != 2*writers*each {
		t.Fatalf("%d messages after %d appends of 2", len(msgs), writers*each)
	}
	next := make([]int, writers)
	for i := 0; i < len(msgs); i += 2 {
		var w, n int
		text := msgs[i].Parts[0].(llms.TextContent).Text
		if _, err := fmt.Sscanf(text, "question %d of writer %d", &n, &w); err != nil {
			t.Fatalf("message %d is %q", i, text)
		}
		if n != next[w] {
			t.Fatalf("writer %d's turn %d comes where turn %d should", w, n, next[w])
		}
		next[w]++
		same(t, msgs[i:i+2], turnOf(w, n))
	}
}

func turnOf(writer, n int) []llms.MessageContent {
	return []llms.MessageContent{
		said(llms.ChatMessageTypeHuman, "question %d of writer %d", n, writer),
		said(llms.ChatMessageTypeAI, "answer %d to writer %d", n, writer),
	}
}

func insist(ctx context.Context, s memory.Store, session string, conflicts *atomic.Int64, msgs []llms.MessageContent) error {
	for {
		h, err := s.Load(ctx, session)
		if err != nil {
			return fmt.Errorf("load: %w", err)
		}
		_, err = s.Append(ctx, session, h.Revision, msgs...)
		if !errors.Is(err, memory.ErrConflict) {
			return err
		}
		conflicts.Add(1)
	}
}

// readers loads while somebody appends and replaces, and never sees half.
func readers(t *testing.T, s memory.Store) {
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				h, err := s.Load(ctx, "talk")
				if err != nil {
					if ctx.Err() == nil {
						t.Errorf("Load: %v", err)
					}
					return
				}
				if len(h.Messages)%2 != 0 {
					t.Errorf("a reader saw half a turn: %d messages", len(h.Messages))
					return
				}
			}
		})
	}
	at := memory.Revision("")
	for n := range 10 {
		at = add(t, s, "talk", at, exchange(n)...)
		if n%5 == 4 {
			next, err := s.Replace(t.Context(), "talk", at, exchange(n))
			if err != nil {
				t.Errorf("Replace: %v", err)
			}
			at = next
		}
	}
	stop()
	group.Wait()
}
