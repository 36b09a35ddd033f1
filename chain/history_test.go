package chain

import (
	"context"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// What the caller gives as the conversation is read in the place of what the
// memory keeps, also after an interruption, and nothing is added to the memory.
func TestTheCallerMayKeepTheConversation(t *testing.T) {
	store := memory.NewInProcess()
	m := says("three", "four")
	remembers := Template(parsed(t, strings.Split(answerPrompt, "\n")...))
	c := must(t, []Step{Approve("ok", "Shall we?", nil), Prompt("answer", m, remembers, nil)}, &Options{Memory: store})
	if !c.Conversational() {
		t.Error("a chain whose prompt has a place for the conversation says that it has none")
	}
	earlier := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeHuman, "one"),
		llms.TextParts(llms.ChatMessageTypeAI, "two"),
	}
	in := Values{"ticket": "t", "queue": "q"}
	if _, err := c.Run(t.Context(), in, &RunOptions{RunID: "r", Session: "s", History: earlier}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resume(t.Context(), "r", Values{"approved": true}, nil); err != nil {
		t.Fatal(err)
	}
	// The prompt has a system message before the conversation, and one for now.
	if got := m.asked[0]; len(got) != 4 || got[1].Parts[0] != llms.TextPart("one") {
		t.Errorf("the model was asked %v", got)
	}
	if h, _ := store.Load(context.Background(), "s"); len(h.Messages) != 0 {
		t.Errorf("the memory holds %d messages", len(h.Messages))
	}
}
