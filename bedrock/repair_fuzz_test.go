package bedrock_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
)

// FuzzRepairedHistory: whatever a history looks like, what reaches the wire is
// one that the emulator, which refuses what Bedrock refuses, accepts.
func FuzzRepairedHistory(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		msgs := wildHistory(rand.New(rand.NewPCG(seed, 1)))
		emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "fine"})})
		m, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.GenerateContent(t.Context(), msgs); err != nil {
			stored, _ := message.Marshal(msgs)
			t.Errorf("%v\n%s", err, stored)
		}
	})
}

// wildHistory is what windows, interruptions, other providers and people make
// of a conversation.
func wildHistory(rng *rand.Rand) []llms.MessageContent {
	roles := []llms.ChatMessageType{
		llms.ChatMessageTypeHuman, llms.ChatMessageTypeAI, llms.ChatMessageTypeTool,
		llms.ChatMessageTypeSystem, llms.ChatMessageTypeGeneric,
	}
	ids := []string{"a", "b", "", "with space", "tooluse_1"}
	names := []string{"f", "g/h", "ünïcode", ""}
	texts := []string{"hello", "", " \n", "trailing "}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	documents := 0
	var msgs []llms.MessageContent
	for range 1 + rng.IntN(8) {
		m := llms.MessageContent{Role: roles[rng.IntN(len(roles))]}
		for range rng.IntN(4) {
			switch kind := rng.IntN(6); {
			case kind == 0 || m.Role == llms.ChatMessageTypeSystem:
				m.Parts = append(m.Parts, llms.TextContent{Text: pick(texts)})
			case m.Role == llms.ChatMessageTypeAI && kind < 4:
				m.Parts = append(m.Parts, llms.ToolCall{ID: pick(ids), FunctionCall: &llms.FunctionCall{Name: pick(names), Arguments: pick([]string{"", "{}", "{", "[]"})}})
			case m.Role == llms.ChatMessageTypeAI:
				m.Parts = append(m.Parts, message.Reasoning{Text: "hm", Signature: pick([]string{"", "sig"})})
			case kind < 4:
				m.Parts = append(m.Parts, message.ToolResult{ToolCallID: pick(ids), Parts: []llms.ContentPart{llms.TextContent{Text: pick(texts)}}})
			case kind == 4 && documents < 5: // Bedrock's limit, which is the caller's to keep
				documents++
				m.Parts = append(m.Parts, message.Document{Name: pick([]string{"", "same", "a.pdf"}), Text: "words"})
			default:
				m.Parts = append(m.Parts, message.CachePoint{TTL: time.Hour})
			}
		}
		msgs = append(msgs, m)
	}
	return append(msgs, llms.TextParts(llms.ChatMessageTypeHuman, "so?"))
}
