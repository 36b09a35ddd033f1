package templates

import (
	"context"
	"fmt"
)

// Rollback points an alias back at the version it pointed at before. When
// somebody moves the alias meanwhile, it fails with ErrConflict rather than
// undo a change nobody has seen.
func Rollback(ctx context.Context, s Store, name, alias string, o *AliasOptions) (Alias, error) {
	aliases, err := s.Aliases(ctx, name)
	if err != nil {
		return Alias{}, err
	}
	var options AliasOptions
	if o != nil {
		options = *o
	}
	for _, a := range aliases {
		if a.Name != alias {
			continue
		}
		if a.Previous == 0 {
			return a, notFound(fmt.Sprintf("a version that %s@%s pointed at before %d", name, alias, a.Version))
		}
		options.Rollback, options.Generation = true, a.Generation
		return s.SetAlias(ctx, name, alias, a.Previous, &options)
	}
	return Alias{}, notFound("alias " + name + "@" + alias)
}
