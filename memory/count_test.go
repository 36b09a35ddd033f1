package memory_test

import (
	"fmt"
	"testing"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/memory"
)

// TestBudgetByTheModelsOwnCount has the model count, over Bedrock's wire.
func TestBudgetByTheModelsOwnCount(t *testing.T) {
	emu := emulator.New(nil)
	model, err := bedrock.New(emu.Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := memory.NewInProcess()
	at := memory.Revision("")
	for n := range 30 {
		if at, err = s.Append(t.Context(), "talk", at, human(fmt.Sprintf("Where is order %d?", n)), ai("It is on its way.")); err != nil {
			t.Fatal(err)
		}
	}
	const budget = 200
	h, err := memory.New(s, "talk", &memory.Options{MaxTokens: budget, Counter: model.CountTokens}).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count, err := model.CountTokens(t.Context(), h.Messages)
	if err != nil || count > budget || len(h.Messages) < 4 || len(h.Messages) == 60 {
		t.Errorf("%d messages of %d tokens, %v; want as many as fit %d", len(h.Messages), count, err, budget)
	}
	if asked := len(emu.Calls()); asked > 9 {
		t.Errorf("the model was asked %d times; want a binary search over 30 turns", asked)
	}
}
