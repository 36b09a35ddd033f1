package bedrockstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/bedrockstore"
)

// foreign puts a prompt into the stub as Bedrock's console would.
func foreign(t *testing.T, s *stub, variant string) {
	t.Helper()
	body := map[string]any{}
	if err := json.Unmarshal([]byte(`{"name":"Mine","description":"made in the console","defaultVariant":"v","variants":[`+variant+`]}`), &body); err != nil {
		t.Fatal(err)
	}
	s.create(body)
}

func TestImportChat(t *testing.T) {
	s := newStub()
	foreign(t, s, `{"name":"other","templateType":"TEXT","templateConfiguration":{"text":{"text":"x"}}},
	{"name":"v","templateType":"CHAT","modelId":"amazon.nova-pro-v1:0","metadata":[{"key":"team","value":"support"}],
	"inferenceConfiguration":{"text":{"maxTokens":7,"temperature":0.2,"topP":0.9,"stopSequences":["END"]}},"additionalModelRequestFields":{"top_k":5},
	"templateConfiguration":{"chat":{"inputVariables":[{"name":"ticket"}],"system":[{"text":"Be kind: {{ ticket }} {{other}} {\"a\":{}}"},{"cachePoint":{"type":"default"}}],
	"messages":[{"role":"user","content":[{"text":"Q {{ticket}}"}]},{"role":"assistant","content":[{"text":"A"}]},{"role":"user","content":[{"text":"{{ticket}}"}]}],
	"toolConfiguration":{"tools":[{"toolSpec":{"name":"find","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"any":{}}}}}}`)
	file, lost, err := bedrockstore.Import(t.Context(), s.client(), "PROMPT1000", "", "team/mine")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1 other variants", "the definitions of the tools: register tools of these names"}, lost); d != "" {
		t.Error(d)
	}
	tmpl, err := templates.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tmpl.Render(map[string]any{"ticket": "T"})
	if err != nil {
		t.Fatal(err)
	}
	want := "system:\nBe kind: T {{other}} {\"a\":{}}\n[CachePoint]\nuser:\nQ T\nassistant:\nA\nuser:\nT\n"
	if d := cmp.Diff(want, templates.Transcript(p)); d != "" {
		t.Error(d)
	}
	m := tmpl.Settings()
	if m.ID != "amazon.nova-pro-v1:0" || m.MaxTokens != 7 || *m.Temperature != 0.2 || *m.TopP != 0.9 || m.Stop[0] != "END" || tmpl.Labels()["team"] != "support" {
		t.Errorf("settings %+v, labels %v", m, tmpl.Labels())
	}
	if !strings.Contains(string(file), "temperature: 0.2\n") || tmpl.ToolNames()[0] != "find" {
		t.Errorf("file:\n%s", file)
	}
}

func TestImportText(t *testing.T) {
	s := newStub()
	foreign(t, s, `{"name":"v","templateType":"TEXT","templateConfiguration":{"text":{"text":"Say {{x}}","inputVariables":[{"name":"x"}],"cachePoint":{"type":"default"}}}}`)
	file, lost, err := bedrockstore.Import(t.Context(), s.client(), arnMark+"PROMPT1000", "", "a")
	if err != nil || len(lost) > 0 {
		t.Fatal(lost, err)
	}
	tmpl, err := templates.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Render(nil); err == nil {
		t.Error("x is not required")
	}
}

// TestImportOwn: what a Store published comes back byte by byte.
func TestImportOwn(t *testing.T) {
	s := newStub()
	if _, err := open(t, s).Publish(t.Context(), "support/triage", []byte(full), nil); err != nil {
		t.Fatal(err)
	}
	file, _, err := bedrockstore.Import(t.Context(), s.client(), "PROMPT1000", "1", "x")
	if err != nil || string(file) != full {
		t.Errorf("%v:\n%s", err, file)
	}
	if _, _, err := bedrockstore.Import(t.Context(), s.client(), "PROMPT1000", "9", "x"); err == nil {
		t.Error("no error for a version that is not there")
	}
}
