package emulator

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzString: the JSON reader reads what was written.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a", `"\`, "<&>", "\x00\x1f\n\r\t", "Zürich \u2028 \U0001F600", "bad \xff utf8 \xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && got != want {
			t.Errorf("wrote %q, read %q", s, got)
		}
	})
}

// FuzzChunks: however a text is cut, the pieces make it up again.
func FuzzChunks(f *testing.F) {
	f.Add("  one two\n\nthree \tfour")
	f.Add("Zürich\u00a0\U0001F600")
	f.Fuzz(func(t *testing.T, s string) {
		if got := strings.Join(words(s), ""); got != s {
			t.Errorf("words make %q out of %q", got, s)
		}
		if got := strings.Join(fragments(s), ""); got != s {
			t.Errorf("fragments make %q out of %q", got, s)
		}
	})
}

// everyBlock is a reply with each kind of block that a model writes.
func everyBlock() *Reply {
	text, cited := "Twenty days.", &Cited{Content: []CitedText{{"As it says."}}, Citations: []json.RawMessage{json.RawMessage(`{"title":"policy"}`)}}
	return &Reply{
		Content: []Block{
			{Reasoning: &Reasoning{Redacted: []byte("sealed")}},
			{Reasoning: &Reasoning{Text: &ReasoningText{Text: "Hm."}}},
			{Text: &text},
			{Citations: cited},
		},
		AdditionalFields: json.RawMessage(`{"stop":"x"}`), Trace: json.RawMessage(`{"guardrail":{}}`),
		Usage: &Usage{Input: 1, Output: 2, CacheRead: 3, CacheWrite: 4},
	}
}

// TestEveryBlock writes them in each dialect.
func TestEveryBlock(t *testing.T) {
	emu := New(&Options{Responder: RespondFunc(func(context.Context, *Request) (*Reply, error) { return everyBlock(), nil })})
	const anthropicBody = `{"anthropic_version":"x","max_tokens":100,"messages":[{"role":"user","content":"a"}]}`
	converseBody := `{"messages":[` + user(`{"text":"a"}`) + `]}`
	for _, tt := range []struct {
		path, body string
		want       []string
	}{
		{"/model/" + claude + "/converse", converseBody, []string{
			`{"additionalModelResponseFields":{"stop":"x"},"metrics":`, `{"reasoningContent":{"redactedContent":"c2VhbGVk"}}`,
			`{"citationsContent":{"citations":[{"title":"policy"}],"content":[{"text":"As it says."}]}}`, `"trace":{"guardrail":{}}`,
			`"cacheReadInputTokenCount":3,"cacheReadInputTokens":3,"cacheWriteInputTokenCount":4,"cacheWriteInputTokens":4,"inputTokens":1,"outputTokens":2,"serverToolUsage":{},"totalTokens":10`,
		}},
		{"/model/" + claude + "/converse-stream", converseBody, []string{
			`"delta":{"reasoningContent":{"redactedContent":"c2VhbGVk"}}`, `"delta":{"citation":{"title":"policy"}}`, `"delta":{"text":" says."}`,
			`{"additionalModelResponseFields":{"stop":"x"},"p":`, `"trace":{"guardrail":{}},"usage":`,
		}},
		{"/model/" + claude + "/invoke", anthropicBody, []string{
			`{"type":"redacted_thinking","data":"c2VhbGVk"}`, `{"type":"text","text":"As it says."}`, `"cache_creation_input_tokens":4,"cache_read_input_tokens":3`,
		}},
		{"/model/amazon.nova-pro-v1:0/invoke", converseBody, []string{`{"text":"Twenty days."}`, `"cacheReadInputTokenCount":3,"cacheWriteInputTokenCount":4`}},
	} {
		_, data := post(t, emu, tt.path, tt.body)
		for _, want := range tt.want {
			if !strings.Contains(string(data), want) {
				t.Errorf("%s: no %s in\n%s", tt.path, want, data)
			}
		}
	}
}

// TestMatchFields: each field alone decides.
func TestMatchFields(t *testing.T) {
	body := `{"system":[{"text":"You are kind."}],` + weatherTool + `,"messages":[` + user(`{"text":"Weather in Rome?"}`) + `,` +
		assistant(`{"text":"Let me see."},`+use("a")) + `,` + user(result("a")) + `]}`
	req, failure := decode(Converse, claude, []byte(body))
	if failure != nil {
		t.Fatal(failure)
	}
	for _, tt := range []struct {
		fits, misses Match
	}{
		{Match{Question: "rome"}, Match{Text: "rome"}},
		{Match{Conversation: "let me"}, Match{Conversation: "/^Let me$/"}},
		{Match{System: "KIND"}, Match{System: "rude"}},
		{Match{ToolResult: "/^sunny$/"}, Match{ToolResult: "rainy"}},
		{Match{ResultOf: "weather"}, Match{ResultOf: "weath"}},
		{Match{Tool: "weather"}, Match{Tool: "Weather"}},
		{Match{Model: "sonnet"}, Match{Model: "haiku"}},
		{Match{Turn: 2}, Match{Turn: 1}},
		{Match{}, Match{NoToolResult: true}},
	} {
		for m, want := range map[Match]bool{tt.fits: true, tt.misses: false} {
			c, err := m.compile()
			if err != nil {
				t.Fatal(err)
			}
			if _, got := c.fits(req); got != want {
				t.Errorf("%+v fits: %v", m, got)
			}
		}
	}
}

// TestAnthropicBlocks: what a client sends reaches a responder in Converse's
// terms.
func TestAnthropicBlocks(t *testing.T) {
	body := `{"anthropic_version":"x","max_tokens":9000,"system":[{"type":"text","text":"s"}],"messages":[
		{"role":"user","content":[{"type":"text","text":"q"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"eA=="}},
			{"type":"document","title":"d","source":{"type":"text","media_type":"text/plain","data":"words"}}]},
		{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"!"},{"type":"tool_use","id":"i","name":"n","input":{"a":1}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","is_error":true,"content":"failed"},{"type":"newer"}]}],
		"tools":[{"name":"n","description":"d","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}]}`
	req, failure := decode(InvokeModel, claude, []byte(body))
	if failure != nil {
		t.Fatal(failure)
	}
	m := req.Messages
	switch {
	case req.SystemText() != "s", m[0].Content[1].Image.Format != "png", *m[0].Content[2].Document.Source.Text != "words",
		m[1].Content[0].Reasoning.Text.Text != "t", string(m[1].Content[1].Reasoning.Redacted) != "!",
		string(m[1].Content[2].ToolUse.Input) != `{"a":1}`, req.Results()[0].Status != "error", req.Results()[0].Text() != "failed",
		len(m[2].Content) != 1, len(req.Tools()) != 1, *req.Tools()[0].Description != "d":
		t.Errorf("got %+v", req)
	}
}

// TestFill: every type of a schema.
func TestFill(t *testing.T) {
	const schema = `{"type":"object","required":["a","b","c","d","e","f","g","h","i","j","k"],"properties":{
		"a":{"const":7},"b":{"type":["null","integer"],"minimum":3},"c":{"type":"null"},"d":{"type":"array"},"e":{"properties":{"x":{"type":"string"}},"required":["x"]},
		"f":{"type":"string","format":"email"},"g":{"type":"string","pattern":"^[A-Z]{3}-\\d+$"},"h":{"type":"string","format":"date"},
		"i":{"type":"string","description":"link"},"j":{"type":"boolean"},"k":{"type":"integer","minimum":3},"l":{"type":"string"}}}`
	var s map[string]any
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatal(err)
	}
	got, err := marshal(fill(s, `Do not mail ada@example.com about ABC-12 on 2026-11-22, it is "urgent"`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":7,"b":2026,"c":null,"d":[],"e":{"x":"urgent"},"f":"ada@example.com","g":"ABC-12","h":"2026-11-22","i":"urgent","j":false,"k":3}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	deep := map[string]any{"type": "array"}
	deep["items"] = deep
	if _, err := marshal(fill(deep, "x")); err != nil {
		t.Error(err)
	}
}

func TestOtherRefusals(t *testing.T) {
	emu := New(&Options{Guardrails: map[string]Guardrail{"known": {}}})
	tags := `"k":"` + strings.Repeat("v", 300) + `"`
	for _, tt := range []struct{ path, body, want string }{
		{"/model/" + claude + "/count-tokens", `{`, "not well-formed JSON"},
		{"/model/" + claude + "/count-tokens", `{"input":{}}`, "must set one of the following keys: invokeModel, converse"},
		{"/model/" + claude + "/count-tokens", `{"input":{"converse":{},"invokeModel":{"body":"eA=="}}}`, "can't set more than one key"},
		{"/guardrail/known/version/1/apply", `{"source":"X"}`, "2 validation errors detected: Value 'X' at 'source'"},
		{"/guardrail/known/version/1/apply", `[]`, "a array cannot be read"},
		{"/guardrail/other/version/1/apply", `{"source":"INPUT","content":[]}`, "does not exist"},
		{"/guardrail/known/apply", `{}`, "Unable to determine"},
		{"/model/" + claude + "/converse", `{"messages":[{"role":7}]}`, "a number cannot be read at messages.role"},
		{"/model/" + claude + "/converse", `{"requestMetadata":{` + tags + `},"messages":[` + user(`{"text":"a"}`) + `]}`, "Map value must have length between 0 and 256"},
		{"/model/" + claude + "/converse", `{"serviceTier":{"type":"best"},"performanceConfig":{"latency":"none"},"messages":[` + user(`{"text":"a"}`) + `]}`, "2 validation errors detected"},
		{"/model/" + claude + "/other", `{}`, "Unable to determine"},
	} {
		if _, data := post(t, emu, tt.path, tt.body); !strings.Contains(string(data), tt.want) {
			t.Errorf("%s %s: got %s, want %s", tt.path, tt.body, data, tt.want)
		}
	}
}
