package emulator

import (
	"context"
	"encoding/json"
	"testing"
	"testing/fstest"
)

// FuzzRequests: no body, whatever the operation, stops the emulator, and what
// it takes it answers with JSON.
func FuzzRequests(f *testing.F) {
	f.Add("/converse", claude, `{"messages":[`+user(`{"text":"hi"}`)+`]}`)
	f.Add("/converse-stream", claude, weatherBody)
	f.Add("/converse", claude, `{`+weatherTool+`,"messages":[`+user(`{"text":"a"}`)+`,`+assistant(use("a"))+`,`+user(result("a"))+`]}`)
	f.Add("/invoke", claude, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":10,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}`)
	f.Add("/invoke", claude, `{"anthropic_version":"x","max_tokens":10,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[]}]}`)
	f.Add("/invoke", claude, `{"anthropic_version":"x","max_tokens":10,"thinking":{"type":"enabled","budget_tokens":5},"tool_choice":{"type":"any"},"tools":[{"name":"a","input_schema":{}}],"messages":[{"role":"user","content":[{"type":"image","source":null},{"type":"tool_result"}]}]}`)
	f.Add("/invoke", "amazon.nova-2-multimodal-embeddings-v1:0", `{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"CLASSIFICATION","text":{"truncationMode":"END","value":"a"}}}`)
	f.Add("/converse", "amazon.titan-text-lite-v1", `{"messages":[`+user(`{"text":"hi"}`)+`],"inferenceConfig":{"maxTokens":1,"stopSequences":["h"]}}`)
	f.Add("/invoke", "amazon.nova-lite-v1:0", `{"messages":[{"role":"user","content":[{"text":"a"}]}]}`)
	f.Add("/invoke", "amazon.titan-embed-text-v2:0", `{"inputText":"a"}`)
	f.Add("/invoke", "cohere.embed-english-v3", `{"texts":["a"],"input_type":"search_query"}`)
	f.Add("/count-tokens", claude, `{"input":{"converse":{"messages":[`+user(`{"text":"hi"}`)+`]}}}`)
	f.Add("/converse", "arn:aws:bedrock:us-east-1:123456789012:prompt/ABC:1", `{}`)
	emu := New(nil)
	f.Fuzz(func(t *testing.T, op, model, body string) {
		known, ok := routes[trimSlash(op)]
		if !ok {
			return
		}
		w := &recorder{}
		x := &exchange{e: emu, w: w, ctx: t.Context()}
		x.call, x.random = emu.begin(known, model, []byte(body))
		x.serve(known, model, []byte(body))
		if w.status == 0 {
			t.Fatal("no answer")
		}
		if !known.Streaming() && !json.Valid(w.body) {
			t.Errorf("answered %d with no JSON: %.200s", w.status, w.body)
		}
	})
}

func trimSlash(s string) string {
	if s != "" && s[0] == '/' {
		return s[1:]
	}
	return s
}

// FuzzScript: no script file stops the reader, and one that it takes answers
// or refuses.
func FuzzScript(f *testing.F) {
	f.Add(orderScript)
	f.Add("schema: causeway.script/v1\nturns: [{text: '{{range .Messages}}{{.Role}}{{end}}'}]")
	f.Add("a: &a [*a]")
	f.Add("schema: causeway.script/v1\nturns: [{text: a, toolCalls: [{name: b, input: {c: [1, {d: '{{group 0}}'}]}}]}]")
	req, failure := decode(Converse, claude, []byte(weatherBody))
	if failure != nil {
		f.Fatal(failure)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ScriptFile(fstest.MapFS{"s.yaml": {Data: []byte(text)}}, "s.yaml")
		if err != nil {
			return
		}
		reply, err := r.Respond(context.Background(), req)
		if err == nil && len(reply.Content) == 0 {
			t.Error("an empty reply")
		}
	})
}

// FuzzParseFault: what is taken does something.
func FuzzParseFault(f *testing.F) {
	f.Add("throttle,first=2")
	f.Add("cut,after=5,every=3,model=*")
	f.Fuzz(func(t *testing.T, s string) {
		fault, err := ParseFault(s)
		if err == nil && fault.Error == nil && !fault.Reset && fault.Stream == nil && fault.Delay == 0 {
			t.Errorf("%q does nothing", s)
		}
	})
}
