package bedrock_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

// reply is a generated answer in both of Bedrock's forms.
type reply struct {
	content []string // blocks, as Converse writes them
	events  []string // names and payloads, as ConverseStream does
}

// add appends one block: whole, and as a start, deltas and a stop.
func (r *reply) add(whole, start string, deltas ...string) {
	i := len(r.content)
	r.content = append(r.content, whole)
	if start != "" {
		r.events = append(r.events, "contentBlockStart", fmt.Sprintf(`{"contentBlockIndex":%d,"start":%s}`, i, start))
	}
	for _, d := range deltas {
		r.events = append(r.events, "contentBlockDelta", fmt.Sprintf(`{"contentBlockIndex":%d,"delta":%s,"p":"abc"}`, i, d))
	}
	r.events = append(r.events, "contentBlockStop", fmt.Sprintf(`{"contentBlockIndex":%d}`, i))
}

const replyTail = `"usage":{"inputTokens":3,"outputTokens":5,"totalTokens":16,"cacheReadInputTokens":2,"cacheWriteInputTokens":6,` +
	`"cacheDetails":[{"inputTokens":4,"ttl":"5m"},{"inputTokens":2,"ttl":"1h"}]},"metrics":{"latencyMs":12},` +
	`"performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"},"trace":{"promptRouter":{"invokedModelId":"arn:chosen"}}`

func (r *reply) unary(stop string) string {
	return fmt.Sprintf(`{"output":{"message":{"role":"assistant","content":[%s]}},"stopReason":%q,"additionalModelResponseFields":{"seed":1.50},%s}`,
		strings.Join(r.content, ","), stop, replyTail)
}

func (r *reply) stream(t testing.TB, stop string) []byte {
	all := append([]string{"messageStart", `{"role":"assistant"}`}, r.events...)
	all = append(all, "messageStop", fmt.Sprintf(`{"stopReason":%q,"additionalModelResponseFields":{"seed":1.50}}`, stop), "metadata", "{"+replyTail+"}")
	return events(t, all...)
}

// pieces are texts that are awkward for a decoder.
var pieces = []string{"a", "hello ", "naïve ", "日本", "😀", `"quoted"`, `back\slash`, "line\nbreak", "\t", "<tag>&amp;", "\u2028", "\x00\x1f", "{}", `\u0041`}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// generate makes a reply of random blocks.
func generate(rng *rand.Rand) *reply {
	r := &reply{}
	word := func() string { return pieces[rng.IntN(len(pieces))] }
	for range 1 + rng.IntN(6) {
		texts := []string{"x" + word()}
		for range rng.IntN(4) {
			texts = append(texts, word())
		}
		all := quoted(strings.Join(texts, ""))
		deltas := make([]string, len(texts))
		for i, s := range texts {
			deltas[i] = `{"text":` + quoted(s) + `}`
		}
		switch rng.IntN(6) {
		case 0, 1:
			r.add(`{"text":`+all+`}`, "", deltas...)
		case 2:
			for i, s := range texts {
				deltas[i] = `{"reasoningContent":{"text":` + quoted(s) + `}}`
			}
			deltas = append(deltas, `{"reasoningContent":{"signature":"c2ln"}}`)
			r.add(`{"reasoningContent":{"reasoningText":{"text":`+all+`,"signature":"c2ln"}}}`, "", deltas...)
		case 3:
			r.add(`{"reasoningContent":{"redactedContent":"AQID"}}`, "", `{"reasoningContent":{"redactedContent":"AQID"}}`)
		case 4:
			r.addTool(rng, len(r.content), texts)
		case 5:
			from := `{"title":"doc","source":"s","sourceContent":[{"text":"q"}],"location":{"documentPage":{"documentIndex":0,"start":1,"end":2}}}`
			deltas = append(deltas, `{"citation":`+from+`}`)
			r.add(`{"citationsContent":{"content":[{"text":`+all+`}],"citations":[`+from+`]}}`, "", deltas...)
		}
	}
	return r
}

func (r *reply) addTool(rng *rand.Rand, n int, texts []string) {
	input := `{}`
	var deltas []string
	if rng.IntN(4) > 0 {
		input = fmt.Sprintf(`{"n":12345678901234567890,"x":1.0,"s":%s}`, quoted(strings.Join(texts, "")))
		for rest := input; rest != ""; {
			cut := min(len(rest), 1+rng.IntN(9))
			for cut < len(rest) && rest[cut]&0xC0 == 0x80 { // never within a rune: it would not be JSON
				cut++
			}
			deltas = append(deltas, `{"toolUse":{"input":`+quoted(rest[:cut])+`}}`)
			rest = rest[cut:]
		}
	}
	head := fmt.Sprintf(`"toolUseId":"tooluse_%d","name":"tool_%d"`, n, n)
	r.add(`{"toolUse":{`+head+`,"input":`+input+`}}`, `{"toolUse":{`+head+`}}`, deltas...)
}

// FuzzStreamedEqualsUnstreamed: an answer comes out the same streamed and
// unstreamed, goes back to the wire as it came, and does so again after it was
// stored and loaded.
func FuzzStreamedEqualsUnstreamed(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := generate(rand.New(rand.NewPCG(seed, 0)))
		plain, err := newModel(t, answering(r.unary("end_turn")), "m", nil).GenerateContent(t.Context(), human("hi"))
		if err != nil {
			t.Fatal(err)
		}
		streamed, err := newModel(t, streaming(r.stream(t, "end_turn")), "m", nil).
			GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(canonical(t, plain), canonical(t, streamed)); diff != "" {
			t.Errorf("(-plain +streamed):\n%s", diff)
		}
		sent := resend(t, message.Assistant(plain.Choices[0]))
		if want := decoded(t, []byte("["+strings.Join(r.content, ",")+"]")); !cmp.Equal(want, sent) {
			t.Errorf("sent again (-came +went):\n%s", cmp.Diff(want, sent))
		}
		if again := resend(t, message.Assistant(streamed.Choices[0])); !cmp.Equal(sent, again) {
			t.Errorf("sent again after streaming (-plain +streamed):\n%s", cmp.Diff(sent, again))
		}
	})
}

// canonical returns an answer with what rightly differs taken out: streams
// know their first token and keep the model's own spelling of arguments.
func canonical(t *testing.T, resp *llms.ContentResponse) any {
	t.Helper()
	choice := *resp.Choices[0]
	info := message.InfoOf(&choice)
	info.FirstToken, info.RequestID = 0, ""
	msgs, err := message.Marshal([]llms.MessageContent{info.Message})
	if err != nil {
		t.Fatal(err)
	}
	info.Message = llms.MessageContent{}
	var calls []any
	for _, c := range choice.ToolCalls {
		calls = append(calls, c.ID, c.FunctionCall.Name, decoded(t, []byte(c.FunctionCall.Arguments)))
	}
	return []any{info, choice.Content, choice.ReasoningContent, choice.StopReason, calls, withoutArguments(decoded(t, msgs))}
}

// withoutArguments decodes stored tool arguments, which are strings of JSON.
func withoutArguments(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if s, ok := v["arguments"].(string); ok {
			var args any
			if json.Unmarshal([]byte(s), &args) == nil {
				v["arguments"] = args
			}
		}
		for k := range v {
			v[k] = withoutArguments(v[k])
		}
	case []any:
		for i := range v {
			v[i] = withoutArguments(v[i])
		}
	}
	return v
}

// resend sends a reply as the second turn of a conversation, before and after
// it was stored, and returns the blocks that reached the wire.
func resend(t *testing.T, m llms.MessageContent) any {
	t.Helper()
	// A reply that came last would be a prefill, and lose white space.
	history := append(human("hi"), m, llms.TextParts(llms.ChatMessageTypeHuman, "go on"))
	stored, err := message.Marshal(history)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := message.Unmarshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	var bodies [2]string
	for i, msgs := range [][]llms.MessageContent{history, loaded} {
		w := answering(sayHello)
		if _, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), msgs); err != nil {
			t.Fatal(err)
		}
		bodies[i] = string(w.body)
	}
	if bodies[0] != bodies[1] {
		t.Errorf("stored and loaded, it is sent otherwise:\n%s\n%s", bodies[0], bodies[1])
	}
	turns := decoded(t, []byte(bodies[0])).(map[string]any)["messages"].([]any)
	return turns[1].(map[string]any)["content"]
}

// Blocks that only an unstreamed answer can hold come back and go out again.
func TestRareBlocks(t *testing.T) {
	content := `[{"image":{"format":"png","source":{"bytes":"AQID"}}},
		{"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://b/k","bucketOwner":"123456789012"}}}},
		{"audio":{"format":"wav","source":{"bytes":"AQID"}}},
		{"document":{"format":"pdf","name":"d","source":{"bytes":"AQID"},"context":"c","citations":{"enabled":true}}},
		{"document":{"format":"txt","name":"e","source":{"text":"words"},"citations":{"enabled":true}}},
		{"document":{"format":"md","name":"f","source":{"content":[{"text":"one"},{"text":"two"}]},"citations":{"enabled":true}}},
		{"document":{"format":"csv","name":"g","source":{"s3Location":{"uri":"s3://b/k","bucketOwner":"123456789012"}}}},
		{"searchResult":{"source":"s","title":"t","content":[{"text":"x"}]}},
		{"cachePoint":{"type":"default","ttl":"1h"}},
		{"cachePoint":{"type":"default","ttl":"5m"}},
		{"audio":{"format":"mp3","source":{"s3Location":{"uri":"s3://b/k"}}}},
		{"image":{"format":"webp","source":{"s3Location":{"uri":"s3://b/k"}}}},
		{"video":{"format":"mov","source":{"bytes":"AQID"}}},
		{"citationsContent":{"content":[{"text":"claim"}],"citations":[
			{"title":"a","location":{"documentChar":{"documentIndex":0,"start":0,"end":1}}},
			{"title":"a","location":{"documentChunk":{"documentIndex":1,"start":0,"end":1}}},
			{"title":"a","location":{"searchResultLocation":{"searchResultIndex":0,"start":0,"end":1}}},
			{"title":"a","location":{"web":{"url":"https://example.com","domain":"example.com"}}},
			{"title":"a"}]}},
		{"guardContent":{"text":{"text":"g","qualifiers":["query"]}}},
		{"guardContent":{"image":{"format":"jpeg","source":{"bytes":"AQID"}}}},
		{"toolUse":{"toolUseId":"s1","name":"nova_grounding","input":{},"type":"server_tool_use"}},
		{"toolResult":{"toolUseId":"s1","content":[{"text":"found"},{"json":{"a":1.0}},
			{"image":{"format":"png","source":{"bytes":"AQID"}}},{"video":{"format":"mp4","source":{"bytes":"AQID"}}},
			{"document":{"format":"pdf","name":"h","source":{"bytes":"AQID"}}},{"searchResult":{"source":"s","title":"t","content":[{"text":"x"}]}}]}},
		{"text":"done"}]`
	body := strings.Replace(sayHello, `[{"text":"hello"}]`, content, 1)
	resp, err := newModel(t, answering(body), "amazon.nova-premier-v1:0", nil).GenerateContent(t.Context(), human("hi"))
	if err != nil {
		t.Fatal(err)
	}
	if calls := resp.Choices[0].ToolCalls; len(calls) != 0 {
		t.Errorf("a call that Bedrock ran itself is offered to be run: %v", calls)
	}
	if diff := cmp.Diff(decoded(t, []byte(content)), resend(t, message.Assistant(resp.Choices[0]))); diff != "" {
		t.Errorf("(-came +went):\n%s", diff)
	}
}

// Rare things a stream can hold: a picture in pieces, and a tool that Bedrock
// ran itself with its result.
func TestRareStreamBlocks(t *testing.T) {
	body := events(t,
		"contentBlockStart", `{"contentBlockIndex":1,"start":{"image":{"format":"png"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"image":{"source":{"bytes":"AQI="}}}}`,
		"contentBlockStart", `{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"s1","name":"nova_grounding","type":"server_tool_use"}}}`,
		"contentBlockStart", `{"contentBlockIndex":3,"start":{"toolResult":{"toolUseId":"s1","status":"error"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":3,"delta":{"toolResult":[{"text":"not "},{"text":"found"},{"json":{"a":1.0}}]}}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"came last, belongs first"}}`,
		"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"image":{"source":{"bytes":"Aw=="}}}}`,
		"messageStop", `{"stopReason":"end_turn"}`)
	resp, err := newModel(t, streaming(body), "m", nil).GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
	if err != nil {
		t.Fatal(err)
	}
	want := []llms.ContentPart{
		llms.TextContent{Text: "came last, belongs first"},
		message.Image{MIMEType: "image/png", Data: []byte{1, 2, 3}},
		llms.ToolCall{ID: "s1", Type: "server_tool_use", FunctionCall: &llms.FunctionCall{Name: "nova_grounding", Arguments: "{}"}},
		message.ToolResult{ToolCallID: "s1", IsError: true, Parts: []llms.ContentPart{
			llms.TextContent{Text: "not found"}, message.JSON{Value: json.RawMessage(`{"a":1.0}`)},
		}},
	}
	if diff := cmp.Diff(want, message.Assistant(resp.Choices[0]).Parts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(resp.Choices[0].ToolCalls) != 0 {
		t.Error("a call that Bedrock ran itself is offered to be run")
	}
}

// The SDK decodes a block it does not know as a copy of the one before.
func TestUnknownBlock(t *testing.T) {
	for name, content := range map[string]string{
		"between": `[{"text":"a"},{"brandNew":{}},{"toolUse":{"toolUseId":"t","name":"f","input":{}}}]`,
		"first":   `[{"brandNew":{}},{"text":"a"},{"toolUse":{"toolUseId":"t","name":"f","input":{}}}]`,
	} {
		body := strings.Replace(sayHello, `[{"text":"hello"}]`, content, 1)
		resp, err := newModel(t, answering(body), "m", nil).GenerateContent(t.Context(), human("hi"))
		if err != nil {
			t.Fatal(err)
		}
		if c := resp.Choices[0]; c.Content != "a" || len(c.ToolCalls) != 1 || len(message.Assistant(c).Parts) != 2 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	body := events(t,
		"brandNewEvent", `{}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"brandNew":{}}}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a"}}`,
		"messageStop", `{"stopReason":"end_turn"}`)
	resp, err := newModel(t, streaming(body), "m", nil).GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
	if err != nil || resp.Choices[0].Content != "a" {
		t.Errorf("stream: %v", err)
	}
}

// All nine stop reasons are answers and keep Bedrock's own word.
func TestStopReasons(t *testing.T) {
	for _, stop := range []string{
		"end_turn", "tool_use", "max_tokens", "stop_sequence", "guardrail_intervened", "content_filtered",
		"malformed_model_output", "malformed_tool_use", "model_context_window_exceeded", "something_new",
	} {
		r := &reply{}
		r.add(`{"text":"so far"}`, "", `{"text":"so far"}`)
		for _, c := range []struct {
			w    *wire
			opts []llms.CallOption
		}{{answering(r.unary(stop)), nil}, {streaming(r.stream(t, stop)), []llms.CallOption{llms.WithStreamingFunc(deaf)}}} {
			resp, err := newModel(t, c.w, "m", &bedrock.Options{}).GenerateContent(t.Context(), human("hi"), c.opts...)
			if err != nil || resp.Choices[0].StopReason != stop || resp.Choices[0].Content != "so far" {
				t.Errorf("%s: %v", stop, err)
			}
		}
	}
}
