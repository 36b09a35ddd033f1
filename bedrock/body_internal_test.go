package bedrock

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// bodyOf is what a protocol makes of an input.
func bodyOf(t testing.TB, p smithyhttp.ClientProtocol, op *smithy.OperationSchema, in smithy.Serializable) string {
	t.Helper()
	req, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	if !ok {
		t.Fatal("no smithy request")
	}
	if err := p.SerializeRequest(t.Context(), op, in, req); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(req.GetStream())
	if err != nil {
		t.Fatal(err)
	}
	return req.URL.EscapedPath() + "\n" + string(b)
}

// sameBodies writes a call with the SDK's protocol and ours and compares, as
// Converse and as ConverseStream. It returns the body, and whether ours wrote
// some of it.
func sameBodies(t *testing.T, msgs []llms.MessageContent, opts ...llms.CallOption) (body string, fast bool) {
	t.Helper()
	m, err := New(bedrockruntime.New(bedrockruntime.Options{}), "m/with:signs", &Options{MaxTokens: 5})
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.newRequest(t.Context(), "Converse", msgs, opts)
	if err != nil {
		t.Fatal(err)
	}
	ours := withFastProtocol(restjson1.New(nil))
	for _, c := range []struct {
		op *smithy.OperationSchema
		in smithy.Serializable
	}{
		{smithy.NewOperationSchema(schemas.Converse, schemas.ConverseRequest, schemas.ConverseResponse), &r.in},
		{smithy.NewOperationSchema(schemas.ConverseStream, schemas.ConverseStreamRequest, schemas.ConverseStreamResponse), r.streamInput()},
	} {
		want := bodyOf(t, restjson1.New(nil), c.op, c.in)
		body = bodyOf(t, ours, c.op, c.in)
		wantPath, wantBody, _ := strings.Cut(want, "\n")
		path, got, _ := strings.Cut(body, "\n")
		if path != wantPath || !reflect.DeepEqual(jsonOf(t, wantBody), jsonOf(t, got)) {
			t.Errorf("the SDK writes\n%s\nours\n%s", want, body)
		}
	}
	return body, fastInputOf(&r.in) != nil
}

func jsonOf(t *testing.T, s string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return v
}

// longHistory is one with every block that is written here.
func longHistory(text string) []llms.MessageContent {
	var msgs []llms.MessageContent
	for i := range manyTurns {
		id := fmt.Sprintf("call_%d", i)
		msgs = append(msgs,
			llms.TextParts(llms.ChatMessageTypeHuman, "a"+text),
			llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
				message.Reasoning{Text: text, Signature: "sig"},
				message.Reasoning{Text: "unsigned"},
				llms.TextContent{Text: "b" + text},
				llms.ToolCall{ID: id, FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"n": 12345678901234567890}`}},
			}},
			llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{message.ToolResult{
				ToolCallID: id, IsError: i%2 == 0,
				Parts: []llms.ContentPart{llms.TextContent{Text: "c" + text}, message.JSON{Value: json.RawMessage(`{"a":1.0}`)}},
			}}})
	}
	return msgs
}

func TestFastBodies(t *testing.T) {
	tools := make([]llms.Tool, manyTools)
	for i := range tools {
		tools[i] = llms.Tool{Function: &llms.FunctionDefinition{Name: fmt.Sprintf("t%d", i), Strict: i == 1}}
		if i > 1 {
			tools[i].Function.Description, tools[i].Function.Parameters = "d\n", json.RawMessage(`{"type":"object"}`)
		}
	}
	short := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")}
	withImage := append(longHistory("x"), llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
		message.Image{MIMEType: "image/png", Data: []byte{1}},
	}})
	for name, c := range map[string]struct {
		msgs []llms.MessageContent
		opts []llms.CallOption
		fast bool
	}{
		"short":            {short, nil, false},
		"long":             {longHistory("x"), nil, true},
		"long, an image":   {withImage, nil, false},
		"many tools":       {short, []llms.CallOption{llms.WithTools(tools)}, true},
		"a choice, auto":   {short, []llms.CallOption{llms.WithTools(tools), llms.WithToolChoice("auto")}, true},
		"a choice, any":    {short, []llms.CallOption{llms.WithTools(tools), llms.WithToolChoice("any")}, true},
		"a choice, one":    {longHistory("x"), []llms.CallOption{llms.WithTools(tools), llms.WithToolChoice(llms.ToolChoice{Function: &llms.FunctionReference{Name: "t1"}})}, true},
		"a tool of theirs": {short, []llms.CallOption{llms.WithTools(append(tools[:3:3], llms.Tool{Type: systemTool, Function: &llms.FunctionDefinition{Name: "s"}}))}, false},
	} {
		if _, fast := sameBodies(t, c.msgs, c.opts...); fast != c.fast {
			t.Errorf("%s: written here: %v", name, fast)
		}
	}
}

// FuzzFastStrings: whatever a text holds, the SDK and we write the same.
func FuzzFastStrings(f *testing.F) {
	for _, s := range []string{"", "plain", `"\`, "\x00\x1f\x7f\n\r\t", "naïve 日本 😀", "\u2028\u2029", "\xff\xfe", "\xed\xa0\x80", "<&>", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sameBodies(t, longHistory(text))
	})
}
