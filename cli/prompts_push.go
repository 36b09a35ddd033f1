package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

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
	folders, err := promptFolders(args)
	if err != nil {
		return err
	}
	return a.withStore(ctx, f, func(store promptStore) error {
		if err := a.pushable(ctx, folders, store); err != nil {
			return err
		}
		done := []templates.Pushed{}
		for _, folder := range folders {
			more, err := folder.push(ctx, store, change)
			done = append(done, more...)
			if err != nil {
				return errors.Join(err, a.tellPushed(f, change, done))
			}
		}
		return a.tellPushed(f, change, done)
	})
}

// pushable tells every fault and every failed test of all folders.
func (a *app) pushable(ctx context.Context, folders []promptFolder, store promptStore) error {
	broken := false
	for _, folder := range folders {
		reports, err := folder.lint(ctx, store)
		if err != nil {
			return err
		}
		for _, r := range reports {
			if !r.OK() {
				broken = true
				r.Warnings = nil
				(&app{io: IO{Out: a.io.Err, Getenv: a.io.Getenv}}).tellLint(r, false)
			}
		}
	}
	if broken {
		return errors.New("nothing was published")
	}
	return nil
}

// push publishes the files of f that were asked for.
func (f promptFolder) push(ctx context.Context, store promptStore, change changeFlags) ([]templates.Pushed, error) {
	o := &templates.PushOptions{DryRun: change.dryRun}
	o.Author, o.Why = change.by(), change.why
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		o.Only = append(o.Only, path[:len(path)-len(filepath.Ext(path))])
	}
	done, err := templates.Push(ctx, store, os.DirFS(f.dir), o)
	for i := range done {
		done[i].File = f.files[done[i].File]
	}
	return done, err
}

func (a *app) tellPushed(f promptFlags, change changeFlags, done []templates.Pushed) error {
	if f.json {
		return writeJSON(a.io.Out, done)
	}
	style := a.outStyle()
	verb := style.Green("published")
	if change.dryRun {
		verb = style.Yellow("would be published")
	}
	for _, p := range done {
		what := verb
		if p.Status == templates.StatusUnchanged {
			what = style.Dim("unchanged")
		}
		if _, err := fmt.Fprintf(a.io.Out, "%s v%d (%.8s) %s\n", style.Bold(p.Name), p.After.Number, p.After.SHA256, what); err != nil {
			return err
		}
	}
	return nil
}
