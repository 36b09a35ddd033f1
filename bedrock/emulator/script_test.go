package emulator

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
)

const orderScript = `schema: causeway.script/v1
turns:
  - when: {resultOf: lookup_order}
    text: 'Order {{json "lookup_order" "id"}} is {{json "lookup_order" "status"}}.'
    chunk: 20ms
  - when: {text: '/order (\d+)/', tool: lookup_order}
    reasoning: I should look it up.
    toolCalls: [{name: lookup_order, input: {id: "{{group 1}}", deep: [true, {at: "{{.Question}}"}]}}]
  - when: {conversation: earlier}
    text: You said so before.
  - text: How can I help?
    sequence: [{text: "Anything else?"}, {text: Bye.}]
`

func respond(t *testing.T, r Responder, body string) *Reply {
	t.Helper()
	req, failure := decode(Converse, claude, []byte(body))
	if failure != nil {
		t.Fatal(failure)
	}
	reply, err := r.Respond(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestScriptFile(t *testing.T) {
	r, err := ScriptFile(fstest.MapFS{"replies.yaml": {Data: []byte(orderScript)}}, "replies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tools := `"toolConfig":{"tools":[{"toolSpec":{"name":"lookup_order","inputSchema":{"json":{"type":"object"}}}}]}`
	ask := user(`{"text":"Where is order 4711?"}`)

	reply := respond(t, r, `{`+tools+`,"messages":[`+ask+`]}`)
	var in struct {
		ID   string
		Deep []any
	}
	if err := json.Unmarshal(reply.Content[1].ToolUse.Input, &in); err != nil || in.ID != "4711" ||
		in.Deep[1].(map[string]any)["at"] != "Where is order 4711?" {
		t.Errorf("input %s, %v", reply.Content[1].ToolUse.Input, err)
	}
	if got := reply.Content[0].Reasoning.Text; got.Text != "I should look it up." || !genuine(reply.Content[0].Reasoning) {
		t.Errorf("reasoning %+v", got)
	}
	answered := respond(t, r, `{`+tools+`,"messages":[`+ask+`,`+
		assistant(`{"toolUse":{"toolUseId":"a","name":"lookup_order","input":{}}}`)+`,`+
		user(`{"toolResult":{"toolUseId":"a","content":[{"json":{"id":4711,"status":"shipped"}}]}}`)+`]}`)
	if got := *answered.Content[0].Text; got != "Order 4711 is shipped." || answered.Chunk.Milliseconds() != 20 {
		t.Errorf("got %q, chunks %v apart", got, answered.Chunk)
	}
	for _, want := range []string{"How can I help?", "Anything else?", "Bye.", "Bye."} {
		if got := *respond(t, r, `{"messages":[`+user(`{"text":"hm"}`)+`]}`).Content[0].Text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	r.(*script).Reset()
	if got := *respond(t, r, `{"messages":[`+user(`{"text":"hm"}`)+`]}`).Content[0].Text; got != "How can I help?" {
		t.Errorf("after Reset got %q", got)
	}
}

func TestScriptFileFaults(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{"empty", "", "s.yaml: the file is empty"},
		{"binary", "\x00\x01", "s.yaml: control characters are not allowed"},
		{"not YAML", "turns: [", "s.yaml: line 1"},
		{"wrong schema", "schema: causeway.chain/v1\nturns: [{text: a}]", `s.yaml:1:1: schema must be causeway.script/v1, not "causeway.chain/v1"`},
		{"no turns", "schema: causeway.script/v1\n", "s.yaml:1:1: a script needs at least one turn"},
		{"unknown field", "schema: causeway.script/v1\nturns:\n  - txet: a\n", `s.yaml:3:5: unknown field "txet" of a turn; known are chunk,`},
		{"twice", "schema: causeway.script/v1\nturns:\n  - {text: a, text: b}\n", `s.yaml:3:15: field "text" is there twice`},
		{"answers nothing", "schema: causeway.script/v1\nturns:\n  - when: {text: a}\n", "s.yaml:3:5: it answers nothing"},
		{"bad pattern", "schema: causeway.script/v1\nturns:\n  - {when: {text: '/(/'}, text: a}\n", "s.yaml:3:19: error parsing regexp"},
		{"bad template", "schema: causeway.script/v1\nturns:\n  - text: '{{nothing}}'\n", `s.yaml:3:11: template: template:1: function "nothing" not defined`},
		{"bad duration", "schema: causeway.script/v1\nturns:\n  - {text: a, chunk: fast}\n", `s.yaml:3:22: want a duration such as 250ms, not "fast"`},
		{"chunks", "schema: causeway.script/v1\nturns:\n  - {text: abc, chunks: [a, b]}\n", "the chunks do not make up the text"},
		{"alias", "schema: causeway.script/v1\nturns: [{text: &a x}, {text: *a}]\n", "s.yaml:2:30: aliases are not allowed"},
		{"sequence of rules", "schema: causeway.script/v1\nturns:\n  - text: a\n    sequence: [{when: {text: b}, text: c}]\n", `unknown field "when"`},
		{"second document", "schema: causeway.script/v1\nturns: [{text: a}]\n---\na: b\n", "a second document"},
		{"too large", strings.Repeat("#", maxScript+1), "at most"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ScriptFile(fstest.MapFS{"s.yaml": {Data: []byte(tt.yaml)}}, "s.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
	_, err := ScriptFile(fstest.MapFS{"s.yaml": {Data: []byte("schema: causeway.script/v1\nturns:\n  - {txet: a}\n  - {text: b, chunk: x}\n")}}, "s.yaml")
	if err == nil || strings.Count(err.Error(), "s.yaml:") != 2 {
		t.Errorf("want both faults at once, got %v", err)
	}
}

func TestCitations(t *testing.T) {
	yaml := "schema: causeway.script/v1\nturns:\n  - text: Twenty days.\n    citations: [{title: policy, quote: 20 days annual leave, document: 0, start: 5, end: 25}]\n"
	r, err := ScriptFile(fstest.MapFS{"s.yaml": {Data: []byte(yaml)}}, "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, data := post(t, New(&Options{Responder: r}), "/model/"+claude+"/converse", `{"messages":[`+user(`{"text":"a"}`)+`]}`)
	want := `{"citationsContent":{"citations":[{"location":{"documentChar":{"documentIndex":0,"end":25,"start":5}},"sourceContent":[{"text":"20 days annual leave"}],"title":"policy"}],"content":[{"text":"Twenty days."}]}}`
	if !strings.Contains(string(data), want) {
		t.Errorf("got %s\nwant %s", data, want)
	}
}

func TestScriptMiss(t *testing.T) {
	r := Script(Turn{When: Match{Text: "secret"}, Text: "a"}, Turn{When: Match{Text: "once"}, Times: 1, Text: "b"})
	req, _ := decode(Converse, claude, []byte(`{"messages":[`+user(`{"text":"once, my password"}`)+`]}`))
	if _, err := r.Respond(t.Context(), req); err != nil {
		t.Error(err)
	}
	_, err := r.Respond(t.Context(), req)
	if err == nil || !strings.Contains(err.Error(), "No turn of the emulator's script fits") || strings.Contains(err.Error(), "password") {
		t.Errorf("got %v", err)
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct{ name, set, text, reason string }{
		{"whole", `{}`, "one two STOP three", "end_turn"},
		{"max tokens", `{"maxTokens":2}`, "one two ", "max_tokens"},
		{"stop sequence", `{"stopSequences":["STOP"]}`, "one two ", "stop_sequence"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, failure := decode(Converse, claude, []byte(`{"inferenceConfig":`+tt.set+`,"messages":[`+user(`{"text":"a"}`)+`]}`))
			if failure != nil {
				t.Fatal(failure)
			}
			reply := TextReply("one two STOP three")
			reply.Chunks = []string{"one two STOP", " three"}
			got := reply.finish(req, func() string { return "id" })
			if *got.Content[0].Text != tt.text || got.StopReason != tt.reason || strings.Join(got.Chunks, "") != tt.text {
				t.Errorf("got %q %v, %s", *got.Content[0].Text, got.Chunks, got.StopReason)
			}
		})
	}
}
