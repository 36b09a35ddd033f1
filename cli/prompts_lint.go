package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

func (a *app) promptsLint() *cobra.Command {
	var f promptFlags
	var sample bool
	cmd := &cobra.Command{
		Use:   "lint [FILE | FOLDER]...",
		Short: "Check prompt files, run their tests and show a rendered sample",
		Long: `lint prints every mistake of prompt files, what is allowed and seldom meant
(a variable that is never used, a prompt without a test), and the failures of
their golden tests. Of a single file it shows the prompt as a model gets it.`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			reports, err := a.lintReports(cmd.Context(), args, f)
			if err != nil {
				return err
			}
			if f.json {
				return reportJSON(a, reports, reports)
			}
			for _, r := range reports {
				a.tellLint(r, sample || len(reports) == 1)
			}
			return a.tellBroken(reports)
		}),
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&sample, "sample", false, "show the rendered sample of each of several files")
	return cmd
}

// lintReports looks at the files that args name. Partials may come from the
// store that flags name.
func (a *app) lintReports(ctx context.Context, args []string, f promptFlags) ([]templates.Report, error) {
	folders, err := promptFolders(args)
	if err != nil {
		return nil, err
	}
	reports := []templates.Report{}
	look := func(store templates.Store) error {
		for _, folder := range folders {
			more, err := folder.lint(ctx, store)
			if err != nil {
				return err
			}
			reports = append(reports, more...)
		}
		return nil
	}
	if f.store == "" {
		return reports, look(nil)
	}
	return reports, a.withStore(ctx, f, func(store promptStore) error { return look(store) })
}

// reportJSON prints shown; the command fails when a report does.
func reportJSON(a *app, shown any, reports []templates.Report) error {
	if err := writeJSON(a.io.Out, shown); err != nil {
		return err
	}
	for _, r := range reports {
		if !r.OK() {
			return errTold
		}
	}
	return nil
}

func (a *app) tellLint(r templates.Report, sample bool) {
	style := a.outStyle()
	place := func(f templates.Fault) string {
		where := fmt.Sprintf("%s:%d:%d: ", r.File, f.Line, f.Column)
		if f.Path != "" {
			return where + f.Path + ": " + f.Message
		}
		return where + f.Message
	}
	for _, f := range r.Faults {
		fmt.Fprintln(a.io.Out, style.Red("fault ")+place(f))
	}
	for _, f := range r.Warnings {
		fmt.Fprintln(a.io.Out, style.Yellow("warning ")+place(f))
	}
	a.tellTests(r, false)
	if r.OK() {
		fmt.Fprintln(a.io.Out, style.Green("ok ")+r.File+style.Dim(" "+r.Name+passed(r)))
	}
	if sample && r.Sample != "" {
		fmt.Fprintln(a.io.Out, style.Dim("as a model gets it, with sample values:"))
		for line := range strings.Lines(r.Sample) {
			fmt.Fprintln(a.io.Out, "  "+screen.Visible(strings.TrimSuffix(line, "\n"), 4000))
		}
	}
}

func passed(r templates.Report) string {
	if len(r.Tests) == 0 {
		return ""
	}
	return ", " + screen.Count(len(r.Tests), "test") + " passed"
}

// tellTests prints the tests that failed, with all those that passed too.
func (a *app) tellTests(r templates.Report, all bool) {
	style := a.outStyle()
	for _, t := range r.Tests {
		if t.OK() && all {
			fmt.Fprintln(a.io.Out, style.Green("ok ")+r.Name+style.Dim(" "+t.Name))
		}
		for _, what := range t.Failed {
			fmt.Fprintf(a.io.Out, "%s%s:%d:1: test %q: %s\n", style.Red("failed "), r.File, t.Line, t.Name, what)
		}
	}
}

// tellBroken ends lint and test: with exit code 1 when something is broken.
func (a *app) tellBroken(reports []templates.Report) error {
	broken := 0
	for _, r := range reports {
		if !r.OK() {
			broken++
		}
	}
	if broken == 0 {
		return nil
	}
	fmt.Fprintln(a.io.Err, a.errStyle().Red(fmt.Sprintf("%d of %s cannot be published", broken, screen.Count(len(reports), "prompt"))))
	return errTold
}

func (a *app) promptsTest() *cobra.Command {
	var f promptFlags
	cmd := &cobra.Command{
		Use:   "test [FILE | FOLDER | NAME@ALIAS]...",
		Short: "Run the golden tests of prompts",
		Long: `test renders prompts with the inputs of their golden tests and compares the text.
No model is asked. A name with an alias or a version is tested as it was
published.`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			reports, err := a.testReports(cmd.Context(), args, f)
			if err != nil {
				return err
			}
			if f.json {
				return reportJSON(a, testsOnly(reports), reports)
			}
			for _, r := range reports {
				for _, fault := range r.Faults {
					fmt.Fprintf(a.io.Out, "%s:%d:%d: %s\n", r.File, fault.Line, fault.Column, fault.Message)
				}
				a.tellTests(r, true)
				if len(r.Tests) == 0 && len(r.Faults) == 0 {
					fmt.Fprintln(a.io.Out, a.outStyle().Yellow("none ")+r.Name+" has no tests")
				}
			}
			return a.tellBroken(reports)
		}),
	}
	f.add(cmd)
	return cmd
}

// testReports tests files and published versions.
func (a *app) testReports(ctx context.Context, args []string, f promptFlags) ([]templates.Report, error) {
	var files, refs []string
	for _, arg := range args {
		if strings.Contains(arg, "@") {
			refs = append(refs, arg)
		} else {
			files = append(files, arg)
		}
	}
	reports := []templates.Report{}
	if len(files) > 0 || len(refs) == 0 {
		var err error
		if reports, err = a.lintReports(ctx, files, f); err != nil {
			return nil, err
		}
	}
	if len(refs) == 0 {
		return reports, nil
	}
	return reports, a.withStore(ctx, f, func(store promptStore) error {
		for _, text := range refs {
			r, err := testPublished(ctx, store, text)
			if err != nil {
				return err
			}
			reports = append(reports, r)
		}
		return nil
	})
}

func testPublished(ctx context.Context, store promptStore, text string) (templates.Report, error) {
	ref, err := templates.ParseRef(text)
	if err != nil {
		return templates.Report{}, usageError{err.Error()}
	}
	body, v, err := store.Get(ctx, ref)
	if err != nil {
		return templates.Report{}, err
	}
	t, err := templates.Parse(body)
	if err != nil {
		return templates.Report{}, err
	}
	return templates.Report{File: v.Ref().String(), Name: text, Tests: t.Test()}, nil
}

// testsOnly leaves of each report what test is about.
func testsOnly(reports []templates.Report) []templates.Report {
	only := make([]templates.Report, len(reports))
	for i, r := range reports {
		only[i] = templates.Report{File: r.File, Name: r.Name, Faults: r.Faults, Tests: r.Tests}
	}
	return only
}
