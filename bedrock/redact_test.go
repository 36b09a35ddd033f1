package bedrock_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

func TestBlockedInput(t *testing.T) {
	const blocked = `{"g":{"contentPolicy":{"filters":[{"type":"HATE","confidence":"HIGH","action":"BLOCKED"}]}}}`
	for name, c := range map[string]struct {
		stop, trace string
		want        bool
	}{
		"input":    {"guardrail_intervened", `{"guardrail":{"inputAssessment":` + blocked + `}}`, true},
		"output":   {"guardrail_intervened", `{"guardrail":{"inputAssessment":{"g":{}},"outputAssessments":{"g":[` + blocked + `]}}}`, false},
		"no trace": {"guardrail_intervened", "", false},
		"no stop":  {"end_turn", `{"guardrail":{"inputAssessment":` + blocked + `}}`, false},
	} {
		body := strings.Replace(sayHello, `"stopReason":"end_turn"`, `"stopReason":"`+c.stop+`"`, 1)
		if c.trace != "" {
			body = strings.Replace(body, `"stopReason"`, `"trace":`+c.trace+`,"stopReason"`, 1)
		}
		resp, err := newModel(t, answering(body), "m", nil).GenerateContent(t.Context(), human("hi"))
		if err != nil {
			t.Fatal(err)
		}
		if got := bedrock.BlockedInput(resp.Choices[0]); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRedact(t *testing.T) {
	words := []llms.ContentPart{llms.TextContent{Text: bedrock.Redacted}}
	history := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeHuman, "fine"),
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.ToolCall{ID: "a"}, llms.ToolCall{ID: "b"}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{message.ToolResult{ToolCallID: "a", Parts: []llms.ContentPart{llms.TextContent{Text: "bad"}}}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "b", Content: "bad"}}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.TextContent{Text: "bad"}, message.Image{MIMEType: "image/png"}}},
	}
	got := bedrock.Redact(history)
	want := []llms.MessageContent{
		history[0], history[1],
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{message.ToolResult{ToolCallID: "a", Parts: words}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "b", Content: bedrock.Redacted}}},
		{Role: llms.ChatMessageTypeHuman, Parts: words},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if history[4].Parts[0] != (llms.TextContent{Text: "bad"}) {
		t.Error("the caller's history was changed")
	}
}
