package templates_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

// kib is a text of one KiB with four variables.
var kib = "You are {{role}}. " + strings.Repeat("Answer kindly, shortly, and in full sentences. ", 20) + "Name: {{name}}. Language: {{language}}. Ticket: {{ticket}}"

var kibVars = map[string]any{"role": "a helper", "name": "Ada", "language": "en", "ticket": "Where is my parcel?"}

func kibTemplate(tb testing.TB) *templates.Template {
	tb.Helper()
	tmpl, err := templates.Parse([]byte(`schema: causeway.prompt/v1
name: a
input: {required: [role, name, language, ticket], properties: {role: {type: string}, name: {type: string}, language: {type: string}, ticket: {type: string}}}
system: ` + string(mustJSON(tb, strings.Replace(kib, "{{ticket}}", "below", 1))) + `
messages:
  - user: "{{ticket}}"
`))
	if err != nil {
		tb.Fatal(err)
	}
	return tmpl
}

// TestAllocations gates what a rendering costs; bench/templates has the times.
func TestAllocations(t *testing.T) {
	text, err := templates.ParseText(kib, nil)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := kibTemplate(t)
	store := templates.NewInProcess()
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "x"), nil); err != nil {
		t.Fatal(err)
	}
	library, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, c := range []struct {
		what string
		most float64
		do   func()
	}{
		{"the text alone", 1, func() { _, _ = text.Render(kibVars) }},
		{"the whole prompt", 12, func() { _, _ = tmpl.Render(kibVars) }},
		{"a cached reference", 0, func() { _, _ = library.Resolve(ctx, templates.Ref{Name: "a"}) }},
	} {
		if got := testing.AllocsPerRun(200, c.do); got > c.most {
			t.Errorf("%s takes %v allocations, want at most %v", c.what, got, c.most)
		} else {
			t.Logf("%s takes %v allocations", c.what, got)
		}
	}
}

// folderOf returns n prompt files.
func folderOf(n int) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range n {
		name := fmt.Sprintf("team/prompt-%04d", i)
		fsys[name+".yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(triage, "support/triage", name, 1))}
	}
	return fsys
}

func BenchmarkReadFolder1000(b *testing.B) {
	fsys := folderOf(1000)
	for b.Loop() {
		files, err := templates.ReadFolder(b.Context(), fsys, nil)
		if err != nil || len(files) != 1000 || files[0].Err != nil {
			b.Fatal(len(files), err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := templates.Parse([]byte(triage)); err != nil {
			b.Fatal(err)
		}
	}
}
