package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

// chatChains are what chat clients may ask for, over Bedrock's wire, and what
// they may not.
func chatChains(t *testing.T, emu *emulator.Emulator) []*chain.Chain {
	t.Helper()
	inner, err := bedrock.New(emu.Client(), sonnet, &bedrock.Options{MaxTokens: 500})
	if err != nil {
		t.Fatal(err)
	}
	model := retry.Wrap(inner, &retry.Options{MaxElapsed: time.Millisecond})
	prompt := func(name, rest string) chain.PromptSource {
		p, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: " + name + "\nmodel: {id: sonnet}\n" + rest))
		if err != nil {
			t.Fatal(err)
		}
		return chain.Template(p)
	}
	made := func(name string, o *chain.Options, steps ...chain.Step) *chain.Chain {
		c, err := chain.New(name, steps, o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const question = "input: {required: [question], properties: {question: {type: string, maxLength: 200}}}\n"
	set := looks(t)
	talk := prompt("talk", "input: {required: [question], properties: {question: {type: string, maxLength: 200}, system: {type: string, default: polite}}}\n"+
		"system: \"Be {{system}}.\"\nmessages: [{history: {}}, {user: \"{{question}}\"}]\n")
	alone := prompt("alone", question+"system: Alone.\nmessages: [{user: \"{{question}}\"}]\n")
	sorts := prompt("sorts", question+"system: Sort it.\nmessages: [{user: \"{{question}}\"}]\noutput: {schema: {type: object, required: [queue], properties: {queue: {type: string}}}}\n")
	asked := &jsonschema.Schema{Type: "object", Required: []string{"question"}, Properties: map[string]*jsonschema.Schema{
		"question": {Type: "string"}, "style": {Type: "string", Default: json.RawMessage(`"plain"`)},
	}}
	said := &jsonschema.Schema{Type: "object", Required: []string{"question"}, Properties: map[string]*jsonschema.Schema{
		"question": {Type: "string", MaxLength: new(200)}, "system": {Type: "string", Default: json.RawMessage(`"polite"`)},
	}}
	sub := made("sub", &chain.Options{Output: []string{"queue", "reply"}},
		chain.Prompt("sort", model, sorts, &chain.PromptOptions{Output: "queue"}),
		chain.Prompt("write", model, alone, &chain.PromptOptions{Output: "reply"}))
	return []*chain.Chain{
		made("talk", &chain.Options{Description: "Talks.", Input: said}, chain.Prompt("reply", model, talk, nil)),
		made("agent", nil, chain.Agent("reply", model, alone, set, nil)),
		made("deep", &chain.Options{Output: []string{"queue", "reply"}}, sub.Step("inside")),
		made("shout", &chain.Options{Input: asked}, chain.Func("out", func(_ context.Context, i struct {
			Question string `json:"question"`
			Style    string `json:"style"`
		},
		) (string, error) {
			return strings.ToUpper(i.Question) + " " + i.Style, nil
		}, nil)),
		made("two", nil, chain.Func("out", func(_ context.Context, i struct{ A, B string }) (string, error) { return i.A + i.B, nil }, nil)),
		made("counts", nil, chain.Func("out", func(_ context.Context, i in) (int, error) { return len(i.Text), nil }, nil)),
		made("asks", nil, chain.Func("draft", func(_ context.Context, i in) (string, error) { return i.Text, nil }, nil), chain.Approve("ok", "Well?", nil)),
		made("fails", nil, chain.Func("out", func(context.Context, in) (string, error) { return "", errors.New("the secret is 42") }, nil)),
	}
}

// looks is a tool that looks an order up.
func looks(t *testing.T) *tools.Set {
	t.Helper()
	type order struct {
		ID string `json:"id"`
	}
	look, err := tools.New("look", "looks an order up", func(context.Context, order) (string, error) { return "shipped", nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := tools.NewSet(look)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func chatting(t *testing.T, o *serve.Options) (string, *emulator.Emulator) {
	t.Helper()
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{When: emulator.Match{System: "Sort it"}, Text: `{"queue": "billing"}`},
		emulator.Turn{When: emulator.Match{Text: "order", Tool: "look", NoToolResult: true}, Text: "Let me look.", ToolCalls: []emulator.ToolCall{{Name: "look", Input: map[string]any{"id": "7"}}}},
		emulator.Turn{When: emulator.Match{ResultOf: "look"}, Text: "It has shipped."},
		emulator.Turn{When: emulator.Match{Text: "quota"}, Error: &emulator.Failure{Code: "ThrottlingException", Message: "Too many tokens, the secret is 42"}},
		emulator.Turn{When: emulator.Match{Text: "long"}, Error: &emulator.Failure{Code: "ValidationException", Message: "Input is too long for requested model."}},
		emulator.Turn{When: emulator.Match{Text: "cut"}, Text: "Once upon", StopReason: "max_tokens"},
		emulator.Turn{When: emulator.Match{Text: "bad"}, Text: "I may not.", StopReason: "guardrail_intervened"},
		emulator.Turn{Text: "Hello, dear \"friend\"\n\u2028.", Chunks: []string{"Hello,", " dear", " \"friend\"\n\u2028."}, Usage: &emulator.Usage{Input: 10, Output: 5, CacheRead: 3, CacheWrite: 2}},
	)})
	url, _ := serving(t, o, chatChains(t, emu)...)
	return url, emu
}

const greetingText = "Hello, dear \"friend\"\n\u2028."

func user(model, text string, more ...string) string {
	return fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":%q}]%s}`, model, text, strings.Join(more, ""))
}

func TestChatCompletion(t *testing.T) {
	url, _ := chatting(t, nil)
	resp, body := ask(t, "POST", url+"/v1/chat/completions", user("talk", "hi"))
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	id, _ := got["id"].(string)
	if run, ok := strings.CutPrefix(id, "chatcmpl-"); !ok || resp.Header.Get("X-Request-Id") != run {
		t.Errorf("id %q of request %q", id, resp.Header.Get("X-Request-Id"))
	}
	if created, _ := got["created"].(float64); time.Since(time.Unix(int64(created), 0)).Abs() > time.Minute {
		t.Errorf("created %v", got["created"])
	}
	delete(got, "id")
	delete(got, "created")
	want := map[string]any{
		"object": "chat.completion", "model": "talk",
		"choices": []any{map[string]any{
			"index": 0.0, "logprobs": nil, "finish_reason": "stop",
			"message": map[string]any{"role": "assistant", "content": greetingText, "refusal": nil},
		}},
		"usage": map[string]any{
			"prompt_tokens": 15.0, "completion_tokens": 5.0, "total_tokens": 20.0,
			"prompt_tokens_details": map[string]any{"cached_tokens": 3.0}, "completion_tokens_details": map[string]any{"reasoning_tokens": 0.0},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// chatOf asks and returns the reply and why it ended.
func chatOf(t *testing.T, url, body string, headers ...string) (text, reason string) {
	t.Helper()
	resp, answer := ask(t, "POST", url+"/v1/chat/completions", body, headers...)
	var got struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
			FinishReason string `json:"finish_reason"`
		} `json:"choices"`
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || resp.StatusCode != 200 || len(got.Choices) != 1 {
		t.Fatalf("%s: %s", resp.Status, answer)
	}
	return got.Choices[0].Message.Content, got.Choices[0].FinishReason
}

// A reply is the same text however it comes, and ends for the same reason; but
// a stream tells what an agent says between its tools, too.
func TestRepliesOfChains(t *testing.T) {
	url, _ := chatting(t, nil)
	for _, tt := range []struct{ model, text, want, reason, streamed string }{
		{"talk", "hi", greetingText, "stop", ""},
		{"talk", "cut it", "Once upon", "length", ""},
		{"talk", "bad", "I may not.", "content_filter", ""},
		{"shout", "hi", "HI plain", "stop", ""},
		{"deep", "hi", greetingText, "stop", ""},
		{"agent", "my order", "It has shipped.", "stop", "Let me look.\n\nIt has shipped."},
	} {
		text, reason := chatOf(t, url, user(tt.model, tt.text))
		if text != tt.want || reason != tt.reason {
			t.Errorf("%s %s: %q, %s", tt.model, tt.text, text, reason)
		}
		c := streamChat(t, url, user(tt.model, tt.text, `,"stream":true`))
		if tt.streamed == "" {
			tt.streamed = tt.want
		}
		if c.text != tt.streamed || c.reason != tt.reason || !c.done || c.usage != nil || c.failed != nil {
			t.Errorf("%s %s, streamed: %+v", tt.model, tt.text, c)
		}
		if tt.model == "shout" && c.pieces != 1 || tt.model == "talk" && tt.text == "hi" && c.pieces != 3 {
			t.Errorf("%s came in %d pieces", tt.model, c.pieces)
		}
	}
}

// chatCame is what came of a streamed chat.
type chatCame struct {
	text, reason string
	pieces       int
	usage        map[string]any
	done         bool
	failed       map[string]any
}

func streamChat(t *testing.T, url, body string) (c chatCame) {
	t.Helper()
	resp := stream(t, t.Context(), url+"/v1/chat/completions", body)
	defer resp.Body.Close()
	id := ""
	for i, e := range parseSSE(t, resp.Body, 0) {
		if e.id != "" || e.event != "message" || c.done {
			t.Errorf("chunk %d: %+v", i, e)
		}
		if e.data == "[DONE]" {
			c.done = true
			continue
		}
		var chunk struct {
			ID      string `json:"id"`
			Object  string `json:"object"`
			Choices []struct {
				Delta struct {
					Role    *string `json:"role"`
					Content *string `json:"content"`
				} `json:"delta"`
				FinishReason *string `json:"finish_reason"`
			} `json:"choices"`
			Usage map[string]any `json:"usage"`
			Error map[string]any `json:"error"`
		}
		if err := json.Unmarshal([]byte(e.data), &chunk); err != nil {
			t.Fatalf("chunk %d: %v: %s", i, err, e.data)
		}
		if c.failed = chunk.Error; c.failed != nil {
			continue
		}
		if id == "" {
			id = chunk.ID
		}
		if chunk.ID != id || chunk.Object != "chat.completion.chunk" {
			t.Errorf("chunk %d: %s", i, e.data)
		}
		if c.usage = chunk.Usage; c.usage != nil && len(chunk.Choices) != 0 {
			t.Errorf("usage beside a choice: %s", e.data)
		}
		for _, choice := range chunk.Choices {
			if (choice.Delta.Role != nil) != (i == 0) {
				t.Errorf("chunk %d says who speaks: %s", i, e.data)
			}
			if choice.Delta.Content != nil && *choice.Delta.Content != "" {
				c.pieces++
				c.text += *choice.Delta.Content
			}
			if choice.FinishReason != nil {
				c.reason = *choice.FinishReason
			}
		}
	}
	return c
}

func TestStreamedUsage(t *testing.T) {
	url, _ := chatting(t, nil)
	c := streamChat(t, url, user("talk", "hi", `,"stream":true,"stream_options":{"include_usage":true}`))
	if c.text != greetingText || c.usage["prompt_tokens"] != 15.0 || c.usage["total_tokens"] != 20.0 || !c.done {
		t.Errorf("%+v", c)
	}
}

func TestModels(t *testing.T) {
	url, _ := chatting(t, nil)
	_, body := ask(t, "GET", url+"/v1/models", "")
	var list struct {
		Object string           `json:"object"`
		Data   []map[string]any `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || list.Object != "list" {
		t.Fatal(body)
	}
	var ids []any
	for _, m := range list.Data {
		ids = append(ids, m["id"])
		if m["object"] != "model" || m["owned_by"] != "causeway" {
			t.Errorf("%v", m)
		}
	}
	if diff := cmp.Diff([]any{"agent", "asks", "deep", "fails", "shout", "talk"}, ids); diff != "" {
		t.Error(diff)
	}
	if resp, body := ask(t, "GET", url+"/v1/models/talk", ""); resp.StatusCode != 200 || !strings.Contains(body, `"id":"talk"`) || !strings.Contains(body, `"conversational":true`) {
		t.Errorf("%s: %s", resp.Status, body)
	}
	if resp, body := ask(t, "GET", url+"/v1/models/two", ""); resp.StatusCode != 404 || !strings.Contains(body, "exactly one required input") {
		t.Errorf("%s: %s", resp.Status, body)
	}
}

// What the client says reaches the model where it belongs.
func TestChatReachesTheModel(t *testing.T) {
	url, emu := chatting(t, nil)
	const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	body := `{"model":"talk","messages":[
		{"role":"system","content":"brief"},{"role":"developer","content":[{"type":"text","text":"and kind"}]},
		{"role":"user","content":"one"},
		{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
		{"role":"tool","tool_call_id":"c1","content":"result"},
		{"role":"assistant","content":[{"type":"text","text":"two"}],"refusal":null},
		{"role":"user","content":[{"type":"text","text":"three"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + png + `","detail":"low"}},{"type":"text","text":"four"}]}],
		"temperature":0,"top_p":1,"max_tokens":10,"max_completion_tokens":20,"stop":["END"],"seed":7,"user":"anna","metadata":{"team":"a"},
		"store":false,"service_tier":"auto","parallel_tool_calls":true,"reasoning_effort":"low","whatever":{"x":1},"n":1,"tools":[],"tool_choice":"none","response_format":{"type":"text"},"logprobs":false}`
	if text, _ := chatOf(t, url, body); text != greetingText {
		t.Errorf("%q", text)
	}
	calls := emu.Calls()
	r := calls[len(calls)-1].Request
	if got := r.SystemText(); got != "Be brief\n\nand kind." {
		t.Errorf("the system said %q", got)
	}
	var roles []string
	for _, m := range r.Messages {
		roles = append(roles, m.Role)
	}
	if diff := cmp.Diff([]string{"user", "assistant", "user", "assistant", "user"}, roles); diff != "" {
		t.Error(diff)
	}
	said := r.Conversation()
	for _, want := range []string{"one", "two", "three\nfour"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if !strings.Contains(string(r.Body), png) {
		t.Error("the image did not arrive")
	}
	c := r.InferenceConfig
	if c.Temperature == nil || *c.Temperature != 0 || c.TopP != nil || c.MaxTokens == nil || *c.MaxTokens != 20 || !slices.Equal(c.StopSequences, []string{"END"}) {
		t.Errorf("settings %+v", c)
	}
}

// A chain without a place for the conversation answers the last message alone,
// and does not take the client's instructions where it has no input for them.
func TestChatWithAChainThatDoesNotConverse(t *testing.T) {
	url, emu := chatting(t, nil)
	chatOf(t, url, `{"model":"agent","messages":[{"role":"system","content":"Obey."},{"role":"user","content":"one"},{"role":"assistant","content":"two"},{"role":"user","content":"three"}]}`)
	calls := emu.Calls()
	r := calls[len(calls)-1].Request
	if len(r.Messages) != 1 || r.SystemText() != "Alone." {
		t.Errorf("the model read %s", r.Body)
	}
}

// What the client sets is for the calls that write the reply.
func TestChatSettingsAreForTheReply(t *testing.T) {
	url, emu := chatting(t, nil)
	chatOf(t, url, user("deep", "hi", `,"max_tokens":7,"stop":"\"queue\""`))
	var asked []string
	for _, c := range emu.Calls() {
		asked = append(asked, fmt.Sprint(c.Request.SystemText(), *c.Request.InferenceConfig.MaxTokens, len(c.Request.InferenceConfig.StopSequences)))
	}
	if diff := cmp.Diff([]string{"Sort it.500 0", "Alone.7 1"}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestChatIsRepeatable(t *testing.T) {
	url, emu := chatting(t, nil)
	_, first := ask(t, "POST", url+"/v1/chat/completions", user("talk", "hi"), "Idempotency-Key", "k")
	resp, second := ask(t, "POST", url+"/v1/chat/completions", user("talk", "hi"), "Idempotency-Key", "k")
	if first != second || len(emu.Calls()) != 1 || !strings.Contains(first, resp.Header.Get("X-Request-Id")) {
		t.Errorf("%d calls:\n%s\n%s", len(emu.Calls()), first, second)
	}
	if resp, body := ask(t, "POST", url+"/v1/chat/completions", user("talk", "ho"), "Idempotency-Key", "k"); resp.StatusCode != 422 || !strings.Contains(body, `"error"`) {
		t.Errorf("%s %s", resp.Status, body)
	}
}
