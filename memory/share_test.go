package memory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// TestThousandGoroutines has 1,000 goroutines speak in ten sessions at once;
// none of them conflicts, and nothing is lost.
func TestThousandGoroutines(t *testing.T) {
	for name, s := range map[string]memory.Store{"InProcess": memory.NewInProcess(), "FileStore": openFolder(t, t.TempDir())} {
		t.Run(name, func(t *testing.T) {
			const count, sessions = 1000, 10
			var locks memory.Locks
			var group sync.WaitGroup
			for n := range count {
				group.Go(func() {
					c := memory.New(s, fmt.Sprint("s", n%sessions), &memory.Options{Locks: &locks, Window: 3})
					err := c.Update(t.Context(), func(_ context.Context, h memory.History) ([]llms.MessageContent, error) {
						if len(h.Messages)%2 != 0 || len(h.Messages) > 6 {
							return nil, fmt.Errorf("%d messages in a window of 3 turns", len(h.Messages))
						}
						return []llms.MessageContent{human(fmt.Sprint("q", n)), ai(fmt.Sprint("a", n))}, nil
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			seen := map[string]bool{}
			for n := range sessions {
				h, err := s.Load(t.Context(), fmt.Sprint("s", n))
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range h.Messages {
					seen[texts([]llms.MessageContent{m})] = true
				}
			}
			if len(seen) != 2*count {
				t.Errorf("%d messages survived; want %d", len(seen), 2*count)
			}
		})
	}
}

func TestLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var locks memory.Locks
		unlock, err := locks.Lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := locks.Lock(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a lock that is held: %v", err)
		}
		other, err := locks.Lock(t.Context(), "b")
		if err != nil {
			t.Errorf("another session waits: %v", err)
		}
		other()
		time.AfterFunc(time.Minute, unlock)
		began := time.Now()
		again, err := locks.Lock(t.Context(), "a")
		if err != nil || time.Since(began) != time.Minute {
			t.Errorf("waited %v: %v", time.Since(began), err)
		}
		again()
	})
}

func TestUpdateThatFailsAppendsNothing(t *testing.T) {
	s := memory.NewInProcess()
	c := memory.New(s, "talk", nil)
	broken := errors.New("the model is down")
	err := c.Update(t.Context(), func(context.Context, memory.History) ([]llms.MessageContent, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("Update = %v", err)
	}
	if h, _ := s.Load(t.Context(), "talk"); h.Revision != "" {
		t.Errorf("a failed update left %+v", h)
	}
}

func TestRedact(t *testing.T) {
	s := memory.NewInProcess()
	leak := errors.New("cannot tell what this is")
	c := memory.New(s, "talk", &memory.Options{Redact: func(_ context.Context, m llms.MessageContent) (llms.MessageContent, error) {
		text := m.Parts[0].(llms.TextContent).Text
		if text == "?" {
			return m, leak
		}
		return llms.TextParts(m.Role, strings.ReplaceAll(text, "4111 1111", "[card]")), nil
	}})
	mine := human("my card is 4111 1111")
	at, err := c.Append(t.Context(), "", mine, ai("thanks"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Append(t.Context(), at, human("?")); !errors.Is(err, leak) {
		t.Errorf("a redaction that fails: %v; nothing may be stored", err)
	}
	if err := c.SaveContext(t.Context(), map[string]any{"input": "again 4111 1111"}, map[string]any{"output": "ok"}); err != nil {
		t.Error(err)
	}
	h, err := s.Load(t.Context(), "talk")
	if got := texts(h.Messages); err != nil || got != "my card is [card] thanks again [card] ok" {
		t.Errorf("stored %q, %v", got, err)
	}
	if texts([]llms.MessageContent{mine}) != "my card is 4111 1111" {
		t.Error("the caller's message was changed")
	}
}

func TestExpireExportImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewInProcess()
		fill(t, s, "old", human("1"), calls("x"), results(llms.ChatMessageTypeTool, "x"), ai("done"))
		time.Sleep(time.Hour)
		fill(t, s, "new", human("2"))
		var out bytes.Buffer
		if err := memory.Export(t.Context(), s, &out, "old", "new"); err != nil {
			t.Fatal(err)
		}
		n, err := memory.Expire(t.Context(), s, "", time.Now().Add(-time.Minute))
		if n != 1 || err != nil {
			t.Errorf("Expire = %d, %v", n, err)
		}
		if h, _ := s.Load(t.Context(), "old"); h.Revision != "" {
			t.Error("the old session is still there")
		}
		text := out.String()
		if _, err := memory.Import(t.Context(), s, strings.NewReader(text)); !errors.Is(err, memory.ErrConflict) {
			t.Errorf("an import over a session that exists: %v", err)
		}
		fresh := memory.NewInProcess()
		names, err := memory.Import(t.Context(), fresh, strings.NewReader(text+"\n"))
		if err != nil || !slices.Equal(names, []string{"old", "new"}) {
			t.Fatalf("Import = %v, %v", names, err)
		}
		out.Reset()
		if err := memory.Export(t.Context(), fresh, &out, "old", "new"); err != nil || out.String() != text {
			t.Errorf("exported again it is\n%s%v; want\n%s", out.String(), err, text)
		}
		if _, err := memory.Import(t.Context(), fresh, strings.NewReader("{\"session\":1}\n")); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("a broken import: %v", err)
		}
	})
}
