package experiment

import (
	"context"
	"fmt"

	"github.com/causeway-go/causeway/templates"
)

// Promote points the alias of a variant's prompt at the version it pins, and
// says in the prompt's log that this experiment is why. An alias that is there
// already is left alone. The error is the store's, such as that the alias is
// protected, or that the variant pins no prompt.
func (e *Experiment) Promote(ctx context.Context, store templates.Store, variant, alias string, o *templates.AliasOptions) (templates.Alias, error) {
	v, known := e.Variant(variant)
	if !known {
		return templates.Alias{}, fmt.Errorf("experiment %s: there is no variant %q", e.Key, variant)
	}
	if v.Prompt == "" {
		return templates.Alias{}, fmt.Errorf("experiment %s: the variant %s pins no prompt", e.Key, variant)
	}
	ref, err := templates.ParseRef(v.Prompt)
	if err != nil {
		return templates.Alias{}, err
	}
	_, version, err := store.Get(ctx, ref)
	if err != nil {
		return templates.Alias{}, fmt.Errorf("experiment %s: %w", e.Key, err)
	}
	aliases, err := store.Aliases(ctx, ref.Name)
	if err != nil {
		return templates.Alias{}, fmt.Errorf("experiment %s: %w", e.Key, err)
	}
	for _, a := range aliases {
		if a.Name == alias && a.Version == version.Number {
			return a, nil
		}
	}
	var own templates.AliasOptions
	if o != nil {
		own = *o
	}
	if own.Why == "" {
		own.Why = "experiment " + e.Key + ": " + variant
	}
	return store.SetAlias(ctx, ref.Name, alias, version.Number, &own)
}
