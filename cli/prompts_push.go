package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// pushed is what push did, or would do, with one file.
type pushed struct {
	File    string `json:"file"`
	Name    string `json:"name"`
	Version int    `json:"version,omitempty"` // 0: would be the first
	SHA256  string `json:"sha256"`
	Action  string `json:"action"` // published, unchanged, would publish
}

func (a *app) promptsPush() *cobra.Command {
	var f promptFlags
	var change changeFlags
	cmd := &cobra.Command{
		Use:   "push [FILE | FOLDER]...",
		Short: "Publish prompt files as new versions",
		Long: `push publishes prompt files, each as the next version of its prompt, and skips
those that are the newest version already. All files are checked first: when one
has a fault, or one of its tests fails, nothing is published.

No alias moves: chains see the new version when promote says so.`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.push(cmd.Context(), args, f, change)
		}),
	}
	f.add(cmd)
	change.add(cmd)
	return cmd
}

func (a *app) push(ctx context.Context, args []string, f promptFlags, change changeFlags) error {
	files, err := promptFiles(args)
	if err != nil {
		return err
	}
	prompts, err := a.readPrompts(files)
	if err != nil {
		return err
	}
	return a.withStore(ctx, f, func(store promptStore) error {
		done := []pushed{}
		for _, p := range prompts {
			result, err := pushOne(ctx, store, p, change)
			if err != nil {
				return errors.Join(fmt.Errorf("%s: %w", p.file, err), a.tellPushed(f, done))
			}
			done = append(done, result)
		}
		return a.tellPushed(f, done)
	})
}

// promptFile is a prompt file that has been read and checked.
type promptFile struct {
	file     string
	body     []byte
	template *templates.Template
}

// readPrompts reads files and tells all their faults, and the failures of
// their tests, before it gives up.
func (a *app) readPrompts(files []string) ([]promptFile, error) {
	var prompts []promptFile
	local := &localPrompts{}
	bad := 0
	for _, file := range files {
		p, faults := readPrompt(file, local)
		for _, fault := range faults {
			fmt.Fprintln(a.io.Err, fault)
		}
		bad += len(faults)
		prompts = append(prompts, p)
	}
	if bad > 0 {
		return nil, fmt.Errorf("%s; nothing was published", screen.Count(bad, "fault"))
	}
	return prompts, nil
}

func readPrompt(file string, local *localPrompts) (promptFile, []fault) {
	t, err := local.add(file)
	if err != nil {
		return promptFile{}, faultsOf(err, "", file)
	}
	return promptFile{file: file, body: local.bodies[t.Name()], template: t}, nil
}

func pushOne(ctx context.Context, store promptStore, p promptFile, change changeFlags) (pushed, error) {
	result := pushed{File: p.file, Name: p.template.Name(), SHA256: templates.SHA256(p.body)}
	if change.dryRun {
		newest, err := templates.Stat(ctx, store, templates.Ref{Name: result.Name})
		switch {
		case errors.Is(err, templates.ErrNotFound):
			result.Action = "would publish"
		case err != nil:
			return result, err
		case newest.SHA256 == result.SHA256:
			result.Version, result.Action = newest.Number, "unchanged"
		default:
			result.Version, result.Action = newest.Number+1, "would publish"
		}
		return result, nil
	}
	v, err := store.Publish(ctx, result.Name, p.body, &templates.PublishOptions{Author: change.by(), Why: change.why})
	if err != nil {
		return result, err
	}
	result.Version, result.SHA256, result.Action = v.Number, v.SHA256, "published"
	if v.Existed {
		result.Action = "unchanged"
	}
	return result, nil
}

func (a *app) tellPushed(f promptFlags, done []pushed) error {
	if f.json {
		return writeJSON(a.io.Out, done)
	}
	style := a.outStyle()
	for _, p := range done {
		action := style.Dim(p.Action)
		if p.Action != "unchanged" {
			action = style.Green(p.Action)
		}
		if _, err := fmt.Fprintf(a.io.Out, "%s v%d (%.8s) %s\n", style.Bold(p.Name), max(p.Version, 1), p.SHA256, action); err != nil {
			return err
		}
	}
	return nil
}

// readBody reads a prompt file without judging it.
func readBody(file string) ([]byte, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{plainPathError(err)}
	}
	return body, nil
}
