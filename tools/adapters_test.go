package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/schema"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

type library map[string][]schema.Document

func (l library) GetRelevantDocuments(_ context.Context, query string) ([]schema.Document, error) {
	if query == "broken" {
		return nil, errors.New("the index is gone")
	}
	return l[query], nil
}

var _ schema.Retriever = library{}

func TestFromRetriever(t *testing.T) {
	l := library{"refunds": {
		{PageContent: "Within 30 days.", Metadata: map[string]any{"source": "s3://docs/terms.md", "title": "Terms"}, Score: 0.9},
		{PageContent: "Ask support."},
	}}
	tool, err := tools.FromRetriever("search_docs", "Search the docs.", l, nil)
	if err != nil {
		t.Fatal(err)
	}
	set := mustSet(t, tool)
	r := set.Run(t.Context(), []llms.ToolCall{
		call("1", "search_docs", `{"query":"refunds"}`), call("2", "search_docs", `{"query":"x"}`), call("3", "search_docs", `{"query":"broken"}`),
	}, nil)
	if diff := diffParts(r[0].Parts, parts(
		message.SearchResult{Source: "s3://docs/terms.md", Title: "Terms", Content: []string{"Within 30 days."}},
		message.SearchResult{Source: "document 2", Title: "document 2", Content: []string{"Ask support."}},
	)); diff != "" {
		t.Error(diff)
	}
	if textOf(r[1]) != "nothing was found" || r[1].IsError || textOf(r[2]) != "the index is gone" || !r[2].IsError {
		t.Errorf("answers: %q, %q", textOf(r[1]), textOf(r[2]))
	}
}

// double is a step of a chain, by shape.
type double struct{}

func (double) Name() string      { return "double" }
func (double) Inputs() []string  { return []string{"text"} }
func (double) Outputs() []string { return []string{"twice"} }
func (double) Run(_ context.Context, in map[string]any) (map[string]any, error) {
	switch v := in["text"].(type) {
	case string:
		return map[string]any{"twice": v + v, "inner": 1}, nil
	case float64:
		return map[string]any{"twice": 2 * v}, nil
	case int64:
		return map[string]any{"twice": 2 * v}, nil
	}
	return nil, errors.New("cannot double that")
}

func TestFromStep(t *testing.T) {
	tool, err := tools.FromStep("double", "Double it.", double{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tool.Call(t.Context(), `{"text":"ab"}`); err != nil || got != "abab" {
		t.Errorf("Call = %q, %v", got, err)
	}
	if _, err := tool.Call(t.Context(), `{"tekst":"ab"}`); err == nil || !strings.Contains(err.Error(), `did you mean "text"?`) {
		t.Errorf("a wrong name: %v", err)
	}
	number := &tools.Options{InputSchema: &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{"text": {Type: "number"}}}}
	tool, err = tools.FromStep("double", "Double it.", double{}, number)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tool.Call(t.Context(), `{"text":2.5}`); err != nil || got != "5" {
		t.Errorf("Call with a schema = %q, %v", got, err)
	}
	if got, err := tool.Call(t.Context(), `{"text":1152921504606846977}`); err != nil || got != "2305843009213693954" {
		t.Errorf("Call with a long number = %q, %v", got, err)
	}
	_, err = tools.FromStep("double", "Double it.", double{}, &tools.Options{InputSchema: &jsonschema.Schema{Type: "object"}})
	if err == nil || !strings.Contains(err.Error(), `the step double needs "text"`) {
		t.Errorf("a schema without an input: %v", err)
	}
}
