package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/google/go-cmp/cmp"
)

const nova = "amazon.nova-micro-v1:0"

var weather = emulator.Script(emulator.Turn{
	Text: "Let me look.", Reasoning: "Hm, hm.",
	ToolCalls: []emulator.ToolCall{{Name: "weather", Input: map[string]any{"city": "Rome"}, ID: "call_1"}},
})

func invoke(t *testing.T, c *bedrockruntime.Client, model, body string) (*bedrockruntime.InvokeModelOutput, error) {
	t.Helper()
	return c.InvokeModel(t.Context(), &bedrockruntime.InvokeModelInput{ModelId: &model, Body: []byte(body)})
}

func invokeStream(t *testing.T, c *bedrockruntime.Client, model, body string) []string {
	t.Helper()
	out, err := c.InvokeModelWithResponseStream(t.Context(), &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: &model, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	defer out.GetStream().Close()
	var chunks []string
	for ev := range out.GetStream().Events() {
		if c, ok := ev.(*types.ResponseStreamMemberChunk); ok {
			chunks = append(chunks, string(c.Value.Bytes))
		}
	}
	if err := out.GetStream().Err(); err != nil {
		t.Fatal(err)
	}
	return chunks
}

const (
	claudeBody = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"system":"Be brief.","messages":[{"role":"user","content":"weather?"}],
		"tools":[{"name":"weather","input_schema":{"type":"object"}}]}`
	novaBody = `{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"weather?"}]}],"inferenceConfig":{"max_new_tokens":100}}`
)

func TestInvokeClaude(t *testing.T) {
	emu := emulator.New(&emulator.Options{Responder: weather})
	out, err := invoke(t, emu.Client(), sonnet, claudeBody)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Body, &got); err != nil {
		t.Fatal(err)
	}
	content := got["content"].([]any)
	if got["model"] != "claude-sonnet-4-5-20250929" || !strings.HasPrefix(got["id"].(string), "msg_bdrk_01") || got["stop_reason"] != "tool_use" ||
		content[0].(map[string]any)["thinking"] != "Hm, hm." || content[1].(map[string]any)["text"] != "Let me look." {
		t.Errorf("got %s", out.Body)
	}
	want := map[string]any{"type": "tool_use", "id": "call_1", "name": "weather", "input": map[string]any{"city": "Rome"}}
	if d := cmp.Diff(want, content[2]); d != "" {
		t.Error(d)
	}
	if r := emu.Calls()[0].Request; r.SystemText() != "Be brief." || r.Text() != "weather?" || len(r.Tools()) != 1 {
		t.Errorf("the responder saw %+v", r)
	}
}

// TestInvokeForcedTool: the rules obey tool_choice of this body too.
func TestInvokeForcedTool(t *testing.T) {
	body := `{"anthropic_version":"x","max_tokens":100,"messages":[{"role":"user","content":"hm"}],"tool_choice":{"type":"%s","name":"b"},
		"tools":[{"name":"a","input_schema":{"type":"object"}},{"name":"b","input_schema":{"type":"object"}}]}`
	for kind, want := range map[string]string{"tool": `"name":"b"`, "any": `"name":"a"`, "none": `"stop_reason":"end_turn"`, "auto": `"stop_reason":"end_turn"`} {
		out, err := invoke(t, emulator.New(nil).Client(), sonnet, fmt.Sprintf(body, kind))
		if err != nil || !strings.Contains(string(out.Body), want) {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
}

func TestInvokeClaudeStream(t *testing.T) {
	chunks := invokeStream(t, emulator.New(&emulator.Options{Responder: weather}).Client(), sonnet, claudeBody)
	var kinds []string
	text, input := "", ""
	for _, c := range chunks {
		var ev struct {
			Type  string
			Delta struct {
				Text  string
				Input string `json:"partial_json"`
			}
		}
		if err := json.Unmarshal([]byte(c), &ev); err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		kinds = append(kinds, strings.TrimPrefix(strings.TrimPrefix(ev.Type, "content_block_"), "message_"))
		text, input = text+ev.Delta.Text, input+ev.Delta.Input
	}
	if text != "Let me look." || input != `{"city":"Rome"}` {
		t.Errorf("text %q, input %q", text, input)
	}
	want := "start start delta delta delta stop start delta delta delta stop start delta delta delta stop delta stop"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("events\n got %s\nwant %s", got, want)
	}
	if last := chunks[len(chunks)-1]; !strings.Contains(last, `"amazon-bedrock-invocationMetrics":{"inputTokenCount":`) {
		t.Errorf("last chunk %s", last)
	}
}

func TestInvokeNova(t *testing.T) {
	c := emulator.New(&emulator.Options{Responder: weather}).Client()
	out, err := invoke(t, c, nova, novaBody)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out.Body), `{"toolUse":{"input":{"city":"Rome"},"name":"weather","toolUseId":"call_1"}}`) ||
		!strings.Contains(string(out.Body), `"stopReason":"tool_use"`) {
		t.Errorf("got %s", out.Body)
	}
	all := strings.Join(invokeStream(t, c, nova, novaBody), "\n")
	for _, want := range []string{
		`{"messageStart":{"role":"assistant"}}`,
		`{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"call_1","name":"weather"}},"contentBlockIndex":`,
		`{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"city\":\"Rome\"}"}},"contentBlockIndex":`,
		`{"messageStop":{"stopReason":"tool_use"}}`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
}

func TestInvokeRefusals(t *testing.T) {
	c := emulator.New(nil).Client()
	for _, tt := range []struct{ name, model, body, want string }{
		{"no version", sonnet, `{"max_tokens":1,"messages":[]}`, "anthropic_version: Field required"},
		{"no max_tokens", sonnet, `{"anthropic_version":"x","messages":[]}`, "max_tokens: Field required"},
		{"unknown member", sonnet, `{"anthropic_version":"x","max_tokens":1,"inputText":"a"}`, "inputText: Extra inputs are not permitted"},
		{"no messages", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[]}`, "messages: at least one message is required"},
		{"empty text", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":""}]}]}`, "messages: text content blocks must be non-empty"},
		{"system role", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[{"role":"system","content":"a"}]}`, "Unexpected role"},
		{
			"no result", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"i","name":"n","input":{}}]},{"role":"user","content":"b"}]}`,
			"messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: i.",
		},
		{
			"surplus result", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"i"}]}]}`,
			"unexpected `tool_use_id` found in `tool_result` blocks: i.",
		},
		{"both samplers", sonnet, `{"anthropic_version":"x","max_tokens":1,"temperature":0.1,"top_p":0.1,"messages":[{"role":"user","content":"a"}]}`, "ValidationException: `temperature` and `top_p` cannot both be specified"},
		{"budget", sonnet, `{"anthropic_version":"x","max_tokens":1024,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"a"}]}`, "`max_tokens` must be greater than `thinking.budget_tokens`"},
		{"forced tool", sonnet, `{"anthropic_version":"x","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":1024},"tools":[{"name":"a","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"a"},"messages":[{"role":"user","content":"a"}]}`, "Thinking may not be enabled when tool_choice forces tool use."},
		{"trailing space", sonnet, `{"anthropic_version":"x","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b "}]}`, "final assistant content cannot end with trailing whitespace"},
		{"Nova, broken JSON", nova, `{`, "Malformed input request, please reformat your input and try again."},
		{"Nova, other body", nova, `{"messages":[{"role":"user","content":[{"inputText":"a"}]}]}`, "Malformed input request: #/messages/0/content/0: required key [toolUse] not found"},
		{"foreign body", "meta.llama3-70b-instruct-v1:0", `{"prompt":"a"}`, "does not imitate InvokeModel of this model"},
		{"Titan, empty", "amazon.titan-embed-text-v2:0", `{"inputText":""}`, "expected minLength: 1, actual: 0"},
		{"Titan, other body", "amazon.titan-embed-text-v2:0", `{"texts":["a"]}`, "#: extraneous key [texts] is not permitted"},
		{"Titan, dimensions", "amazon.titan-embed-text-v2:0", `{"inputText":"a","dimensions":7}`, "7 is not a valid enum value"},
		{"Titan, too long", "amazon.titan-embed-text-v2:0", `{"inputText":"` + strings.Repeat("a", 40_000) + `"}`, "Too many input tokens. Max input tokens: 8192"},
		{"Nova embeddings, purpose", "amazon.nova-2-multimodal-embeddings-v1:0", `{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"FUN","text":{"truncationMode":"NONE","value":"a"}}}`, "FUN is not a valid enum value"},
		{"Cohere, no type", "cohere.embed-english-v3", `{"texts":["a"]}`, "required key [input_type] not found"},
		{"Cohere, too many", "cohere.embed-english-v3", `{"input_type":"search_query","texts":["a"` + strings.Repeat(`,"a"`, 96) + `]}`, "expected maximum item count: 96, found: 97"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := invoke(t, c, tt.model, tt.body)
			e, ok := errors.AsType[*types.ValidationException](err)
			if !ok || !strings.Contains("ValidationException: "+*e.Message, tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func cosine(a, b []float64) float64 {
	dot, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		dot, aa, bb = dot+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return dot / math.Sqrt(aa*bb)
}

func TestEmbeddings(t *testing.T) {
	c := emulator.New(nil).Client()
	titan := func(body string) []float64 {
		out, err := invoke(t, c, "amazon.titan-embed-text-v2:0", body)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Embedding []float64
			Tokens    int `json:"inputTextTokenCount"`
		}
		if err := json.Unmarshal(out.Body, &got); err != nil || got.Tokens == 0 {
			t.Fatalf("%v: %.200s", err, out.Body)
		}
		return got.Embedding
	}
	refund := titan(`{"inputText":"How do I get a refund?"}`)
	near := titan(`{"inputText":"refund: how to get it"}`)
	far := titan(`{"inputText":"The weather in Rome"}`)
	if len(refund) != 1024 || len(titan(`{"inputText":"a","dimensions":256}`)) != 256 || cosine(refund, near) < cosine(refund, far)+0.3 {
		t.Errorf("%d numbers, near %.2f, far %.2f", len(refund), cosine(refund, near), cosine(refund, far))
	}
	out, err := invoke(t, c, "cohere.embed-multilingual-v3", `{"texts":["Hello World!","bye"],"input_type":"search_document"}`)
	if err != nil {
		t.Fatal(err)
	}
	var cohere struct {
		Embeddings [][]float64
		Texts      []string
		Type       string `json:"response_type"`
	}
	if err := json.Unmarshal(out.Body, &cohere); err != nil || len(cohere.Embeddings) != 2 || len(cohere.Embeddings[0]) != 1024 ||
		cohere.Texts[0] != "hello world!" || cohere.Type != "embeddings_floats" {
		t.Errorf("%v: %.200s", err, out.Body)
	}
	out, err = invoke(t, c, "amazon.nova-2-multimodal-embeddings-v1:0", `{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"TEXT_RETRIEVAL","embeddingDimension":384,"text":{"truncationMode":"NONE","value":"a"}}}`)
	if err != nil || !strings.HasPrefix(string(out.Body), `{"embeddings":[{"embeddingType":"TEXT","embedding":[`) || strings.Count(string(out.Body), ",") != 384 {
		t.Errorf("%v: %.200s", err, out.Body)
	}
	out, err = invoke(t, c, "cohere.embed-v4:0", `{"texts":["a"],"input_type":"search_query","embedding_types":["float","int8"],"output_dimension":512}`)
	if err != nil || !strings.Contains(string(out.Body), `"int8":[[`) || !strings.Contains(string(out.Body), "embeddings_by_type") {
		t.Errorf("%v: %.200s", err, out.Body)
	}
}

func TestCountTokens(t *testing.T) {
	emu := emulator.New(nil)
	c := emu.Client()
	count := func(in types.CountTokensInput) (int32, error) {
		out, err := c.CountTokens(t.Context(), &bedrockruntime.CountTokensInput{ModelId: new(sonnet), Input: in})
		if err != nil {
			return 0, err
		}
		return *out.InputTokens, nil
	}
	whole, err := count(&types.CountTokensInputMemberConverse{Value: types.ConverseTokensRequest{Messages: say("How many tokens are these?")}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := converse(t, c, "How many tokens are these?")
	if err != nil || *answer.Usage.InputTokens != whole {
		t.Errorf("counted %d before, %v after: %v", whole, answer.Usage, err)
	}
	body, err := count(&types.CountTokensInputMemberInvokeModel{Value: types.InvokeModelTokensRequest{Body: []byte(claudeBody)}})
	if err != nil || body == 0 {
		t.Errorf("a body counts %d: %v", body, err)
	}
	if _, err := count(&types.CountTokensInputMemberConverse{Value: types.ConverseTokensRequest{Messages: say(" ")}}); err == nil {
		t.Error("counted a request that Converse refuses")
	}
}

func TestGuardrail(t *testing.T) {
	emu := emulator.New(&emulator.Options{
		Responder:  emulator.Script(emulator.Turn{Text: "Write to ada@example.com."}),
		Guardrails: map[string]emulator.Guardrail{"gr1": {Words: []string{"bomb"}, Mask: map[string]string{"EMAIL": `\S+@\S+\.\w+`}, BlockedInput: "No."}},
	})
	c := emu.Client()
	guarded := func(id, text string) (string, types.StopReason, error) {
		out, err := c.Converse(t.Context(), &bedrockruntime.ConverseInput{
			ModelId: new(sonnet), Messages: say(text),
			GuardrailConfig: &types.GuardrailConfiguration{GuardrailIdentifier: &id, GuardrailVersion: new("1"), Trace: types.GuardrailTraceEnabled},
		})
		if err != nil {
			return "", "", err
		}
		if out.Trace == nil || out.Trace.Guardrail == nil {
			t.Error("no trace")
		}
		return out.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value, out.StopReason, nil
	}
	if text, stop, err := guarded("gr1", "hi"); text != "Write to {EMAIL}." || stop != types.StopReasonGuardrailIntervened || err != nil {
		t.Errorf("masked: %q %s %v", text, stop, err)
	}
	if text, stop, err := guarded("gr1", "a BOMB"); text != "No." || stop != types.StopReasonGuardrailIntervened || err != nil {
		t.Errorf("blocked: %q %s %v", text, stop, err)
	}
	if _, _, err := guarded("gr2", "hi"); err == nil {
		t.Error("took an unknown guardrail")
	}
	apply := func(text string) *bedrockruntime.ApplyGuardrailOutput {
		out, err := c.ApplyGuardrail(t.Context(), &bedrockruntime.ApplyGuardrailInput{
			GuardrailIdentifier: new("gr1"), GuardrailVersion: new("DRAFT"), Source: types.GuardrailContentSourceOutput,
			Content: []types.GuardrailContentBlock{&types.GuardrailContentBlockMemberText{Value: types.GuardrailTextBlock{Text: &text}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := apply("mail ada@example.com"); out.Action != types.GuardrailActionGuardrailIntervened || *out.Outputs[0].Text != "mail {EMAIL}" ||
		*out.Assessments[0].SensitiveInformationPolicy.Regexes[0].Match != "ada@example.com" {
		t.Errorf("masked: %+v", out)
	}
	if out := apply("fine"); out.Action != types.GuardrailActionNone || len(out.Outputs) != 0 {
		t.Errorf("nothing: %+v", out)
	}
}

func TestUnknownOperation(t *testing.T) {
	_, err := emulator.New(nil).Client().ListAsyncInvokes(t.Context(), nil)
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "UnknownOperationException" {
		t.Errorf("got %v", err)
	}
}
