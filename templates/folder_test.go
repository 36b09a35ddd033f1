package templates_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

func folder(files map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func statuses(pushed []templates.Pushed) map[string]templates.Status {
	out := map[string]templates.Status{}
	for _, p := range pushed {
		out[p.Name] = p.Status
	}
	return out
}

func TestPush(t *testing.T) {
	store := templates.NewInProcess()
	files := map[string]string{
		"support/triage.yaml": triage,
		"greet.yml":           string(storetest.Body("greet", "hi")),
		"chain.yaml":          "schema: causeway.chain/v1\nname: x\n",
		".git/old.yaml":       "name: broken",
		"README.md":           "text",
	}
	o := &templates.PushOptions{PublishOptions: templates.PublishOptions{Author: "ada"}, DryRun: true}
	push := func() map[string]templates.Status {
		t.Helper()
		pushed, err := templates.Push(t.Context(), store, folder(files), o)
		if err != nil {
			t.Fatal(err)
		}
		return statuses(pushed)
	}
	fresh := map[string]templates.Status{"greet": templates.StatusNew, "support/triage": templates.StatusNew}
	if d := cmp.Diff(fresh, push()); d != "" {
		t.Errorf("dry run: %s", d)
	}
	o.DryRun = false
	if d := cmp.Diff(fresh, push()); d != "" {
		t.Errorf("after a dry run, which must change nothing: %s", d)
	}
	files["greet.yml"] = string(storetest.Body("greet", "hello"))
	changed := map[string]templates.Status{"greet": templates.StatusChanged, "support/triage": templates.StatusUnchanged}
	if d := cmp.Diff(changed, push()); d != "" {
		t.Error(d)
	}
	if _, v, err := store.Get(t.Context(), templates.Ref{Name: "greet"}); err != nil || v.Number != 2 || v.Author != "ada" {
		t.Errorf("greet is %+v, %v", v, err)
	}
	o.Only = []string{"nothing"}
	if _, err := templates.Push(t.Context(), store, folder(files), o); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("only a prompt that is not there: %v", err)
	}
}

// TestPushAllOrNothing: a folder with one mistake publishes nothing.
func TestPushAllOrNothing(t *testing.T) {
	for name, broken := range map[string]string{
		"a mistake":      "schema: causeway.prompt/v1\nname: b\n",
		"another name":   string(storetest.Body("c", "hi")),
		"a failing test": string(storetest.Body("b", "hi")) + "tests:\n  - {contains: bye}\n",
	} {
		store := templates.NewInProcess()
		_, err := templates.Push(t.Context(), store, folder(map[string]string{"a.yaml": string(storetest.Body("a", "hi")), "b.yaml": broken}), nil)
		if err == nil || !strings.Contains(err.Error(), "b.yaml:") {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
		for found := range store.Names(t.Context(), "") {
			t.Errorf("%s: %s was published", name, found)
		}
	}
}

func TestBundle(t *testing.T) {
	store := templates.NewInProcess()
	shared := "schema: causeway.prompt/v1\nname: shared/tone\ninput: {properties: {mood: {type: string}}}\nsystem: Be {{mood}}.\nmessages:\n  - user: x\n"
	if _, err := store.Publish(t.Context(), "shared/tone", []byte(shared), nil); err != nil {
		t.Fatal(err)
	}
	prompt := `# The greeting.
schema: causeway.prompt/v1
name: team/greet
input: {required: [mood], properties: {mood: {type: string}}}
partials:
  rules: {file: ../shared/rules.md}
  tone: {ref: shared/tone@1}
  inline: "Hi: #1"
system: "{{>rules}}{{>tone}} {{>inline}}"
messages:
  - user: hello
`
	fsys := folder(map[string]string{"team/greet.yaml": prompt, "shared/rules.md": "Rule one: be {{mood}}.\n# Rule two\n"})
	body, err := templates.Bundle(t.Context(), fsys, "team/greet.yaml", store)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := templates.Parse(body)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	p, err := tmpl.Render(map[string]any{"mood": "kind"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := templates.Transcript(p), "system:\nRule one: be kind.\n# Rule two\nBe kind. Hi: #1\nuser:\nhello\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	again, err := templates.Bundle(t.Context(), fsys, "team/greet.yaml", store)
	if err != nil || string(again) != string(body) {
		t.Errorf("bundling again gives other bytes: %v", err)
	}
	if _, err := templates.Parse([]byte(prompt)); err == nil || !strings.Contains(err.Error(), "bundle the prompt first") {
		t.Errorf("parsing without bundling: %v", err)
	}
	for name, wrong := range map[string]string{
		"outside the folder": "{file: ../../etc/passwd}", "there is no file": "{file: none.md}",
		"not found": "{ref: shared/none}", "is not an alias": "{ref: shared/tone@A}",
	} {
		broken := folder(map[string]string{"team/greet.yaml": strings.Replace(prompt, "{ref: shared/tone@1}", wrong, 1)})
		_, err := templates.Bundle(t.Context(), broken, "team/greet.yaml", store)
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "team/greet.yaml:7:9: partials.tone") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestLint(t *testing.T) {
	starter, err := templates.Starter("help/answer")
	if err != nil {
		t.Fatal(err)
	}
	reports, err := templates.Lint(t.Context(), folder(map[string]string{
		"help/answer.yaml": string(starter),
		"broken.yaml":      "schema: causeway.prompt/v1\nname: broken\nmessages: [{user: '{{x}}'}]\n",
		"loose.yaml": `schema: causeway.prompt/v1
name: loose
input:
  properties:
    spare: {type: string}
    mail: {type: string, trust: untrusted}
    n: {type: integer, minimum: 3}
    l: {type: array, items: {enum: [a, b]}, maxItems: 1}
    o: {type: object, properties: {id: {type: boolean}}}
    s: {type: string, minLength: 9}
    pic: {type: string, contentMediaType: image/png}
messages:
  - user: ["{{mail}} {{n}} {{l}} {{o}} {{s}}", {image: {var: pic}}]
`,
		"failing.yaml": "schema: causeway.prompt/v1\nname: failing\nmessages: [{user: hi}]\ntests:\n  - {name: bye, contains: bye, excludes: [hi], messages: [{role: system, text: hi}, {role: user}]}\n  - {input: {x: 1}, fails: nothing}\n  - {fails: x}\n",
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]templates.Report{}
	for _, r := range reports {
		by[r.File] = r
	}
	if r := by["help/answer.yaml"]; !r.OK() || len(r.Warnings) > 0 || len(r.Tests) != 1 || !strings.Contains(r.Sample, "<untrusted-question>Where is my parcel?</untrusted-question>") {
		t.Errorf("the starter: %+v", r)
	}
	if r := by["broken.yaml"]; r.OK() || r.Faults[0].Line != 3 || r.Faults[0].Column != 20 {
		t.Errorf("broken: %+v", r)
	}
	loose := by["loose.yaml"]
	var warnings []string
	for _, w := range loose.Warnings {
		warnings = append(warnings, w.Path)
	}
	if d := cmp.Diff([]string{"tests", "input.properties.spare", "input.properties.mail"}, warnings); d != "" {
		t.Error(d)
	}
	if want := "user:\n<untrusted-mail>(mail)</untrusted-mail> 3 [\"a\"] {\"id\":true} (s)......\n"; loose.Sample != want {
		t.Errorf("sample %q, want %q", loose.Sample, want)
	}
	failing := by["failing.yaml"]
	if failing.OK() || len(failing.Tests[0].Failed) != 4 || len(failing.Tests[1].Failed) != 1 || len(failing.Tests[2].Failed) != 1 {
		t.Errorf("failing: %+v", failing.Tests)
	}
}

func TestCompare(t *testing.T) {
	store := templates.NewInProcess()
	long := "schema: causeway.prompt/v1\nname: a\nsystem: |\n  1\n  2\n  3\n  4\n  5\n  5x\n  6\n  7\n  8\n  9\nmessages:\n  - user: hi\n"
	for _, body := range []string{long, strings.Replace(strings.Replace(long, "  2\n", "  2\n  2b\n", 1), "  9\n", "  nine\n", 1)} {
		if _, err := store.Publish(t.Context(), "a", []byte(body), nil); err != nil {
			t.Fatal(err)
		}
	}
	d, err := templates.Compare(t.Context(), store, templates.Ref{Name: "a", Version: 1}, templates.Ref{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(d.String(), "+++ ")
	_, body, _ = strings.Cut(body, "\n")
	want := `@@ -3 +3 @@
 system: |
   1
   2
+  2b
   3
   4
   5
@@ -10 +11 @@
   6
   7
   8
-  9
+  nine
 messages:
   - user: hi
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	if same, err := templates.Compare(t.Context(), store, d.From.Ref(), d.From.Ref()); err != nil || len(same.Lines) != 0 {
		t.Errorf("a version differs from itself: %+v, %v", same, err)
	}
}

func TestDiffTextPutsBack(t *testing.T) {
	for _, c := range [][2]string{
		{"", ""},
		{"", "a\n"},
		{"a\n", ""},
		{"a\nb\nc\n", "b\nc\nd\n"},
		{"a\na\na\n", "a\nb\na\n"},
		{strings.Repeat("x\n", 5000) + "a\n", strings.Repeat("y\n", 5000) + "b\n"},
	} {
		kept, gone := 0, 0
		for _, l := range templates.DiffText(c[0], c[1]) {
			switch l.Kind {
			case templates.LineAdded:
				kept++
			case templates.LineRemoved:
				gone++
			}
		}
		if got, want := strings.Count(c[0], "\n")-gone+kept, strings.Count(c[1], "\n"); got != want {
			t.Errorf("%.10q to %.10q: %d lines, want %d", c[0], c[1], got, want)
		}
	}
}

func TestPromoteDryRun(t *testing.T) {
	store := templates.NewInProcess()
	for _, text := range []string{"one", "two"} {
		if _, err := store.Publish(t.Context(), "a", storetest.Body("a", text), nil); err != nil {
			t.Fatal(err)
		}
	}
	ref := templates.Ref{Name: "a", Version: 1}
	if _, err := templates.Promote(t.Context(), store, ref, "staging", &templates.AliasOptions{Protect: true}, false); err != nil {
		t.Fatal(err)
	}
	m, err := templates.Promote(t.Context(), store, templates.Ref{Name: "a", Alias: "staging"}, "production", nil, true)
	if err != nil || m.After.Version != 1 || m.Before.Version != 0 {
		t.Errorf("dry run: %+v, %v", m, err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a", Alias: "production"}); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("the dry run set the alias: %v", err)
	}
	if _, err := templates.Promote(t.Context(), store, templates.Ref{Name: "a"}, "staging", nil, true); !errors.Is(err, templates.ErrProtected) {
		t.Errorf("a dry run of what is not allowed: %v, want ErrProtected", err)
	}
	if _, err := templates.Rollback(t.Context(), store, "a", "staging", nil, false); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("rolling back what was set once: %v, want ErrNotFound", err)
	}
}

// TestExportAndFallback: what Export yields serves every reference from an
// embedded file system.
func TestExportAndFallback(t *testing.T) {
	store := templates.NewInProcess()
	for _, name := range []string{"a/b", "a/c", "d"} {
		for _, text := range []string{"one", "two"} {
			if _, err := store.Publish(t.Context(), name, storetest.Body(name, text), nil); err != nil {
				t.Fatal(err)
			}
		}
		if name != "a/c" {
			if _, err := store.SetAlias(t.Context(), name, "production", 1, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	files := map[string]string{"other.yaml": "schema: causeway.chain/v1\n"}
	for e, err := range templates.Export(t.Context(), store, "", "production") {
		if err != nil {
			t.Fatal(err)
		}
		files[e.Path] = string(e.Body)
	}
	fallback := templates.FromFS(folder(files))
	names := slices.Collect(first(fallback.Names(t.Context(), "")))
	if d := cmp.Diff([]string{"a/b", "d"}, names); d != "" {
		t.Error(d)
	}
	body, v, err := fallback.Get(t.Context(), templates.Ref{Name: "a/b", Alias: "anything"})
	if err != nil || v.Number != 1 || string(body) != string(storetest.Body("a/b", "one")) {
		t.Errorf("%+v, %v", v, err)
	}
	for _, ref := range []templates.Ref{{Name: "a/c"}, {Name: "a/b", Version: 2}, {Name: "a/b", SHA256: "00000000"}} {
		if _, _, err := fallback.Get(t.Context(), ref); !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", ref, err)
		}
	}
	if _, err := fallback.Publish(t.Context(), "a/b", body, nil); !errors.Is(err, templates.ErrReadOnly) {
		t.Errorf("publish: %v, want ErrReadOnly", err)
	}
}

func first[V any](seq func(func(V, error) bool)) func(func(V) bool) {
	return func(yield func(V) bool) {
		seq(func(v V, err error) bool { return err == nil && yield(v) })
	}
}

// TestFSReadsAFileStore: what a FileStore wrote, an fs.FS of it serves.
func TestFSReadsAFileStore(t *testing.T) {
	dir := t.TempDir()
	store, err := templates.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, text := range []string{"one", "two"} {
		if _, err := store.Publish(t.Context(), "a/b", storetest.Body("a/b", text), nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.SetAlias(t.Context(), "a/b", "production", 1, nil); err != nil {
		t.Fatal(err)
	}
	read := templates.FromFS(dirFS(t, dir))
	for ref, want := range map[string]int{"a/b": 2, "a/b@production": 1, "a/b@2": 2} {
		r, _ := templates.ParseRef(ref)
		if v, err := read.Stat(context.Background(), r); err != nil || v.Number != want {
			t.Errorf("%s is %d, %v; want %d", ref, v.Number, err, want)
		}
	}
}

func dirFS(t *testing.T, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}
