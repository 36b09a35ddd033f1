package bedrock_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

func TestCountTokens(t *testing.T) {
	for id, path := range map[string]string{
		"anthropic.claude-3":                           "/model/anthropic.claude-3/count-tokens",
		"us.anthropic.claude-sonnet-4-5-20250929-v1:0": "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens",
		"arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0": "/model/anthropic.claude-3-7-sonnet-20250219-v1%3A0/count-tokens",
		"arn:aws:bedrock:us-east-1:012345678901:application-inference-profile/abc":                              "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A012345678901%3Aapplication-inference-profile%2Fabc/count-tokens",
	} {
		w := answering(`{"inputTokens":42}`)
		m := newModel(t, w, id, nil)
		n, err := m.CountTokens(t.Context(), []llms.MessageContent{
			llms.TextParts(llms.ChatMessageTypeSystem, "s"), llms.TextParts(llms.ChatMessageTypeHuman, "h"),
		})
		if err != nil || n != 42 || w.path != path {
			t.Errorf("%s: %d, %v, %s", id, n, err, w.path)
		}
		want := decoded(t, []byte(`{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"h"}]}],"system":[{"text":"s"}]}}}`))
		if diff := cmp.Diff(want, w.sentJSON(t)); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	}
	m, err := bedrock.New(converseOnly{answering("").client(t)}, "m", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.CountTokens(t.Context(), human("h")); !llms.IsInvalidRequestError(err) {
		t.Errorf("a client without CountTokens: %v", err)
	}
}

// converseOnly hides what a Client need not have.
type converseOnly struct{ bedrock.Client }

func TestApplyGuardrail(t *testing.T) {
	w := answering(`{"action":"GUARDRAIL_INTERVENED","actionReason":"Guardrail blocked.","outputs":[{"text":"Sorry."}],
		"assessments":[{"topicPolicy":{"topics":[{"name":"Secrets","type":"DENY","action":"BLOCKED"}]}}],"usage":{}}`)
	g := bedrock.Guardrail{ID: "gr", Version: "2", Trace: "enabled_full"}
	v, err := bedrock.ApplyGuardrail(t.Context(), w.client(t), g, bedrock.GuardrailOutput,
		llms.TextPart("a"), message.Guarded{Text: "b", Qualifiers: []string{"query"}}, llms.BinaryPart("image/png", []byte{1, 2, 3}))
	if err != nil {
		t.Fatal(err)
	}
	if !v.Intervened || v.Reason != "Guardrail blocked." || v.Text != "Sorry." || v.RequestID != "req-1" || len(v.Assessments) != 1 {
		t.Fatalf("%+v", v)
	}
	found := decoded(t, []byte(`{"topicPolicy":{"topics":[{"name":"Secrets","type":"DENY","action":"BLOCKED"}]}}`))
	if diff := cmp.Diff(found, decoded(t, v.Assessments[0])); diff != "" {
		t.Errorf("assessment (-sent +got):\n%s", diff)
	}
	want := decoded(t, []byte(`{"source":"OUTPUT","outputScope":"FULL","content":[{"text":{"text":"a"}},{"text":{"text":"b","qualifiers":["query"]}},{"image":{"format":"png","source":{"bytes":"AQID"}}}]}`))
	if diff := cmp.Diff(want, w.sentJSON(t)); diff != "" || w.path != "/guardrail/gr/version/2/apply" {
		t.Errorf("%s %s", w.path, diff)
	}
	refusing := &wire{answer: func(*http.Request) *http.Response {
		return response(404, map[string]string{"X-Amzn-ErrorType": "ResourceNotFoundException"}, []byte(`{"message":"no such guardrail"}`))
	}}
	if _, err := bedrock.ApplyGuardrail(t.Context(), refusing.client(t), g, bedrock.GuardrailInput, llms.TextPart("a")); !isResourceNotFound(err) {
		t.Error(err)
	}
	if _, err := bedrock.ApplyGuardrail(t.Context(), w.client(t), g, bedrock.GuardrailInput, llms.BinaryPart("image/gif", []byte{1})); !llms.IsInvalidRequestError(err) {
		t.Error(err)
	}
}
