package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// listed is one prompt of a store.
type listed struct {
	Name    string            `json:"name"`
	Newest  templates.Version `json:"newest"`
	Aliases []templates.Alias `json:"aliases"`
}

func (a *app) promptsList() *cobra.Command {
	var f promptFlags
	cmd := &cobra.Command{
		Use:   "list [PREFIX]",
		Short: "List the prompts of a store, with their aliases",
		Args:  cobra.MaximumNArgs(1),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.list(cmd.Context(), strings.Join(args, ""), f)
		}),
	}
	f.add(cmd)
	return cmd
}

func (a *app) list(ctx context.Context, prefix string, f promptFlags) error {
	var prompts []listed
	err := a.withStore(ctx, f, func(store promptStore) (err error) {
		prompts, err = listAll(ctx, store, prefix)
		if len(prompts) == 0 && err == nil {
			fmt.Fprintf(a.io.Err, "no prompts in %s\n", store.at)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case f.json:
		return writeJSON(a.io.Out, prompts)
	case len(prompts) == 0:
		return nil
	}
	return a.table("PROMPT\tNEWEST\tALIASES\tPUBLISHED", func(row func(...string)) {
		for _, p := range prompts {
			row(p.Name, fmt.Sprintf("v%d", p.Newest.Number), aliasList(p.Aliases), when(p.Newest.Created)+by(p.Newest.Author))
		}
	})
}

func listAll(ctx context.Context, store promptStore, prefix string) ([]listed, error) {
	prompts := []listed{}
	for name, err := range store.Names(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		one := listed{Name: name}
		if one.Newest, err = templates.Stat(ctx, store, templates.Ref{Name: name}); err != nil {
			return nil, err
		}
		if one.Aliases, err = store.Aliases(ctx, name); err != nil {
			return nil, err
		}
		prompts = append(prompts, one)
	}
	return prompts, nil
}

// aliasList writes "production=v3 (protected), staging=v4".
func aliasList(aliases []templates.Alias) string {
	var parts []string
	for _, a := range aliases {
		if a.Version == 0 {
			continue // removed
		}
		text := fmt.Sprintf("%s=v%d", a.Name, a.Version)
		if a.Protected {
			text += " (protected)"
		}
		parts = append(parts, text)
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func (a *app) promptsLog() *cobra.Command {
	var f promptFlags
	var limit int
	cmd := &cobra.Command{
		Use:               "log NAME",
		Short:             "Show what was done to a prompt, newest first",
		Args:              takes(1),
		ValidArgsFunction: a.completePrompt(1, &f),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.log(cmd.Context(), args[0], limit, f)
		}),
	}
	f.add(cmd)
	cmd.Flags().IntVarP(&limit, "limit", "n", 20, "how many `entries`; 0 shows all")
	return cmd
}

func (a *app) log(ctx context.Context, name string, limit int, f promptFlags) error {
	entries := []templates.Entry{}
	err := a.withStore(ctx, f, func(store promptStore) error {
		for e, err := range store.Log(ctx, name) {
			if err != nil {
				return err
			}
			entries = append(entries, e)
			if limit > 0 && len(entries) == limit {
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(a.io.Out, entries)
	}
	return a.table("WHEN\tWHAT\tVERSION\tWHO\tWHY", func(row func(...string)) {
		for _, e := range entries {
			what := string(e.Action)
			if e.Alias != "" {
				what += " " + e.Alias
			}
			if e.Outcome != templates.OutcomeDone {
				what += " (" + string(e.Outcome) + ")"
			}
			row(when(e.At), what, change(e.From, e.To), e.By, e.Why)
		}
	})
}

func change(from, to int) string {
	switch {
	case from == 0 || from == to:
		return fmt.Sprintf("v%d", to)
	case to == 0:
		return fmt.Sprintf("v%d → none", from)
	}
	return fmt.Sprintf("v%d → v%d", from, to)
}

// table writes rows under a head, in columns.
func (a *app) table(head string, rows func(row func(...string))) error {
	w := tabwriter.NewWriter(a.io.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	rows(func(cells ...string) {
		for i, c := range cells {
			cells[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(c)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	})
	return w.Flush()
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func by(author string) string {
	if author == "" {
		return ""
	}
	return " by " + author
}
