package templates_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

// FuzzParse: no file panics or hangs the parser; every refusal has places,
// and what is accepted can be tested, sampled and described.
func FuzzParse(f *testing.F) {
	f.Add([]byte(triage))
	files, err := filepath.Glob("testdata/*/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tmpl, err := templates.Parse(data)
		if err != nil {
			bad, ok := errors.AsType[*templates.FileError](err)
			if !ok || len(bad.Faults) == 0 {
				t.Fatalf("error %v, want a *FileError", err)
			}
			for _, fault := range bad.Faults {
				if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
					t.Fatalf("fault %+v has no place", fault)
				}
			}
			return
		}
		tmpl.Test()
		tmpl.Warnings()
		if p, err := tmpl.Sample(); err == nil && len(p.Messages) == 0 && tmpl.HistoryVar() == "" {
			t.Fatal("a prompt rendered to no message")
		}
		if _, err := json.Marshal(tmpl.InputSchema()); err != nil {
			t.Fatal(err)
		}
		if o, _, err := tmpl.Flatten(); err == nil && o.Name != tmpl.Name() {
			t.Fatal("the outline has another name")
		}
	})
}

// FuzzText: no template and no data panic or hang the renderer, its output is
// bounded, and values come out as they are.
func FuzzText(f *testing.F) {
	for _, c := range mustacheCases {
		f.Add(c.text, c.data)
	}
	f.Fuzz(func(t *testing.T, source, data string) {
		text, err := templates.ParseText(source, &templates.TextOptions{
			MaxOutput: 1 << 16, Partials: map[string]string{"p": source, "text": "{{a}}"},
		})
		if err != nil {
			if bad, ok := errors.AsType[*templates.TextError](err); !ok || len(bad.Faults) == 0 {
				t.Fatalf("error %v, want a *TextError", err)
			}
			return
		}
		out, err := text.Render(json.RawMessage(data))
		if err == nil && len(out) > 1<<16 {
			t.Fatalf("%d bytes", len(out))
		}
		if out, err := text.Render(map[string]any{"a": "{{b}}", "b": "B"}); err == nil && strings.Contains(source, "{{a}}") && len(source) == 5 && out != "{{b}}" {
			t.Fatalf("the value was read as template: %q", out)
		}
	})
}

// FuzzParseRef: a reference prints as it was written, and means itself.
func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"a", "a/b@production", "a@3", "a@sha256:00000000", "a@", "A", "a//b", "a@0003"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := templates.ParseRef(s)
		if err != nil {
			return
		}
		again, err := templates.ParseRef(r.String())
		if err != nil || again != r {
			t.Fatalf("%q is %+v, which prints %s, which is %+v, %v", s, r, r, again, err)
		}
	})
}

// FuzzImport: no file of another format panics, and what comes out is a
// prompt file.
func FuzzImport(f *testing.F) {
	for _, c := range importCases {
		f.Add(filepath.Ext(c.file), c.text)
	}
	f.Fuzz(func(t *testing.T, ext, text string) {
		imported, err := templates.Import("f"+ext, []byte(text), nil)
		if err != nil {
			return
		}
		if _, err := templates.Parse(imported.Body); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzAliasTable: no aliases.json panics, and what is read is written alike.
func FuzzAliasTable(f *testing.F) {
	var t templates.AliasTable
	if _, _, err := t.Set("a", "production", templates.Version{Number: 3, SHA256: "00"}, &templates.AliasOptions{Protect: true}); err != nil {
		f.Fatal(err)
	}
	f.Add(t.Encode())
	f.Add([]byte(`{"schema":1,"aliases":{"x":{"version":-1}},"recent":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := templates.ParseAliasTable(data)
		if err != nil {
			return
		}
		again, err := templates.ParseAliasTable(table.Encode())
		if err != nil || len(again.List()) != len(table.List()) || again.Generation != table.Generation {
			t.Fatalf("%+v is written as %+v, %v", table, again, err)
		}
	})
}
