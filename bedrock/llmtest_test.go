package bedrock_test

import (
	"testing"

	"github.com/tmc/langchaingo/llms/compliance"
	"github.com/tmc/langchaingo/testing/llmtest"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

// TestLLM is langchaingo's own suite for models. It skips streaming for every
// model; FuzzStreamedEqualsUnstreamed and TestStreamTellsAsItComes do not.
func TestLLM(t *testing.T) {
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{When: emulator.Match{Text: "/San Francisco/"}, ToolCalls: []emulator.ToolCall{
			{Name: "get_weather", Input: map[string]any{"location": "San Francisco"}},
		}},
		emulator.Turn{When: emulator.Match{Text: "/Hello/"}, Text: "Hello"},
		emulator.Turn{Text: "OK, 42", Reasoning: "Let me think."},
	)})
	m, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	llmtest.TestLLM(t, m)
}

// TestCompliance is the other suite that langchaingo has. Its roles are "user"
// and "assistant".
func TestCompliance(t *testing.T) {
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{When: emulator.Match{Text: "/Hello, World/"}, Text: "Hello, World!"},
		emulator.Turn{When: emulator.Match{Text: "/my name/"}, Text: "Alice"},
		emulator.Turn{When: emulator.Match{Text: "/days/"}, Text: "Monday, Tuesday, Wednesday", StopReason: "stop_sequence"},
		emulator.Turn{When: emulator.Match{Text: "/Count/"}, Text: "1, 2, 3", StopReason: "max_tokens"},
		emulator.Turn{Text: "42"},
	)})
	m, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	compliance.NewSuite("bedrock", m).Run(t)
}
