package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

func human(text string) llms.MessageContent { return llms.TextParts(llms.ChatMessageTypeHuman, text) }
func ai(text string) llms.MessageContent    { return llms.TextParts(llms.ChatMessageTypeAI, text) }

func calls(ids ...string) llms.MessageContent {
	m := llms.MessageContent{Role: llms.ChatMessageTypeAI}
	for _, id := range ids {
		m.Parts = append(m.Parts, llms.ToolCall{ID: id, Type: "function", FunctionCall: &llms.FunctionCall{Name: "find", Arguments: `{"id":"` + id + `"}`}})
	}
	return m
}

func results(role llms.ChatMessageType, ids ...string) llms.MessageContent {
	m := llms.MessageContent{Role: role}
	for _, id := range ids {
		m.Parts = append(m.Parts, message.ToolResult{ToolCallID: id, Name: "find", Parts: []llms.ContentPart{llms.TextContent{Text: "found " + id}}})
	}
	return m
}

func texts(msgs []llms.MessageContent) string {
	var all []string
	for _, m := range msgs {
		for _, p := range m.Parts {
			switch p := p.(type) {
			case llms.TextContent:
				all = append(all, p.Text)
			case llms.ToolCall:
				all = append(all, "call:"+p.ID)
			case message.ToolResult:
				all = append(all, "result:"+p.ToolCallID)
			}
		}
	}
	return strings.Join(all, " ")
}

func fill(t *testing.T, s memory.Store, session string, msgs ...llms.MessageContent) {
	t.Helper()
	if _, err := s.Append(t.Context(), session, "", msgs...); err != nil {
		t.Fatal(err)
	}
}

func TestWindow(t *testing.T) {
	msgs := []llms.MessageContent{
		ai("welcome"),
		human("one"), calls("a", "b"), results(llms.ChatMessageTypeTool, "a", "b"), ai("1"),
		human("two"), calls("c"), results(llms.ChatMessageTypeHuman, "c"), ai("2"),
		human("three"), human("and more"), ai("3"),
	}
	for _, tt := range []struct {
		name string
		o    memory.Options
		want string
	}{
		{"all", memory.Options{}, "welcome one call:a call:b result:a result:b 1 two call:c result:c 2 three and more 3"},
		{"wide", memory.Options{Window: 9}, "welcome one call:a call:b result:a result:b 1 two call:c result:c 2 three and more 3"},
		{"two", memory.Options{Window: 2}, "welcome two call:c result:c 2 three and more 3"},
		{"one", memory.Options{Window: 1}, "welcome three and more 3"},
		{"pinned", memory.Options{Window: 1, Pin: func(m llms.MessageContent) bool { return texts([]llms.MessageContent{m}) == "1" }}, "welcome one call:a call:b result:a result:b 1 three and more 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := memory.NewInProcess()
			fill(t, s, "talk", msgs...)
			h, err := memory.New(s, "talk", &tt.o).Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(h.Messages); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func words(_ context.Context, msgs []llms.MessageContent) (int, error) {
	return len(strings.Fields(texts(msgs))), nil
}

func TestBudget(t *testing.T) {
	s := memory.NewInProcess()
	fill(t, s, "talk", ai("welcome"), human("one a b c"), ai("1"), human("two a"), ai("2"), human("three"), ai("3"))
	for budget, want := range map[int]string{
		1: "welcome", 2: "welcome", 3: "welcome three 3", 5: "welcome three 3", 6: "welcome two a 2 three 3", 99: "welcome one a b c 1 two a 2 three 3",
	} {
		h, err := memory.New(s, "talk", &memory.Options{MaxTokens: budget, Counter: words}).Load(t.Context())
		if got := texts(h.Messages); err != nil || got != want {
			t.Errorf("budget %d: %q, %v; want %q", budget, got, err, want)
		}
	}
	pinAll := func(llms.MessageContent) bool { return true }
	_, err := memory.New(s, "talk", &memory.Options{MaxTokens: 7, Counter: words, Pin: pinAll}).Load(t.Context())
	if over, ok := errors.AsType[*memory.BudgetError](err); !ok || over.Tokens != 11 || over.Budget != 7 {
		t.Errorf("with more pinned than fits: %v; want a *BudgetError of 11 over 7", err)
	}
	broken := errors.New("no network")
	_, err = memory.New(s, "talk", &memory.Options{MaxTokens: 7, Counter: func(context.Context, []llms.MessageContent) (int, error) { return 0, broken }}).Load(t.Context())
	if !errors.Is(err, broken) {
		t.Errorf("with a counter that fails: %v", err)
	}
}

// talkOf makes a conversation up: turns with tools, results in either role,
// repeated questions, greetings.
func talkOf(r *rand.Rand) []llms.MessageContent {
	var msgs []llms.MessageContent
	if r.IntN(3) == 0 {
		msgs = append(msgs, ai("welcome"))
	}
	for n := range r.IntN(12) {
		msgs = append(msgs, human(strings.Repeat("w ", 1+r.IntN(20))))
		if r.IntN(4) == 0 {
			msgs = append(msgs, human("and"))
		}
		for i := range r.IntN(3) {
			ids := []string{fmt.Sprintf("%d.%d.a", n, i), fmt.Sprintf("%d.%d.b", n, i)}[:1+r.IntN(2)]
			role := []llms.ChatMessageType{llms.ChatMessageTypeTool, llms.ChatMessageTypeHuman}[r.IntN(2)]
			msgs = append(msgs, calls(ids...))
			for _, id := range ids {
				msgs = append(msgs, results(role, id))
			}
		}
		msgs = append(msgs, ai(strings.Repeat("a ", r.IntN(20))+"."))
	}
	return msgs
}

// TestWindowNeverSplits holds for any conversation, window, pins and budget:
// every call has its result and every result its call, what is shown is a
// subsequence that ends where the conversation does, and the budget is kept.
func TestWindowNeverSplits(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 1))
		msgs := talkOf(r)
		s := memory.NewInProcess()
		if len(msgs) > 0 {
			fill(t, s, "talk", msgs...)
		}
		o := &memory.Options{Window: r.IntN(6), MaxTokens: r.IntN(2) * (20 + r.IntN(100)), Counter: words}
		if r.IntN(3) == 0 {
			n := r.IntN(len(msgs) + 1)
			o.Pin = func(m llms.MessageContent) bool { return n < len(msgs) && reflect.DeepEqual(m, msgs[n]) }
		}
		h, err := memory.New(s, "talk", o).Load(t.Context())
		if over, ok := errors.AsType[*memory.BudgetError](err); ok && over.Tokens > o.MaxTokens {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		open := map[string]bool{}
		for _, m := range h.Messages {
			for _, p := range m.Parts {
				switch p := p.(type) {
				case llms.ToolCall:
					open[p.ID] = true
				case message.ToolResult:
					if !open[p.ToolCallID] {
						t.Fatalf("seed %d: the result of %s stands without its call", seed, p.ToolCallID)
					}
					delete(open, p.ToolCallID)
				}
			}
		}
		if len(open) > 0 {
			t.Fatalf("seed %d: calls stand without results: %v", seed, open)
		}
		if n, _ := words(t.Context(), h.Messages); o.MaxTokens > 0 && n > o.MaxTokens {
			t.Fatalf("seed %d: %d tokens; the budget is %d", seed, n, o.MaxTokens)
		}
		rest := msgs
		for _, m := range h.Messages {
			i := slices.IndexFunc(rest, func(w llms.MessageContent) bool { return reflect.DeepEqual(w, m) })
			if i < 0 {
				t.Fatalf("seed %d: %v is out of place", seed, m)
			}
			rest = rest[i+1:]
		}
	}
}

func TestMergeKeepsEverybodysTurns(t *testing.T) {
	s := memory.NewInProcess()
	strict := memory.New(s, "talk", nil)
	merging := memory.New(s, "talk", &memory.Options{Merge: true})
	h, err := strict.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strict.Append(t.Context(), h.Revision, human("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := strict.Append(t.Context(), h.Revision, human("second")); !errors.Is(err, memory.ErrConflict) || !strings.Contains(err.Error(), `session "talk"`) {
		t.Errorf("a late append: %v; want an ErrConflict that names the session", err)
	}
	if _, err := merging.Append(t.Context(), h.Revision, human("third")); err != nil {
		t.Errorf("a late append that merges: %v", err)
	}
	h, err = strict.Load(t.Context())
	if got := texts(h.Messages); err != nil || got != "first third" {
		t.Errorf("the session is %q, %v", got, err)
	}
	if err := strict.Delete(t.Context()); err != nil {
		t.Error(err)
	}
	if h, err := strict.Load(t.Context()); err != nil || h.Revision != "" {
		t.Errorf("deleted: %+v, %v", h, err)
	}
}
