package message_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func TestInfoTravelsUnderOneKey(t *testing.T) {
	c := &llms.ContentChoice{}
	want := message.Info{Model: "m", Usage: message.Usage{Input: 3, Output: 4, CacheRead: 5}, Attempts: 2}
	message.Attach(c, want)
	if diff := cmp.Diff(want, message.InfoOf(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(c.GenerationInfo) != 1 {
		t.Errorf("GenerationInfo has keys %v, want one", c.GenerationInfo)
	}
}

func TestUsageOfForeignModels(t *testing.T) {
	for _, tt := range []struct {
		name string
		info map[string]any
		want message.Usage
	}{
		{"openai", map[string]any{"PromptTokens": 1, "CompletionTokens": 2, "ReasoningTokens": 1}, message.Usage{Input: 1, Output: 2, Reasoning: 1}},
		{"anthropic", map[string]any{"InputTokens": 1, "OutputTokens": 2, "CacheReadInputTokens": 3}, message.Usage{Input: 1, Output: 2, CacheRead: 3}},
		{"bedrock", map[string]any{"input_tokens": int64(1), "output_tokens": float64(2)}, message.Usage{Input: 1, Output: 2}},
		{"nothing told", nil, message.Usage{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := message.UsageOf(&llms.ContentChoice{GenerationInfo: tt.info}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAssistant(t *testing.T) {
	call := &llms.FunctionCall{Name: "f", Arguments: "{}"}
	whole := llms.TextParts(llms.ChatMessageTypeAI, "whole")
	attached := &llms.ContentChoice{Content: "text alone"}
	message.Attach(attached, message.Info{Message: whole})
	for _, tt := range []struct {
		name string
		in   *llms.ContentChoice
		want []llms.ContentPart
	}{
		{"attached", attached, whole.Parts},
		{
			"built from the choice", &llms.ContentChoice{ReasoningContent: "hm", Content: "hi", ToolCalls: []llms.ToolCall{{ID: "1", FunctionCall: call}}, FuncCall: call},
			[]llms.ContentPart{message.Reasoning{Text: "hm"}, llms.TextPart("hi"), llms.ToolCall{ID: "1", FunctionCall: call}},
		},
		{"the old function call", &llms.ContentChoice{FuncCall: call}, []llms.ContentPart{llms.ToolCall{Type: "function", FunctionCall: call}}},
		{"nothing", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := message.Assistant(tt.in)
			if diff := cmp.Diff(llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: tt.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
