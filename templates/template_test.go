package templates_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/templates"
)

const triage = `schema: causeway.prompt/v1
name: support/triage
description: Sort a ticket into a queue
model: {id: us.anthropic.claude-sonnet-4-5-20250929-v1:0, maxTokens: 512, temperature: 0}
input:
  required: [ticket]
  properties:
    ticket:   {type: string, maxLength: 20000}
    language: {type: string, enum: [en, de], default: en}
system: "You triage support tickets. Answer in {{language}}."
messages:
  - history: {}
  - user: "<ticket>{{ticket}}</ticket>"
output: {schema: {type: object, required: [queue], properties: {queue: {enum: [billing, bug, other]}}}}
tests:
  - {input: {ticket: hi}, contains: "<ticket>hi</ticket>"}
`

func TestRenderDesignExample(t *testing.T) {
	tmpl, err := templates.Parse([]byte(triage))
	if err != nil {
		t.Fatal(err)
	}
	earlier := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "{{ticket}}")}
	p, err := tmpl.Render(map[string]any{"ticket": "a < b & {{language}}", "history": earlier})
	if err != nil {
		t.Fatal(err)
	}
	want := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "You triage support tickets. Answer in en."),
		earlier[0],
		llms.TextParts(llms.ChatMessageTypeHuman, "<ticket>a < b & {{language}}</ticket>"),
	}
	if d := cmp.Diff(want, p.Messages); d != "" {
		t.Error(d)
	}
	var o llms.CallOptions
	o.Temperature = -1
	for _, f := range p.Options {
		f(&o)
	}
	if o.Temperature != 0 || o.MaxTokens != 512 || o.Model != "" {
		t.Errorf("options: %+v", o)
	}
	if string(p.OutputSchema) != `{"type":"object","required":["queue"],"properties":{"queue":{"enum":["billing","bug","other"]}}}` {
		t.Errorf("schema %s", p.OutputSchema)
	}
}
