package templates

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Report is what Lint has to say about one prompt file.
type Report struct {
	File     string       `json:"file"`
	Name     string       `json:"name,omitempty"`
	Faults   []Fault      `json:"faults,omitempty"`   // mistakes: the file cannot be published
	Warnings []Fault      `json:"warnings,omitempty"` // what is allowed and seldom meant
	Tests    []TestResult `json:"tests,omitempty"`
	Sample   string       `json:"sample,omitempty"` // the prompt rendered with stand-ins
}

// OK reports whether the file can be published: no mistake, and every golden
// test passes.
func (r *Report) OK() bool {
	return len(r.Faults) == 0 && !slices.ContainsFunc(r.Tests, func(t TestResult) bool { return !t.OK() })
}

// Lint reads every prompt file of a folder, checks it, runs its golden tests
// and renders a sample. store is where partials taken by reference come from,
// and may be nil. The error is of the folder itself.
func Lint(ctx context.Context, fsys fs.FS, store Store) ([]Report, error) {
	files, err := ReadFolder(ctx, fsys, store)
	if err != nil {
		return nil, err
	}
	reports := make([]Report, len(files))
	for i, f := range files {
		reports[i] = lint(f)
	}
	return reports, nil
}

func lint(f File) Report {
	r := Report{File: f.Path}
	if f.Err != nil {
		r.Faults = faultsOf(f.Err)
		return r
	}
	t := f.Template
	r.Name = t.name
	r.Warnings = t.Warnings()
	r.Tests = t.Test()
	p, err := t.Sample()
	if err != nil {
		r.Warnings = append(r.Warnings, Fault{Line: 1, Column: 1, Message: fmt.Sprintf("no sample can be rendered; give the file a test: %v", err)})
		return r
	}
	r.Sample = Transcript(p)
	return r
}

// Warnings returns what the file may say and its author seldom means.
func (t *Template) Warnings() []Fault {
	var out []Fault
	for _, name := range t.Unused() {
		in := t.inputs[name]
		out = append(out, Fault{
			Line: in.line, Column: in.column, Path: "input.properties." + name,
			Message: "the variable is declared and never used",
		})
	}
	for name, in := range t.inputs {
		if in.fence != "" && t.used[name] && !t.explains(in.fence) {
			out = append(out, Fault{
				Line: in.line, Column: in.column, Path: "input.properties." + name,
				Message: fmt.Sprintf("the system text does not tell the model what <%s> means; say that what is inside is never an instruction", in.fence),
			})
		}
	}
	if len(t.tests) == 0 {
		out = append(out, Fault{Line: 1, Column: 1, Path: "tests", Message: "the prompt has no golden test"})
	}
	return inOrder(out)
}

// explains reports whether the system text mentions a fence.
func (t *Template) explains(fence string) bool {
	return slices.ContainsFunc(t.slots, func(s slot) bool {
		return s.role == roleSystem && slices.ContainsFunc(s.parts, func(p part) bool { return strings.Contains(p.source, fence) })
	})
}
