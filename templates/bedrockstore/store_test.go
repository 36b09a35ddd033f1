package bedrockstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/bedrockstore"
	"github.com/causeway-go/causeway/templates/storetest"
)

func open(t *testing.T, s *stub) *bedrockstore.Store {
	t.Helper()
	store, err := bedrockstore.New(s.client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store { return open(t, newStub()) },
		&storetest.Options{NoLog: true, NoAliasNotes: true, NoProtection: true, NoGenerations: true})
}

const full = `schema: causeway.prompt/v1
name: support/triage
description: Sort a ticket
model: {id: amazon.nova-pro-v1:0, maxTokens: 100, temperature: 0.2, stop: [END], additionalFields: {top_k: 12345678901234567, nested: {a: [1.5]}}}
input:
  required: [ticket]
  properties:
    ticket: {type: string, trust: untrusted}
    language: {type: string, default: en}
partials: {tone: "Be kind."}
system:
  - text: "{{> tone}} Answer in {{ language }}."
  - cachePoint: {}
messages:
  - examples: {}
  - user: "{{! note }}{{&ticket}}"
examples:
  - {user: hi, assistant: hello}
`

// TestBedrockForm: what the console and a call by ARN see.
func TestBedrockForm(t *testing.T) {
	s := newStub()
	store := open(t, s)
	v, err := store.Publish(t.Context(), "support/triage", []byte(full), nil)
	if err != nil {
		t.Fatal(err)
	}
	var variant struct {
		TemplateType, ModelID        string
		InferenceConfiguration       map[string]any
		AdditionalModelRequestFields json.RawMessage
		TemplateConfiguration        json.RawMessage
	}
	data, err := json.Marshal(s.prompts["PROMPT1000"].versions[0]["variants"].([]any)[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &variant); err != nil {
		t.Fatal(err)
	}
	want := `{"chat":{"inputVariables":[{"name":"language"},{"name":"ticket"}],` +
		`"messages":[{"content":[{"text":"hi"}],"role":"user"},{"content":[{"text":"hello"}],"role":"assistant"},` +
		`{"content":[{"text":"\u003cuntrusted-ticket\u003e{{ticket}}\u003c/untrusted-ticket\u003e"}],"role":"user"}],` +
		`"system":[{"text":"Be kind. Answer in {{language}}."},{"cachePoint":{"type":"default"}}]}}`
	if d := cmp.Diff(want, string(variant.TemplateConfiguration)); d != "" || variant.TemplateType != "CHAT" {
		t.Errorf("%s: %s", variant.TemplateType, d)
	}
	arn, err := store.ARN(t.Context(), v.Ref())
	if err != nil || arn != arnMark+"PROMPT1000:1" {
		t.Errorf("ARN %s, %v", arn, err)
	}
	tmpl, err := templates.Parse([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	vars, err := tmpl.PromptVariables(map[string]any{"ticket": "x"})
	if d := cmp.Diff(map[string]string{"ticket": "x", "language": "en"}, vars); err != nil || d != "" {
		t.Errorf("%v, %s", err, d)
	}
}

// TestRefuses what Bedrock's form would change the meaning of.
func TestRefuses(t *testing.T) {
	for what, body := range map[string]string{
		"section": "input: {properties: {a: {type: string}}}\nmessages:\n  - user: '{{#a}}x{{/a}} y'\n",
		"path":    "input: {properties: {a: {type: object}}}\nmessages:\n  - user: '{{a.b}}'\n",
		"media":   "input: {properties: {a: {type: string, contentMediaType: image/png}}}\nmessages:\n  - user: [x, {image: {var: a}}]\n",
		"{{":      "delimiters: ['<%', '%>']\nmessages:\n  - user: 'x {{y}}'\n",
	} {
		_, err := open(t, newStub()).Publish(t.Context(), "a", []byte("schema: causeway.prompt/v1\nname: a\n"+body), nil)
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestDraftOfAnother: another process changes the draft between our steps.
func TestDraftOfAnother(t *testing.T) {
	s := newStub()
	store := open(t, s)
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "one"), nil); err != nil {
		t.Fatal(err)
	}
	p := s.prompts["PROMPT1000"]
	old := p.draft
	s.between = func() { p.draft = old }
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "two"), nil)
	if err != nil || v.Number != 3 || v.SHA256 != templates.SHA256(storetest.Body("a", "two")) {
		t.Errorf("published %+v, %v; want our content as version 3", v, err)
	}
}
