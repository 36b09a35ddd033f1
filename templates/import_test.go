package templates_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/templates"
)

var importCases = []struct {
	name, file, text string
	vars             map[string]any
	want             string // the transcript
	fails            string
}{
	{
		name: "langchain prompt", file: "greet.yaml",
		text: "_type: prompt\ninput_variables: [name, json]\ntemplate: 'Hi {name}, {{\"a\": {json}}} {{{{x}}}}'\n",
		vars: map[string]any{"name": "Ada", "json": 1}, want: "user:\nHi Ada, {\"a\": 1} {{x}}\n",
	},
	{
		name: "langchain mustache and partial variables", file: "greet.yml",
		text: "_type: prompt\ntemplate_format: mustache\ntemplate: 'Hi {{name}} {{day}}'\npartial_variables: {day: Monday}\n",
		vars: map[string]any{"name": "Ada"}, want: "user:\nHi Ada Monday\n",
	},
	{
		name: "langchain few shot", file: "antonyms.yaml",
		text: "_type: few_shot\nprefix: Write antonyms.\nexample_separator: \"\\n\"\nexample_prompt: {_type: prompt, template: \"{input}: {output}\"}\nexamples:\n  - {input: happy, output: '{{sad}} {x}'}\n  - {input: tall, output: short}\nsuffix: '{adjective}:'\n",
		vars: map[string]any{"adjective": "big"}, want: "user:\nWrite antonyms.\nhappy: {{sad}} {x}\ntall: short\nbig:\n",
	},
	{
		name: "langchain chat", file: "chat.yaml",
		text: "_type: chat\nmessages:\n  - {prompt: {template: 'You are {role}.'}, _type: SystemMessagePromptTemplate}\n  - {_type: messages_placeholder, variable_name: history}\n  - {lc: 1, type: constructor, id: [langchain, prompts, HumanMessagePromptTemplate], kwargs: {prompt: {kwargs: {template: '{q}', template_format: f-string}}}}\n  - {role: ai, content: ok}\n",
		vars: map[string]any{"role": "kind", "q": "why", "history": []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "before")}},
		want: "system:\nYou are kind.\nuser:\nbefore\nuser:\nwhy\nassistant:\nok\n",
	},
	{name: "langchain jinja2", file: "a.yaml", text: "_type: prompt\ntemplate_format: jinja2\ntemplate: '{{ x }}'\n", fails: "jinja2"},
	{name: "langchain jinja2 in chat", file: "a.yaml", text: "_type: chat\nmessages: [{role: human, prompt: {template: '{{ x }}', template_format: jinja2}}]\n", fails: "jinja2"},
	{name: "langchain path", file: "a.yaml", text: "_type: prompt\ntemplate_path: /etc/passwd\n", fails: "not followed"},
	{name: "langchain examples by path", file: "a.yaml", text: "_type: few_shot\nexamples: /etc/passwd\nexample_prompt: {template: x}\n", fails: "not followed"},
	{name: "langchain format", file: "a.yaml", text: "_type: prompt\ntemplate: '{x!r}'\n", fails: "f-string"},
	{
		name: "dotprompt", file: "prompts/greet.prompt",
		text: "---\nmodel: googleai/gemini-2.0\nconfig: {temperature: 0.3, maxOutputTokens: 50, stopSequences: [END]}\ninput:\n  schema:\n    name: string, who to greet\n    style?: string\n    mood(enum): [happy, sad]\n  default: {style: warm}\noutput:\n  format: json\n  schema:\n    text: string\n    tags(array, words): string\n---\n{{role \"system\"}}\nBe {{style}}, {{mood}}.\n{{history}}\n{{role \"user\"}}\nGreet {{{name}}}: {{media url=photo}}\n",
		vars: map[string]any{"name": "Ada", "mood": "sad", "photo": "s3://b/a.png"},
		want: "system:\nBe warm, sad.\nuser:\nGreet Ada:\n[Image]\n",
	},
	{name: "dotprompt without front matter", file: "a.prompt", text: "Hello {{name}}!", vars: map[string]any{"name": "A"}, want: "user:\nHello A!\n"},
	{name: "dotprompt helper", file: "a.prompt", text: "---\ninput: {schema: {x: string}}\n---\n{{#if x}}a{{/if}}", fails: "more than {{name}}"},
	{name: "dotprompt type", file: "a.prompt", text: "---\ninput: {schema: {x: date}}\n---\na {{x}}", fails: "is none of string"},
	{name: "dotprompt unfinished", file: "a.prompt", text: "---\nmodel: x\n", fails: "has no end"},
	{
		name: "prompty", file: "Basic Prompt.prompty",
		text: "---\nname: Basic\ndescription: A basic prompt\nmodel:\n  api: chat\n  configuration: {type: azure_openai}\n  parameters: {max_tokens: 128, temperature: 0.2}\ninputs:\n  question: {type: string, default: \"Why?\"}\n  firstName: {type: string}\nsample: {question: x}\n---\nsystem:\nYou help {{firstName}}.\n\nuser:\n{{question}}\n",
		vars: map[string]any{"firstName": "Ada"}, want: "system:\nYou help Ada.\nuser:\nWhy?\n",
	},
	{name: "prompty jinja", file: "a.prompty", text: "---\nname: a\n---\nsystem:\n{% for i in x %}{{i}}{% endfor %}\nuser:\nhi\n", fails: "jinja2 statements"},
	{name: "prompty filter", file: "a.prompty", text: "system:\n{{ x | upper }}\nuser:\nhi\n", fails: "more than {{name}}"},
}

func TestImport(t *testing.T) {
	for _, c := range importCases {
		t.Run(c.name, func(t *testing.T) {
			imported, err := templates.Import(c.file, []byte(c.text), nil)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(err.Error(), c.file) {
					t.Errorf("error %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tmpl, err := templates.Parse(imported.Body)
			if err != nil {
				t.Fatalf("%v\n%s", err, imported.Body)
			}
			p, err := tmpl.Render(c.vars)
			if err != nil {
				t.Fatalf("%v\n%s", err, imported.Body)
			}
			if d := cmp.Diff(c.want, templates.Transcript(p)); d != "" {
				t.Errorf("%s\n%s", d, imported.Body)
			}
		})
	}
}

func TestImportNamesAndLosses(t *testing.T) {
	for file, want := range map[string]string{
		"prompts/greet.prompt": "prompts/greet", "Basic Prompt.prompty": "basic-prompt", "../../Up.prompt": "up", "日本.prompt": "imported",
	} {
		imported, err := templates.Import(file, []byte("hi"), nil)
		if strings.HasSuffix(file, "y") {
			imported, err = templates.Import(file, []byte("user:\nhi"), nil)
		}
		if err != nil || imported.Name != want {
			t.Errorf("%s: name %+v, %v; want %s", file, imported, err, want)
		}
	}
	imported, err := templates.Import("a.prompt", []byte("---\nmodel: x\nmetadata: {a: 1}\n---\nhi"), &templates.ImportOptions{Name: "team/a"})
	if err != nil || imported.Name != "team/a" || !slices.Contains(imported.Lost, "the field metadata") {
		t.Errorf("%+v, %v", imported, err)
	}
}

func TestWritePieces(t *testing.T) {
	for _, pieces := range [][]templates.Piece{
		{{Text: "plain"}},
		{{Text: "{"}, {Variable: "x"}, {Text: "}"}},
		{{Text: "{{x}} "}, {Variable: "x"}},
		{{Text: "\n  {{! no comment }}\n<% %> [% "}, {Variable: "x"}, {Text: " {{#open"}},
		{{Variable: "x"}, {Variable: "x"}},
	} {
		var want strings.Builder
		for _, p := range pieces {
			want.WriteString(p.Text)
			if p.Variable != "" {
				want.WriteString("V")
			}
		}
		text, err := templates.ParseText(templates.WritePieces(pieces), nil)
		if err != nil {
			t.Errorf("%+v: %v", pieces, err)
			continue
		}
		if got, err := text.Render(map[string]any{"x": "V"}); err != nil || got != want.String() {
			t.Errorf("%+v: %q, %v; want %q", pieces, got, err, want.String())
		}
	}
}
