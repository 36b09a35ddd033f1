package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionPatience bounds what completion may take: a person holds the key.
const completionPatience = 2 * time.Second

// completeFile completes the first argument with YAML files.
func completeFile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completePrompt completes up to n arguments with the names of the store's
// prompts, and after an @ with their aliases.
func (a *app) completePrompt(n int, flags *promptFlags) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
		defer cancel()
		var found []string
		err := a.withStore(ctx, *flags, func(store promptStore) (err error) {
			found, err = promptsLike(ctx, store, typed)
			return err
		})
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

func promptsLike(ctx context.Context, store promptStore, typed string) ([]string, error) {
	var found []string
	if name, _, ok := strings.Cut(typed, "@"); ok {
		aliases, err := store.Aliases(ctx, name)
		for _, alias := range aliases {
			found = append(found, name+"@"+alias.Name)
		}
		return found, err
	}
	for name, err := range store.Names(ctx, typed) {
		if err != nil {
			return nil, err
		}
		found = append(found, name)
	}
	return found, nil
}
