package bedrock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// replying answers every request with the same bytes, at the least cost.
type replying struct {
	contentType string
	body        []byte
}

func (r replying) Do(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return response(200, map[string]string{"Content-Type": r.contentType, "X-Amzn-RequestId": "req-1"}, r.body), nil
}

// bareCall is what a caller of the SDK writes for the same answer.
func bareCall(ctx context.Context, c *bedrockruntime.Client) (string, error) {
	id := "amazon.nova-lite-v1:0"
	out, err := c.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId:         &id,
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: new(int32(100))},
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "hi"}},
		}},
	})
	if err != nil {
		return "", err
	}
	return out.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value, nil
}

// TestCallAllocations gates what a call costs over the bare SDK's.
func TestCallAllocations(t *testing.T) {
	h := replying{"application/json", []byte(sayHello)}
	ctx, msgs := t.Context(), human("hi")
	m, plain := modelOver(t, clientOver(t, h)), plainClient(h)
	bare := testing.AllocsPerRun(300, func() {
		if text, err := bareCall(ctx, plain); err != nil || text != "hello" {
			t.Fatal(text, err)
		}
	})
	ours := testing.AllocsPerRun(300, func() {
		resp, err := m.GenerateContent(ctx, msgs, llms.WithMaxTokens(100))
		if err != nil || resp.Choices[0].Content != "hello" {
			t.Fatal(err)
		}
	})
	t.Logf("a call: bare SDK %.0f allocations, ours %.0f", bare, ours)
	if ours > bare+12 {
		t.Errorf("%.0f more allocations than the bare SDK; at most 12", ours-bare)
	}
}

// bareStream is what a caller of the SDK writes to read a stream.
func bareStream(ctx context.Context, c *bedrockruntime.Client, deaf func(string)) error {
	id := "amazon.nova-lite-v1:0"
	out, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: &id,
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "hi"}},
		}},
	})
	if err != nil {
		return err
	}
	events := out.GetStream()
	defer events.Close()
	for event := range events.Events() {
		if d, ok := event.(*types.ConverseStreamOutputMemberContentBlockDelta); ok {
			if text, ok := d.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				deaf(text.Value)
			}
		}
	}
	return events.Err()
}

// TestStreamAllocations gates a stream of 200 chunks at 0.35 of the bare SDK's.
func TestStreamAllocations(t *testing.T) {
	h := replying{"application/vnd.amazon.eventstream", textStream(t, 200)}
	ctx, msgs, m := t.Context(), human("hi"), modelOver(t, clientOver(t, h))
	plain := plainClient(h)
	bare := testing.AllocsPerRun(30, func() {
		if err := bareStream(ctx, plain, func(string) {}); err != nil {
			t.Fatal(err)
		}
	})
	ours := testing.AllocsPerRun(30, func() {
		if _, err := m.GenerateContent(ctx, msgs, llms.WithStreamingFunc(deaf)); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("200 chunks: bare SDK %.0f allocations, ours %.0f (%.2fx)", bare, ours, ours/bare)
	if ours > 0.35*bare {
		t.Errorf("%.2f of the bare SDK's allocations; at most 0.35", ours/bare)
	}
}

// toolSet makes n tools with schemas encoded once, as tools.Set hands them out.
func toolSet(n int) []llms.Tool {
	tools := make([]llms.Tool, n)
	for i := range tools {
		tools[i] = llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
			Name: fmt.Sprintf("tool_%d", i), Description: "Looks something up in a place where things are kept.",
			Parameters: json.RawMessage(`{"type":"object","required":["id"],"additionalProperties":false,"properties":{` +
				`"id":{"type":"string","description":"The id of the thing, as the customer wrote it","maxLength":40},` +
				`"kind":{"type":"string","enum":["order","invoice","parcel"]},"limit":{"type":"integer","minimum":1,"maximum":50}}}`),
		}}
	}
	return tools
}

// TestToolAllocations: schemas are encoded once, not for each call.
func TestToolAllocations(t *testing.T) {
	m := modelOver(t, clientOver(t, replying{"application/json", []byte(sayHello)}))
	ctx, msgs := t.Context(), human("hi")
	allocs := func(tools []llms.Tool) float64 {
		return testing.AllocsPerRun(200, func() {
			if _, err := m.GenerateContent(ctx, msgs, llms.WithTools(tools)); err != nil {
				t.Fatal(err)
			}
		})
	}
	maps := toolSet(20)
	for _, tool := range maps {
		var m map[string]any
		if err := json.Unmarshal(tool.Function.Parameters.(json.RawMessage), &m); err != nil {
			t.Fatal(err)
		}
		tool.Function.Parameters = m
	}
	none, twenty, twentyMaps := allocs(nil), allocs(toolSet(20)), allocs(maps)
	t.Logf("no tools %.0f allocations, 20 tools %.0f, as maps %.0f", none, twenty, twentyMaps)
	if twenty > none+20 || twentyMaps > none+20 {
		t.Errorf("20 tools cost %.0f and %.0f allocations; at most 1 each", twenty-none, twentyMaps-none)
	}
}

// TestHistoryAllocations: a history costs allocations by its turns and no
// more, so memory grows with it in a line.
func TestHistoryAllocations(t *testing.T) {
	m := modelOver(t, clientOver(t, replying{"application/json", []byte(sayHello)}))
	ctx := t.Context()
	allocs := func(turns int) float64 {
		var msgs []llms.MessageContent
		for range turns / 2 {
			msgs = append(msgs,
				llms.TextParts(llms.ChatMessageTypeHuman, "What about the next order, and the one after it?"),
				llms.TextParts(llms.ChatMessageTypeAI, "That one was shipped on Tuesday and should be with you by the end of the week."))
		}
		msgs = append(msgs, human("hi")...)
		return testing.AllocsPerRun(50, func() {
			if _, err := m.GenerateContent(ctx, msgs); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := allocs(20), allocs(200)
	t.Logf("20 turns %.0f allocations, 200 turns %.0f", few, many)
	if many > few+50 {
		t.Errorf("180 more turns cost %.0f more allocations: text turns should cost none of their own", many-few)
	}
}
