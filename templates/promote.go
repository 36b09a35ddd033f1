package templates

import (
	"context"
	"errors"
	"fmt"
)

// Move is a change of an alias: what it was, and what it is or would be.
type Move struct {
	Name   string `json:"name"`
	Before Alias  `json:"before,omitzero"` // zero if the alias is new
	After  Alias  `json:"after"`           // after a dry run only Name, Version and SHA256
	DryRun bool   `json:"dryRun,omitempty"`
}

// Promote points alias at the version that ref means now, so name@staging can
// be promoted to production. With dryRun it only tells what would change,
// and whether it may.
func Promote(ctx context.Context, s Store, ref Ref, alias string, o *AliasOptions, dryRun bool) (Move, error) {
	v, err := Stat(ctx, s, ref)
	if err != nil {
		return Move{}, err
	}
	m, err := begin(ctx, s, ref.Name, alias)
	if err != nil {
		return m, err
	}
	m.After = Alias{Name: alias, Version: v.Number, SHA256: v.SHA256}
	return move(ctx, s, m, o, dryRun)
}

// Rollback points an alias back at the version it pointed at before. When
// somebody moves the alias meanwhile, it fails with ErrConflict rather than
// undo a change that nobody has seen.
func Rollback(ctx context.Context, s Store, name, alias string, o *AliasOptions, dryRun bool) (Move, error) {
	m, err := begin(ctx, s, name, alias)
	if err != nil {
		return m, err
	}
	if m.Before.Version == 0 {
		return m, notFound("alias " + name + "@" + alias)
	}
	if m.Before.Previous == 0 {
		return m, notFound(fmt.Sprintf("a version that %s@%s pointed at before %d", name, alias, m.Before.Version))
	}
	var options AliasOptions
	if o != nil {
		options = *o
	}
	options.Rollback, options.Generation = true, m.Before.Generation
	m.After = Alias{Name: alias, Version: m.Before.Previous}
	return move(ctx, s, m, &options, dryRun)
}

// begin reads where an alias points now.
func begin(ctx context.Context, s Store, name, alias string) (Move, error) {
	m := Move{Name: name}
	if err := CheckAlias(alias); err != nil {
		return m, err
	}
	aliases, err := s.Aliases(ctx, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return m, err
	}
	for _, a := range aliases {
		if a.Name == alias {
			m.Before = a
		}
	}
	return m, nil
}

func move(ctx context.Context, s Store, m Move, o *AliasOptions, dryRun bool) (Move, error) {
	if !dryRun {
		a, err := s.SetAlias(ctx, m.Name, m.After.Name, m.After.Version, o)
		m.After = a
		return m, err
	}
	m.DryRun = true
	if m.Before.Protected && (o == nil || !o.Confirm) {
		return m, fmt.Errorf("%s@%s: %w; confirm to move it all the same", m.Name, m.After.Name, ErrProtected)
	}
	return m, nil
}
