package templates

import (
	"context"
	"errors"
	"iter"
)

// Exported is one prompt as a plain file.
type Exported struct {
	Path    string // name.yaml
	Body    []byte
	Version Version
}

// Export yields, for every prompt whose name begins with prefix, the version
// that alias points at; the newest if alias is empty. Written to a folder they
// are what [FromFS] reads: a fallback to embed, or a repository to begin from.
// Prompts without that alias are left out.
func Export(ctx context.Context, s Store, prefix, alias string) iter.Seq2[Exported, error] {
	return func(yield func(Exported, error) bool) {
		for name, err := range s.Names(ctx, prefix) {
			if err != nil {
				yield(Exported{}, err)
				return
			}
			body, v, err := s.Get(ctx, Ref{Name: name, Alias: alias})
			if alias != "" && errors.Is(err, ErrNotFound) {
				continue
			}
			if !yield(Exported{name + ".yaml", body, v}, err) || err != nil {
				return
			}
		}
	}
}
