package templates_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/templates"
)

// TestNoWayOut: what leaks the environment, reads files or calls functions in
// the template languages that langchaingo offers is refused here, or is text.
func TestNoWayOut(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET")
	for _, text := range []string{
		`{{ env "AWS_SECRET_ACCESS_KEY" }}`, `{{ expandenv "$AWS_SECRET_ACCESS_KEY" }}`, `{{ getHostByName "example.com" }}`,
		`{{ include "/etc/hostname" }}`, `{% include "/etc/hostname" %}`, `{{> /etc/hostname}}`, `{{ .Danger }}`, `{{ x.Danger() }}`,
		`{{ repeat 200000000 "a" }}`, `{{range $i, $e := .}}{{end}}`, `${AWS_SECRET_ACCESS_KEY}`, `$(id)`, `{{ genPrivateKey "rsa" }}`,
		"{{x|safe}}", `{{lookup . "x"}}`, `{{#with x}}{{/with}}`, "{{ ''.__class__ }}", "{{constructor}}", "{{x.constructor}}", "{{__proto__}}",
	} {
		parsed, err := templates.ParseText(text, nil)
		if err != nil {
			continue
		}
		out, err := parsed.Render(map[string]any{"x": "a"})
		if err == nil && out != text {
			t.Errorf("%s rendered to %q", text, out)
		}
		if strings.Contains(out, "TOPSECRET") {
			t.Errorf("%s leaks the environment", text)
		}
	}
}

// TestDataIsNeverCode: values, examples and history come out as they went in.
func TestDataIsNeverCode(t *testing.T) {
	const attack = `{{language}} {{{ticket}}} {{#x}}{{/x}} {{! }} {{=<% %>=}} <%ticket%> {{> p}} {{ env "HOME" }}`
	body := triage + "examples:\n  - input: {ticket: " + string(mustJSON(t, attack)) + "}\n    output: " + string(mustJSON(t, attack)) + "\n"
	body = strings.Replace(body, "  - history: {}\n", "  - examples: {}\n  - history: {}\n", 1)
	tmpl, err := templates.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	p, err := tmpl.Render(map[string]any{"ticket": attack, "history": []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, attack)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(templates.Transcript(p), attack); got != 4 {
		t.Errorf("the text stands there %d times, want 4:\n%s", got, templates.Transcript(p))
	}
}

// TestWorkIsBounded: small templates over small data can mean endless work.
func TestWorkIsBounded(t *testing.T) {
	list := make([]any, 1000)
	for i := range list {
		list[i] = "x"
	}
	loops := strings.Repeat("{{#l}}", 30) + strings.Repeat("{{/l}}", 30)
	for name, c := range map[string]struct {
		text     string
		data     any
		partials map[string]string
	}{
		"loops that print nothing": {text: loops, data: map[string]any{"l": list}},
		"loops that print":         {text: strings.Replace(loops, "{{/l}}", strings.Repeat("x", 1000)+"{{/l}}", 1), data: map[string]any{"l": list}},
		"endless partial":          {text: "{{>p}}", data: map[string]any{"l": true}, partials: map[string]string{"p": "{{#l}}{{>p}}{{/l}}"}},
		"doubling partial":         {text: "{{>p}}", data: map[string]any{"l": true}, partials: map[string]string{"p": "{{#l}}{{>p}}{{>p}}{{/l}}"}},
	} {
		begin := time.Now()
		parsed, err := templates.ParseText(c.text, &templates.TextOptions{Partials: c.partials})
		if err == nil {
			_, err = parsed.Render(c.data)
		}
		if !errors.Is(err, templates.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	growing := map[string]string{"p": "x\n {{>p}}\n"}
	if _, err := templates.ParseText("{{>p}}", &templates.TextOptions{Partials: growing}); err == nil {
		t.Error("a partial that indents itself without end was taken")
	}
	if _, err := templates.ParseText(strings.Repeat("{{#a}}", 100)+strings.Repeat("{{/a}}", 100), nil); err == nil {
		t.Error("a hundred sections within each other were taken")
	}
}

// TestErrorsHoldNoPrompt: neither a prompt's text nor a variable's value is in
// any error, so that none gets into a log.
func TestErrorsHoldNoPrompt(t *testing.T) {
	const secret = "TOPSECRET"
	tmpl := parse(t, `
    s: {type: string, maxLength: 5}
    u: {type: string, trust: untrusted}
    e: {type: string, enum: [a]}
    p: {type: string, pattern: "^a$"}
    o: {type: object, additionalProperties: false, properties: {a: {type: string}}}
    m: {type: string, contentMediaType: image/png}
`, secret+"{{need}}{{#s}}{{s}}{{/s}}{{#u}}{{u}}{{/u}}{{#e}}{{e}}{{/e}}{{#p}}{{p}}{{/p}}{{#o}}{{o}}{{/o}}")
	for _, vars := range []map[string]any{
		{"s": secret},
		{"u": secret + "<untrusted-x>"},
		{"e": secret},
		{"p": secret},
		{"o": map[string]any{"a": 1, secret + " is here": 2}},
		{"o": map[string]any{secret + " x": struct{}{}}},
		{secret + " is no name": 1},
		{"s": json.Number(secret)},
		{"s": json.RawMessage(secret)},
		{"m": secret},
		{"m": "data:" + secret},
		{"m": "data:image/png;base64," + secret + "!"},
		{"m": "data:text/html;base64,aGk="},
	} {
		vars["need"] = secret
		_, err := tmpl.Render(vars)
		if vars["m"] == nil && err == nil {
			t.Errorf("no error for %v", vars)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells: %v", err)
		}
	}
	if out := fmt.Sprintf("%v %+v", tmpl.Ref(), tmpl.Required()); strings.Contains(out, secret) {
		t.Error("a template prints its text")
	}
}

// TestImportsNothingDangerous: rendering cannot reach what is not linked in.
func TestImportsNothingDangerous(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	mayTouchDisk := []string{"file.go", "lock_unix.go", "lock_other.go"}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			switch path := strings.Trim(spec.Path.Value, `"`); path {
			case "net", "net/http", "os/exec", "plugin", "unsafe", "text/template", "html/template", "log", "log/slog":
				t.Errorf("%s imports %s", file, path)
			case "os", "syscall":
				if !slices.Contains(mayTouchDisk, file) {
					t.Errorf("%s imports %s", file, path)
				}
			}
		}
	}
}
