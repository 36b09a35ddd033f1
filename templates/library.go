package templates

import (
	"context"
	"time"
)

// stamp is when a store last confirmed what an alias means. The zero stamp is
// for what cannot change.
type stamp struct{ at time.Time }

func (s stamp) age() time.Duration {
	if s.at.IsZero() {
		return 0
	}
	return time.Since(s.at)
}

// Origin is where a Library got a template.
type Origin string

// The origins.
const (
	OriginStore    Origin = "store"
	OriginSecond   Origin = "second"
	OriginFallback Origin = "fallback"
)

// Library resolves references to templates.
type Library struct {
	store Store
}

// LibraryOptions are the settings of a Library.
type LibraryOptions struct{}

// NewLibrary returns a Library over store.
func NewLibrary(store Store, o *LibraryOptions) (*Library, error) {
	return &Library{store: store}, nil
}

// Resolve returns the template that ref means now.
func (l *Library) Resolve(ctx context.Context, ref Ref) (*Template, error) {
	body, v, err := l.store.Get(ctx, ref)
	if err != nil {
		return nil, err
	}
	t, err := Parse(body)
	if err != nil {
		return nil, err
	}
	t.ref = Ref{Name: v.Name, Version: v.Number, SHA256: v.SHA256, Alias: ref.Alias}
	t.origin = OriginStore
	return t, nil
}
