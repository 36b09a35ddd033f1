package templates

import "context"

// Orphans returns the versions of a prompt that no alias points at, or did
// before its last move, newest first. A publisher that died before it promoted
// leaves one; so does every version that was superseded. They are harmless.
func Orphans(ctx context.Context, s Store, name string) ([]Version, error) {
	aliases, err := s.Aliases(ctx, name)
	if err != nil {
		return nil, err
	}
	held := map[int]bool{}
	for _, a := range aliases {
		held[a.Version], held[a.Previous] = true, true
	}
	var out []Version
	for v, err := range s.Versions(ctx, name) {
		if err != nil {
			return nil, err
		}
		if !held[v.Number] {
			out = append(out, v)
		}
	}
	return out, nil
}
