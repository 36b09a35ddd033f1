package emulator

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"
)

// TestPublishedSchema: what an editor is told about a script and what the
// parser says are the same, for these.
func TestPublishedSchema(t *testing.T) {
	raw, err := os.ReadFile("../../schema/script.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	const head = "schema: causeway.script/v1\n"
	for _, text := range []string{
		example, orderScript,
		head + "turns: [{chunks: [a, b], usage: {input: 1}, times: 2, stopReason: max_tokens, first: 1.5s}]",
		head + "turns: [{text: a, citations: [{title: b, start: 1, end: 2}]}]",
		head + "turns: [{error: {code: ThrottlingException, status: 429}}]",
		"", "a: b", head, head + "turns: []", head + "turns: [{}]", head + "turns: [{when: {text: a}}]",
		head + "turns: [{text: a, sequence: [{when: {}, text: a}]}]",
		head + "turns: [{text: [a]}]", head + "turns: [{text: a, chunk: fast}]", head + "turns: [{text: a, chunk: -1s}]",
		head + "turns: [{text: a, times: -1}]", head + "turns: [{toolCalls: [{input: {}}]}]", head + "turns: [{toolCalls: [{name: a, input: [1]}]}]",
		head + "turns: [{error: {status: 429}}]", head + "turns: [{error: {code: A, status: 200}}]", head + "turns: [{text: a, usage: {inputs: 1}}]",
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		_, parsed := parseScript("s.yaml", []byte(text))
		if schemed := resolved.Validate(value); (parsed == nil) != (schemed == nil) {
			t.Errorf("%s\nthe parser says %v\nthe schema says %v", text, parsed, schemed)
		}
	}
}
