package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

func (a *app) experimentPromote() *cobra.Command {
	var f aliasFlags
	cmd := &cobra.Command{
		Use:   "promote FILE.yaml VARIANT ALIAS",
		Short: "Give everybody a variant's prompt",
		Long: `promote points an alias of the variant's prompt at the version that the variant
pins, and says in the prompt's log that the experiment is why. The prompts are
those of --store, or of the causeway.yaml beside the experiment.`,
		Example: `  causeway experiment promote tone.yaml warm production
  causeway experiment promote tone.yaml warm production --confirm --why "csat is up by half a point"`,
		Args:              takes(3),
		ValidArgsFunction: completeVariant,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.promoteVariant(cmd.Context(), args[0], args[1], args[2], f)
		}),
	}
	f.add(cmd)
	return cmd
}

// completeVariant completes the file, then its variants.
func completeVariant(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return completeFile(cmd, args, typed)
	}
	e, err := readExperiment(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return variantKeys(e), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) promoteVariant(ctx context.Context, file, variant, alias string, f aliasFlags) error {
	e, err := readExperiment(file)
	if err != nil {
		return err
	}
	ref, err := pinned(e, variant)
	if err != nil {
		return err
	}
	w, err := a.open(file, places{store: f.store})
	if err != nil {
		return err
	}
	defer w.Close()
	store, err := w.promptStore(ctx, w.prompts)
	if err != nil {
		return err
	}
	if store == nil {
		return usagef("there is no store of prompts: add --store s3://bucket/prefix or --store file:dir, or write prompts: into %s", project.FileName)
	}
	target, err := templates.Stat(ctx, store, ref)
	if err != nil {
		return err
	}
	now, err := aliasNow(ctx, promptStore{store, w.prompts}, ref.Name, alias)
	if err != nil && !errors.Is(err, templates.ErrNotFound) {
		return err
	}
	m := moved{Name: ref.Name, Alias: alias, From: now.Version, To: target.Number, SHA256: target.SHA256, Action: "promoted"}
	switch {
	case m.From == m.To:
		m.Action = "unchanged"
	case now.Protected && !f.confirm:
		return protectedError(m)
	case f.dryRun:
		m.Action = "would promote"
	default:
		_, err := e.Promote(ctx, store, variant, alias, &templates.AliasOptions{By: f.by(), Why: f.why, Confirm: f.confirm, Generation: now.Generation})
		if errors.Is(err, templates.ErrProtected) {
			return protectedError(m)
		}
		if err != nil {
			return err
		}
	}
	return a.tellMoved(m, f)
}

// pinned is the prompt version of a variant.
func pinned(e *experiment.Experiment, variant string) (templates.Ref, error) {
	v, known := e.Variant(variant)
	switch {
	case !known:
		return templates.Ref{}, usagef("%s has no variant %q; %s", e.Key, variant, project.Suggest(variant, variantKeys(e)))
	case v.Prompt == "":
		return templates.Ref{}, usagef("the variant %s of %s pins no prompt: there is nothing that an alias could point at", variant, e.Key)
	}
	ref, err := templates.ParseRef(v.Prompt)
	if err != nil {
		return ref, fmt.Errorf("variant %s: %w", variant, err)
	}
	return ref, nil
}

func variantKeys(e *experiment.Experiment) []string {
	keys := make([]string, len(e.Variants))
	for i, v := range e.Variants {
		keys[i] = v.Key
	}
	return keys
}
