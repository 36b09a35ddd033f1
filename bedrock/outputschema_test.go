package bedrock

import "testing"

func TestHeldSchema(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{
			"closed, in the order of its author",
			`{"type":"object","properties":{"z":{"type":"string","maxLength":9},"a":{"type":"array","minItems":2,"items":{"type":"object","properties":{"n":{"type":"number","minimum":0}}}}},"required":["z"]}`,
			`{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"array","items":{"type":"object","properties":{"n":{"type":"number"}},"additionalProperties":false}}},"required":["z"],"additionalProperties":false}`,
		},
		{
			"open objects are closed",
			`{"type":"object","additionalProperties":{"type":"string"}}`,
			`{"type":"object","additionalProperties":false}`,
		},
		{
			"alternatives and definitions",
			`{"$schema":"x","oneOf":[{"type":"object"},{"$ref":"#/$defs/p"}],"$defs":{"p":{"type":"string","pattern":"^a"}}}`,
			`{"anyOf":[{"type":"object","additionalProperties":false},{"$ref":"#/$defs/p"}],"$defs":{"p":{"type":"string"}}}`,
		},
		{
			"a property may be called like a keyword",
			`{"type":"object","properties":{"pattern":{"type":"string"},"minimum":{"type":"number"}},"additionalProperties":false}`,
			`{"type":"object","properties":{"pattern":{"type":"string"},"minimum":{"type":"number"}},"additionalProperties":false}`,
		},
		{"a boolean schema", `true`, `true`},
		{"no JSON", `{"type":`, `{"type":`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(heldSchema([]byte(tt.in))); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if again := string(heldSchema(heldSchema([]byte(tt.in)))); again != tt.want {
				t.Errorf("a second time: %s", again)
			}
		})
	}
}

func TestHeld(t *testing.T) {
	for id, want := range map[string]bool{
		"us.anthropic.claude-haiku-4-5-20251001-v1:0":                 true,
		"global.anthropic.claude-opus-4-6-v1":                         true,
		"anthropic.claude-3-5-sonnet-20240620-v1:0":                   false,
		"us.anthropic.claude-sonnet-4-20250514-v1:0":                  false,
		"us.anthropic.claude-opus-4-1-20250805-v1:0":                  false,
		"amazon.nova-pro-v1:0":                                        false,
		"meta.llama3-8b-instruct-v1:0":                                false,
		"us.deepseek.r1-v1:0":                                         false,
		"deepseek.v3-v1:0":                                            true,
		"openai.gpt-oss-120b-1:0":                                     true,
		"qwen.qwen3-32b-v1:0":                                         true,
		"arn:aws:bedrock:us-east-1:1:application-inference-profile/x": false,
	} {
		if got := held(familyOf(id), id); got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}
