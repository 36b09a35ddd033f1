package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// moved is what promote or rollback did, or would do.
type moved struct {
	Name   string `json:"name"`
	Alias  string `json:"alias"`
	From   int    `json:"from"` // 0: the alias is new
	To     int    `json:"to"`
	SHA256 string `json:"sha256"`
	Action string `json:"action"` // promoted, rolled back, unchanged, would promote, would roll back
}

// aliasFlags are what moving an alias takes beyond the flags of every change.
type aliasFlags struct {
	promptFlags
	changeFlags
	confirm, protect, unprotect bool
}

func (f *aliasFlags) add(cmd *cobra.Command) {
	f.promptFlags.add(cmd)
	f.changeFlags.add(cmd)
	cmd.Flags().BoolVar(&f.confirm, "confirm", false, "move the alias although it is protected")
}

func (a *app) promptsPromote() *cobra.Command {
	var f aliasFlags
	cmd := &cobra.Command{
		Use:   "promote NAME@VERSION ALIAS",
		Short: "Point an alias at a version",
		Long: `promote points an alias of a prompt at a version. Programs that ask for the
alias get the new version within their cache's lifetime, without a deploy.`,
		Example: `  causeway prompts promote support/triage@4 production --why "better in the test"
  causeway prompts promote support/triage@staging production --confirm`,
		Args:              takes(2),
		ValidArgsFunction: a.completePrompt(1, &f.promptFlags),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.promote(cmd.Context(), args[0], args[1], f)
		}),
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.protect, "protect", false, "from now on, moving the alias needs --confirm")
	cmd.Flags().BoolVar(&f.unprotect, "unprotect", false, "from now on, moving the alias needs no --confirm")
	cmd.MarkFlagsMutuallyExclusive("protect", "unprotect")
	return cmd
}

func (a *app) promote(ctx context.Context, text, alias string, f aliasFlags) error {
	ref, err := templates.ParseRef(text)
	if err != nil {
		return usageError{err.Error()}
	}
	if ref == (templates.Ref{Name: ref.Name}) {
		return usagef("%s names no version: write %s@4, or an alias such as %s@staging", text, ref.Name, ref.Name)
	}
	return a.withStore(ctx, f.promptFlags, func(store promptStore) error {
		target, err := templates.Stat(ctx, store, ref)
		if err != nil {
			return err
		}
		now, err := aliasNow(ctx, store, ref.Name, alias)
		if err != nil && !errors.Is(err, templates.ErrNotFound) {
			return err
		}
		m := moved{Name: ref.Name, Alias: alias, From: now.Version, To: target.Number, SHA256: target.SHA256, Action: "promoted"}
		return a.move(ctx, store, now, m, f, false)
	})
}

func (a *app) promptsRollback() *cobra.Command {
	var f aliasFlags
	cmd := &cobra.Command{
		Use:               "rollback NAME@ALIAS",
		Short:             "Point an alias back at the version it had before",
		Example:           `  causeway prompts rollback support/triage@production --why "wrong queue"`,
		Args:              takes(1),
		ValidArgsFunction: a.completePrompt(1, &f.promptFlags),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.rollback(cmd.Context(), args[0], f)
		}),
	}
	f.add(cmd)
	return cmd
}

func (a *app) rollback(ctx context.Context, text string, f aliasFlags) error {
	ref, err := templates.ParseRef(text)
	if err != nil {
		return usageError{err.Error()}
	}
	if ref.Alias == "" {
		return usagef("%s names no alias: write %s@production", text, ref.Name)
	}
	return a.withStore(ctx, f.promptFlags, func(store promptStore) error {
		now, err := aliasNow(ctx, store, ref.Name, ref.Alias)
		if err != nil {
			return err
		}
		if now.Previous == 0 {
			return fmt.Errorf("%s has never pointed at another version than v%d: there is nothing to go back to", text, now.Version)
		}
		target, err := templates.Stat(ctx, store, templates.Ref{Name: ref.Name, Version: now.Previous})
		if err != nil {
			return err
		}
		m := moved{Name: ref.Name, Alias: ref.Alias, From: now.Version, To: target.Number, SHA256: target.SHA256, Action: "rolled back"}
		return a.move(ctx, store, now, m, f, true)
	})
}

// aliasNow returns an alias as it is; an error that is ErrNotFound when the
// prompt has no such alias.
func aliasNow(ctx context.Context, store promptStore, name, alias string) (templates.Alias, error) {
	all, err := store.Aliases(ctx, name)
	if err != nil {
		return templates.Alias{}, err
	}
	for _, one := range all {
		if one.Name == alias {
			return one, nil
		}
	}
	return templates.Alias{}, fmt.Errorf("%s has no alias %s: %w", name, alias, templates.ErrNotFound)
}

// move carries out m, which was decided on the alias as it is now: somebody
// else's change in between is a conflict, not overwritten.
func (a *app) move(ctx context.Context, store promptStore, now templates.Alias, m moved, f aliasFlags, back bool) error {
	settled := m.From == m.To && !f.protect && !f.unprotect
	switch {
	case settled:
		m.Action = "unchanged"
	case now.Protected && !f.confirm:
		return protectedError(m)
	case f.dryRun:
		m.Action = map[bool]string{false: "would promote", true: "would roll back"}[back]
	default:
		_, err := store.SetAlias(ctx, m.Name, m.Alias, m.To, &templates.AliasOptions{
			By: f.by(), Why: f.why, Confirm: f.confirm, Generation: now.Generation,
			Protect: f.protect, Unprotect: f.unprotect, Rollback: back,
		})
		if errors.Is(err, templates.ErrProtected) {
			return protectedError(m)
		}
		if err != nil {
			return err
		}
	}
	return a.tellMoved(m, f)
}

func protectedError(m moved) error {
	return fmt.Errorf("%s@%s is protected: add --confirm to move it from v%d to v%d", m.Name, m.Alias, m.From, m.To)
}

func (a *app) tellMoved(m moved, f aliasFlags) error {
	if f.json {
		return writeJSON(a.io.Out, m)
	}
	style := a.outStyle()
	change := fmt.Sprintf("v%d → v%d", m.From, m.To)
	switch m.From {
	case 0:
		change = fmt.Sprintf("v%d, a new alias", m.To)
	case m.To:
		change = fmt.Sprintf("v%d", m.To)
	}
	_, err := fmt.Fprintf(a.io.Out, "%s %s (%.8s) %s\n", style.Bold(m.Name+"@"+m.Alias), change, m.SHA256, style.Green(m.Action))
	return err
}
