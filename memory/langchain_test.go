package memory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	lcmemory "github.com/tmc/langchaingo/memory"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/memory"
)

var (
	_ schema.Memory             = (*memory.Conversation)(nil)
	_ schema.ChatMessageHistory = (*memory.ChatHistory)(nil)
)

func TestSchemaMemory(t *testing.T) {
	ctx := t.Context()
	s := memory.NewInProcess()
	c := memory.New(s, "talk", nil)
	if c.GetMemoryKey(ctx) != "history" || c.MemoryVariables(ctx)[0] != "history" {
		t.Error("the key is not history")
	}
	if err := c.SaveContext(ctx, map[string]any{"question": "hi", "history": "x"}, map[string]any{"text": "hello"}); err != nil {
		t.Fatal(err)
	}
	h, err := c.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Append(ctx, h.Revision, human("find a"), calls("a"), results(llms.ChatMessageTypeTool, "a"), ai("found")); err != nil {
		t.Fatal(err)
	}
	v, err := c.LoadMemoryVariables(ctx, nil)
	want := "Human: hi\nAI: hello\nHuman: find a\nAI: [calls find with {\"id\":\"a\"}]\nTool: found a\nAI: found"
	if err != nil || v["history"] != want {
		t.Errorf("variables %q, %v; want %q", v["history"], err, want)
	}
	c = memory.New(s, "talk", &memory.Options{Langchain: memory.Keys{History: "chat", Messages: true, Input: "in", Output: "out"}})
	v, err = c.LoadMemoryVariables(ctx, nil)
	chat, ok := v["chat"].([]llms.ChatMessage)
	if err != nil || !ok || len(chat) != 6 || chat[4].GetType() != llms.ChatMessageTypeTool || len(chat[3].(llms.AIChatMessage).ToolCalls) != 1 {
		t.Errorf("messages %v, %v", v["chat"], err)
	}
	if err := c.SaveContext(ctx, map[string]any{"in": "a", "more": "b"}, map[string]any{"out": "c", "usage": 1}); err != nil {
		t.Error(err)
	}
	for _, in := range []map[string]any{{"in": 1}, {}} {
		if err := c.SaveContext(ctx, in, map[string]any{"out": "c"}); err == nil || !strings.Contains(err.Error(), "want a string") {
			t.Errorf("inputs %v: %v", in, err)
		}
	}
	if err := c.Clear(ctx); err != nil {
		t.Error(err)
	}
	if h, _ := s.Load(ctx, "talk"); h.Revision != "" {
		t.Error("Clear left the session")
	}
	c = memory.New(s, "talk", nil)
	if err := c.SaveContext(ctx, map[string]any{"a": "1", "b": "2"}, map[string]any{"out": "c"}); err == nil || !strings.Contains(err.Error(), "Keys.Input") {
		t.Errorf("two inputs and no key: %v", err)
	}
}

func TestChatHistoryInLangchainsBuffer(t *testing.T) {
	ctx := t.Context()
	c := memory.New(memory.NewInProcess(), "talk", nil)
	b := lcmemory.NewConversationBuffer(lcmemory.WithChatHistory(c.ChatHistory()))
	if err := b.SaveContext(ctx, map[string]any{"input": "hi"}, map[string]any{"output": "hello"}); err != nil {
		t.Fatal(err)
	}
	v, err := b.LoadMemoryVariables(ctx, nil)
	if err != nil || v["history"] != "Human: hi\nAI: hello" {
		t.Errorf("variables %q, %v", v["history"], err)
	}
	h := c.ChatHistory()
	chat := []llms.ChatMessage{
		llms.SystemChatMessage{Content: "be brief"},
		llms.HumanChatMessage{Content: "q"},
		llms.AIChatMessage{Content: "a", ReasoningContent: "r", ToolCalls: []llms.ToolCall{{ID: "1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: "{}"}}}},
		llms.ToolChatMessage{ID: "1", Content: "t"},
		llms.FunctionChatMessage{Name: "f", Content: "x"},
		llms.GenericChatMessage{Role: "bob", Content: "g"},
	}
	if err := h.SetMessages(ctx, chat); err != nil {
		t.Fatal(err)
	}
	got, err := h.Messages(ctx)
	if err != nil || len(got) != len(chat) {
		t.Fatalf("messages %v, %v", got, err)
	}
	if got[2].(llms.AIChatMessage).ToolCalls[0].ID != "1" || got[3].(llms.ToolChatMessage).ID != "1" {
		t.Errorf("messages %+v", got)
	}
	if err := h.AddUserMessage(ctx, "more"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(h.AddAIMessage(ctx, "yes"), h.Clear(ctx)); err != nil {
		t.Error(err)
	}
}

func TestFromChatHistory(t *testing.T) {
	ctx := t.Context()
	all := map[string]*lcmemory.ChatMessageHistory{}
	s := memory.FromChatHistory(func(session string) schema.ChatMessageHistory {
		if all[session] == nil {
			all[session] = lcmemory.NewChatMessageHistory()
		}
		return all[session]
	})
	at, err := s.Append(ctx, "talk", "", human("q"), calls("a"), results(llms.ChatMessageTypeTool, "a"), ai("found"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(ctx, "talk", "", human("q")); !errors.Is(err, memory.ErrConflict) {
		t.Errorf("a late append: %v", err)
	}
	h, err := s.Load(ctx, "talk")
	if err != nil || h.Revision != at || len(h.Messages) != 4 {
		t.Fatalf("loaded %+v, %v", h, err)
	}
	if r, ok := h.Messages[2].Parts[0].(llms.ToolCallResponse); !ok || r.ToolCallID != "a" || r.Content != "found a" {
		t.Errorf("the tool's result came back as %#v", h.Messages[2].Parts[0])
	}
	at, err = s.Replace(ctx, "talk", at, []llms.MessageContent{human("new")})
	if err != nil {
		t.Fatal(err)
	}
	if h, err := s.Load(ctx, "talk"); err != nil || h.Revision != at || texts(h.Messages) != "new" {
		t.Errorf("replaced: %+v, %v", h, err)
	}
	if err := s.Delete(ctx, "talk"); err != nil {
		t.Error(err)
	}
	if h, err := s.Load(ctx, "talk"); err != nil || h.Revision != "" {
		t.Errorf("deleted: %+v, %v", h, err)
	}
}

func TestFromMemory(t *testing.T) {
	ctx := t.Context()
	for name, tt := range map[string]struct {
		m    schema.Memory
		want string
	}{
		"messages": {lcmemory.NewConversationBuffer(lcmemory.WithReturnMessages(true)), "q a"},
		"text":     {lcmemory.NewConversationBuffer(), "<conversation_summary>\nHuman: q\nAI: a\n</conversation_summary>\nThis is what we talked about before. I have it in mind."},
	} {
		s := memory.FromMemory(tt.m, memory.Keys{})
		c := memory.New(s, "talk", nil)
		h, err := c.Load(ctx)
		if err != nil || len(h.Messages) > 0 {
			t.Fatalf("%s: at first %+v, %v", name, h, err)
		}
		if _, err := c.Append(ctx, h.Revision, human("q"), calls("x"), results(llms.ChatMessageTypeTool, "x"), ai("a")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Append(ctx, h.Revision, human("late")); !errors.Is(err, memory.ErrConflict) {
			t.Errorf("%s: a late append: %v", name, err)
		}
		if h, err = c.Load(ctx); err != nil || texts(h.Messages) != tt.want {
			t.Errorf("%s: %q, %v", name, texts(h.Messages), err)
		}
		if _, err := s.Replace(ctx, "talk", h.Revision, h.Messages); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: Replace: %v", name, err)
		}
		if err := c.Delete(ctx); err != nil {
			t.Error(err)
		}
	}
}
