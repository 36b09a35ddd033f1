package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// shown is one version of a prompt with its body.
type shown struct {
	templates.Version
	Body string `json:"body"`
}

func (a *app) promptsShow() *cobra.Command {
	var f promptFlags
	cmd := &cobra.Command{
		Use:               "show NAME[@VERSION | @ALIAS]",
		Short:             "Print a prompt as it was published",
		Long:              "show prints one version of a prompt, byte for byte as it was published; without\na version the newest one.",
		Args:              takes(1),
		ValidArgsFunction: a.completePrompt(1, &f),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.show(cmd.Context(), args[0], f)
		}),
	}
	f.add(cmd)
	return cmd
}

func (a *app) show(ctx context.Context, text string, f promptFlags) error {
	ref, err := templates.ParseRef(text)
	if err != nil {
		return usageError{err.Error()}
	}
	return a.withStore(ctx, f, func(store promptStore) error {
		body, v, err := store.Get(ctx, ref)
		if err != nil {
			return err
		}
		if f.json {
			return writeJSON(a.io.Out, shown{v, string(body)})
		}
		about := fmt.Sprintf("# %s v%d sha256:%.8s %s%s", v.Name, v.Number, v.SHA256, when(v.Created), by(v.Author))
		fmt.Fprintln(a.io.Err, a.errStyle().Dim(about))
		_, err = a.io.Out.Write(body)
		return err
	})
}

func (a *app) promptsDiff() *cobra.Command {
	var f promptFlags
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two versions, aliases or files",
		Example: `  causeway prompts diff support/triage@production support/triage@4
  causeway prompts diff support/triage prompts/triage.yaml`,
		Args:              takes(2),
		ValidArgsFunction: a.completePrompt(2, &f),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.diff(cmd.Context(), args[0], args[1], exitCode, f)
		}),
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 when the two differ")
	return cmd
}

// diffReport is what diff --json prints.
type diffReport struct {
	Old   string               `json:"old"`
	New   string               `json:"new"`
	Equal bool                 `json:"equal"`
	Lines []templates.DiffLine `json:"lines,omitempty"`
}

func (a *app) diff(ctx context.Context, oldText, newText string, exitCode bool, f promptFlags) error {
	oldName, oldBody, err := a.body(ctx, oldText, f)
	if err != nil {
		return err
	}
	newName, newBody, err := a.body(ctx, newText, f)
	if err != nil {
		return err
	}
	lines := templates.DiffText(string(oldBody), string(newBody))
	if f.json {
		err = writeJSON(a.io.Out, diffReport{Old: oldName, New: newName, Equal: len(lines) == 0, Lines: lines})
	} else {
		err = a.writeDiff(oldName, newName, lines)
	}
	if err == nil && exitCode && len(lines) > 0 {
		return errTold
	}
	return err
}

// body returns what text names: a file, else a version in the store.
func (a *app) body(ctx context.Context, text string, f promptFlags) (name string, body []byte, err error) {
	if _, err := os.Stat(text); err == nil && isYAML(text) {
		body, err := readFile(text, nil)
		return text, body, err
	}
	ref, err := templates.ParseRef(text)
	if err != nil {
		return "", nil, usageError{err.Error()}
	}
	err = a.withStore(ctx, f, func(store promptStore) error {
		b, v, err := store.Get(ctx, ref)
		name, body = fmt.Sprintf("%s (v%d)", text, v.Number), b
		return err
	})
	return name, body, err
}

// writeDiff writes a unified diff, coloured where there is colour; nothing
// where nothing differs.
func (a *app) writeDiff(oldName, newName string, lines []templates.DiffLine) error {
	if len(lines) == 0 {
		return nil
	}
	style := a.outStyle()
	paint := map[templates.LineKind]func(string) string{
		templates.LineAdded: style.Green, templates.LineRemoved: style.Red, templates.LineSkipped: style.Cyan,
	}
	var out bytes.Buffer
	fmt.Fprintln(&out, style.Bold("--- "+oldName))
	fmt.Fprintln(&out, style.Bold("+++ "+newName))
	for _, l := range lines {
		text := string(l.Kind) + l.Text
		if p := paint[l.Kind]; p != nil {
			text = p(text)
		}
		fmt.Fprintln(&out, text)
	}
	_, err := a.io.Out.Write(out.Bytes())
	return err
}
