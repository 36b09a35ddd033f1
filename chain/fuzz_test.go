package chain

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// FuzzLoad: whatever is in a file, Load returns a chain or faults with places,
// and a chain it returns can be drawn.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{everything, subChain, supportChain, "a: &a [*a]", "- - -", "? x : y", "schema: causeway.chain/v1\nsteps: [{}]"} {
		f.Add([]byte(seed))
	}
	files, _ := filepath.Glob("testdata/faults/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add(a.Files[0].Data)
		}
	}
	r := registry(f, says())
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"chain.yaml": {Data: data}, "sub.yaml": {Data: []byte(subChain)}}
		c, err := Load(t.Context(), fsys, "chain.yaml", r)
		if err == nil {
			if c.Mermaid() == "" || c.DOT() == "" || c.InputSchema() == nil || c.OutputSchema() == nil {
				t.Error("a chain without a drawing or a schema")
			}
			return
		}
		e, ok := errors.AsType[*CheckError](err)
		if !ok {
			t.Fatalf("the error is a %T: %v", err, err)
		}
		for _, fault := range e.Faults {
			if fault.Message == "" || !strings.HasSuffix(fault.File, ".yaml") {
				t.Errorf("a fault without words or a place: %+v", fault)
			}
		}
	})
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"a", "a.b?.c", "let x = a; x", "$env", "a ?? b", "map([1], # + a)", "a | len", "1..9", "{a: b}", "a(", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e := compile(src)
		if (e.program == nil) == (e.err == nil) {
			t.Fatal("neither a program nor an error")
		}
		sc := newScope()
		sc.vars["a"] = &variable{typ: typ{schema: failureShape, nullable: true}}
		(&checker{}).expression("s", "when", e, sc)
		if len(src) < 50 {
			_, _ = e.eval(Values{"a": map[string]any{"b": 1}})
		}
	})
}

func FuzzFindJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, "```json\n[1]\n```", "here: {\"a\": {}} ok", "{", "```", `"x`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := findJSON(text); err != nil && v != nil {
			t.Error("a value with an error")
		}
	})
}

// FuzzJournal: a journal that says anything is refused or read, never believed
// into a panic.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"kind":"start","chain":"c"}`), []byte(`{"kind":"call","key":"a","turn":1}`))
	f.Add([]byte(`{"kind":"turn","key":"a","said":[{"role":"ai","parts":[]}]}`), []byte(`{"kind":"end","values":{"x":1}}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		to := NewInProcessCheckpoints()
		_ = to.Append(t.Context(), "r", 1, first)
		_ = to.Append(t.Context(), "r", 2, second)
		if j, err := openJournal(t.Context(), to, "r"); err == nil && j.start.Kind != "start" {
			t.Error("a journal without a start")
		}
	})
}
