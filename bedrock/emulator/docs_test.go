package emulator_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/tmc/langchaingo/llms"
)

const guide = "../../docs/emulator.md"

// fenced are the code blocks of a language in the guide.
func fenced(t *testing.T, language string) []string {
	t.Helper()
	data, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, part := range strings.Split(string(data), "```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	if len(blocks) == 0 {
		t.Fatalf("%s holds no %s", guide, language)
	}
	return blocks
}

// TestGuideScript: the script of the guide is one.
func TestGuideScript(t *testing.T) {
	for _, block := range fenced(t, "yaml") {
		if _, err := emulator.ScriptFile(fstest.MapFS{"guide.yaml": {Data: []byte(block)}}, "guide.yaml"); err != nil {
			t.Error(err)
		}
	}
}

// TestGuideGo: the Go of the guide is this test's, word for word.
func TestGuideGo(t *testing.T) {
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{When: emulator.Match{Text: "capital of France"}, Text: "Paris."})})
	model, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := llms.GenerateFromSinglePrompt(t.Context(), model, "What is the capital of France?")
	t.Log(answer, err, emu.Calls()[0].Request.Text())

	if answer != "Paris." || err != nil {
		t.Errorf("got %q, %v", answer, err)
	}
	source, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, block := range fenced(t, "go") {
		if !strings.Contains(flat(string(source)), flat(block)) {
			t.Errorf("this test is not the guide's any more:\n%s", block)
		}
	}
}
