package bedrock_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

const sayHello = `{"output":{"message":{"role":"assistant","content":[{"text":"hello"}]}},"stopReason":"end_turn",
	"usage":{"inputTokens":3,"outputTokens":5,"totalTokens":8},"metrics":{"latencyMs":12}}`

func newModel(t testing.TB, w *wire, id string, o *bedrock.Options) *bedrock.Model {
	t.Helper()
	m, err := bedrock.New(w.client(t), id, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func human(text string) []llms.MessageContent {
	return []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
}

func TestGenerate(t *testing.T) {
	w := answering(sayHello)
	m := newModel(t, w, "amazon.nova-lite-v1:0", nil)
	resp, err := m.GenerateContent(t.Context(), human("hi"), llms.WithTemperature(0))
	if err != nil {
		t.Fatal(err)
	}
	choice := resp.Choices[0]
	if choice.Content != "hello" || choice.StopReason != "end_turn" {
		t.Errorf("got %q, stop %q", choice.Content, choice.StopReason)
	}
	info := message.InfoOf(choice)
	if info.RequestID != "req-1" || info.Usage != (message.Usage{Input: 3, Output: 5}) || info.Latency != 12e6 {
		t.Errorf("info %+v", info)
	}
	want := decoded(t, []byte(`{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"temperature":0}}`))
	if diff := cmp.Diff(want, w.sentJSON(t)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if w.path != "/model/amazon.nova-lite-v1%3A0/converse" {
		t.Errorf("path %s", w.path)
	}
}

// fakeClient answers without the SDK and looks at what it is asked.
type fakeClient struct {
	bedrock.Client
	schema map[string]any
}

func (f *fakeClient) Converse(_ context.Context, in *bedrockruntime.ConverseInput, _ ...func(*bedrockruntime.Options)) (*bedrockruntime.ConverseOutput, error) {
	schema := in.ToolConfig.Tools[0].(*types.ToolMemberToolSpec).Value.InputSchema.(*types.ToolInputSchemaMemberJson).Value
	if err := schema.UnmarshalSmithyDocument(&f.schema); err != nil {
		return nil, err
	}
	reply := types.Message{Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "fake"}}}
	return &bedrockruntime.ConverseOutput{Output: &types.ConverseOutputMemberMessage{Value: reply}}, nil
}

// A Client need not be the SDK's, and can read the documents it is given.
func TestFakeClient(t *testing.T) {
	f := &fakeClient{}
	m := modelOver(t, f)
	resp, err := m.GenerateContent(t.Context(), human("hi"), lookup)
	if err != nil || resp.Choices[0].Content != "fake" {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"type": "object"}, f.schema); diff != "" {
		t.Error(diff)
	}
	if text, err := m.Call(t.Context(), "hi", lookup); err != nil || text != "fake" || m.ID() != "amazon.nova-lite-v1:0" {
		t.Errorf("%q, %v", text, err)
	}
}
