package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// exported is what export did, or would do, with one prompt.
type exported struct {
	File    string            `json:"file"`
	Version templates.Version `json:"version"`
	Action  string            `json:"action"` // written, unchanged, would write
}

func (a *app) promptsExport() *cobra.Command {
	var f promptFlags
	var dir, alias string
	var dryRun, force bool
	cmd := &cobra.Command{
		Use:   "export [PREFIX]",
		Short: "Write published prompts to files",
		Long: `export writes each prompt of the store to <name>.yaml in a folder, byte for byte
as it was published: to embed as a fallback, or to begin a repository from.`,
		Example: `  causeway prompts export --alias production --to fallback/`,
		Args:    cobra.MaximumNArgs(1),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			prefix := append(args, "")[0]
			var done []exported
			err := a.withStore(cmd.Context(), f, func(store promptStore) (err error) {
				done, err = export(cmd.Context(), store, prefix, alias, exporter{dir, dryRun, force})
				return err
			})
			if err != nil {
				return err
			}
			return a.tellExported(f, done)
		}),
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&dir, "to", ".", "the `folder` to write to")
	flags.StringVar(&alias, "alias", "", "take the version this `alias` points at, and leave prompts without it out; without it the newest")
	flags.BoolVar(&dryRun, "dry-run", false, "say what would be written, and write nothing")
	flags.BoolVar(&force, "force", false, "write over files that differ")
	return cmd
}

// exporter writes prompts below a folder.
type exporter struct {
	dir           string
	dryRun, force bool
}

func export(ctx context.Context, store promptStore, prefix, alias string, to exporter) ([]exported, error) {
	done := []exported{}
	for e, err := range templates.Export(ctx, store, prefix, alias) {
		if err != nil {
			return done, err
		}
		one, err := to.write(e)
		if err != nil {
			return done, err
		}
		done = append(done, one)
	}
	return done, nil
}

func (x exporter) write(e templates.Exported) (exported, error) {
	path := filepath.Join(x.dir, filepath.FromSlash(e.Path))
	done := exported{File: path, Version: e.Version, Action: "written"}
	there, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(there, e.Body):
		done.Action = "unchanged"
		return done, nil
	case err == nil && !x.force:
		return done, fmt.Errorf("%s is there and differs: add --force to write over it", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return done, err
	case x.dryRun:
		done.Action = "would write"
		return done, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return done, err
	}
	return done, os.WriteFile(path, e.Body, 0o644)
}

func (a *app) tellExported(f promptFlags, done []exported) error {
	if f.json {
		return writeJSON(a.io.Out, done)
	}
	style := a.outStyle()
	for _, e := range done {
		if _, err := fmt.Fprintf(a.io.Out, "%s %s\n", e.File, style.Dim(fmt.Sprintf("v%d (%.8s) %s", e.Version.Number, e.Version.SHA256, e.Action))); err != nil {
			return err
		}
	}
	return nil
}
