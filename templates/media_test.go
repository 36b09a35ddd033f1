package templates_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/templates"
)

const withMedia = `schema: causeway.prompt/v1
name: p
input:
  required: [photo]
  properties:
    photo: {type: string, contentMediaType: image/*}
    my_contract: {type: string, contentMediaType: application/pdf}
    clip: {type: string, contentMediaType: video/*}
    call: {type: string, contentMediaType: audio/mpeg}
messages:
  - user:
      - Look.
      - image: {var: photo}
      - document: {var: my_contract, context: Signed, citations: true}
      - video: {var: clip}
      - audio: {var: call}
      - cachePoint: {ttl: 1h}
`

func TestMedia(t *testing.T) {
	tmpl, err := templates.Parse([]byte(withMedia))
	if err != nil {
		t.Fatal(err)
	}
	png := []byte("\x89PNG\r\n\x1a\nrest")
	image := message.Image{MIMEType: "image/png", Data: png}
	for name, c := range map[string]struct {
		vars map[string]any
		want []llms.ContentPart
	}{
		"bytes": {map[string]any{"photo": png}, []llms.ContentPart{image}},
		"data URL": {
			map[string]any{"photo": "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)}, []llms.ContentPart{image},
		},
		"S3":          {map[string]any{"photo": "s3://b/a.PNG"}, []llms.ContentPart{message.Image{MIMEType: "image/png", Source: "s3://b/a.PNG"}}},
		"a part":      {map[string]any{"photo": image}, []llms.ContentPart{image}},
		"langchaingo": {map[string]any{"photo": llms.BinaryPart("image/gif", []byte("GIF89a"))}, []llms.ContentPart{message.Image{MIMEType: "image/gif", Data: []byte("GIF89a")}}},
		"everything": {
			map[string]any{"photo": image, "my_contract": []byte("%PDF-1"), "clip": "s3://b/a.mp4", "call": []byte("ID3")},
			[]llms.ContentPart{
				image,
				message.Document{Name: "my contract", MIMEType: "application/pdf", Data: []byte("%PDF-1"), Context: "Signed", Citations: true},
				message.Video{MIMEType: "video/mp4", Source: "s3://b/a.mp4"},
				message.Audio{MIMEType: "audio/mpeg", Data: []byte("ID3")},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := tmpl.Render(c.vars)
			if err != nil {
				t.Fatal(err)
			}
			parts := p.Messages[0].Parts
			if d := cmp.Diff(c.want, parts[1:len(parts)-1], cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
			if last := parts[len(parts)-1]; last != (message.CachePoint{TTL: 3600e9}) {
				t.Errorf("the last block is %+v", last)
			}
		})
	}
	for name, value := range map[string]any{
		"text": "hello", "a path": "/etc/passwd", "no base64": "data:image/png,abc", "another kind": "s3://b/a.pdf", "empty": []byte{},
		"unknown bytes": []byte("what"), "number": 3, "wrong part": message.Video{}, "html": "data:text/html;base64,aGk=", "nothing to tell by": "s3://b/a",
	} {
		if p, err := tmpl.Render(map[string]any{"photo": value}); !errors.Is(err, templates.ErrWrongType) {
			t.Errorf("%s: %+v, %v; want ErrWrongType", name, p, err)
		}
	}
	if _, err := tmpl.Render(nil); !errors.Is(err, templates.ErrMissing) {
		t.Errorf("without the photo: %v", err)
	}
	if schema := tmpl.Inputs()["photo"]; schema.ContentMediaType != "image/*" || schema.Type != "string" {
		t.Errorf("schema %+v", schema)
	}
}

// TestSlots: examples and history stand where the file puts them; only the
// last turns of the history, whole.
func TestSlots(t *testing.T) {
	tmpl, err := templates.Parse([]byte(`schema: causeway.prompt/v1
name: p
input: {required: [q], properties: {q: {type: string}, tone: {type: string, default: kind}, note: {type: string}}}
system: ["{{#note}}{{note}}{{/note}}"]
messages:
  - examples: {}
  - history: {key: before, maxTurns: 2}
  - user: "{{q}} ({{tone}})"
examples:
  - {input: {q: hi}, output: hello}
  - {input: {q: bye, tone: brief}, output: {a: 1}}
tools: {names: [find, keep], choice: find}
`))
	if err != nil {
		t.Fatal(err)
	}
	human := func(s string) llms.MessageContent { return llms.TextParts(llms.ChatMessageTypeHuman, s) }
	ai := func(s string) llms.MessageContent { return llms.TextParts(llms.ChatMessageTypeAI, s) }
	result := llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "1"}}}
	asUser := llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{message.ToolResult{ToolCallID: "2"}}}
	history := []llms.MessageContent{human("1"), ai("a"), human("2"), ai("b"), result, asUser, ai("c"), human("3"), ai("d")}
	p, err := tmpl.Render(map[string]any{"q": "now", "before": history})
	if err != nil {
		t.Fatal(err)
	}
	want := append([]llms.MessageContent{human("hi (kind)"), ai("hello"), human("bye (brief)"), ai(`{"a":1}`)}, append(history[2:9:9], human("now (kind)"))...)
	if d := cmp.Diff(want, p.Messages, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	var o llms.CallOptions
	for _, f := range p.Options {
		f(&o)
	}
	if choice, ok := o.ToolChoice.(llms.ToolChoice); !ok || choice.Function.Name != "find" || len(p.Tools) != 2 {
		t.Errorf("tools %v, choice %+v", p.Tools, o.ToolChoice)
	}
	if tmpl.HistoryVar() != "before" {
		t.Errorf("history is %s", tmpl.HistoryVar())
	}
	if _, err := tmpl.Render(map[string]any{"q": "x", "before": "text"}); !errors.Is(err, templates.ErrWrongType) {
		t.Errorf("history as text: %v", err)
	}
	if _, err := tmpl.Render(map[string]any{"q": "x", "history": history}); !errors.Is(err, templates.ErrUndeclared) {
		t.Errorf("history under another name: %v", err)
	}
}

// TestNothingToSay: a message whose text comes out blank is an error, since
// Bedrock refuses blank text.
func TestNothingToSay(t *testing.T) {
	_, err := parse(t, "", " {{need}}\n").Render(map[string]any{"need": " "})
	if err == nil {
		t.Error("a blank user message was rendered")
	}
}
