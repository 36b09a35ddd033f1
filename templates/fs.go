package templates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// FSStore reads prompts from a file system, such as an embed.FS; it cannot
// write. It knows two forms and looks for them in this order:
//
//   - the versions and aliases that a [FileStore] wrote;
//   - plain files, <name>.yaml. A plain file is version 1 of its prompt, and
//     every alias means it: what a repository or a binary carries is one state.
//
// It is safe for concurrent use if the file system is.
type FSStore struct {
	fsys fs.FS
}

// FromFS returns a store that reads fsys.
func FromFS(fsys fs.FS) *FSStore { return &FSStore{fsys: fsys} }

// Get implements [Store].
func (s *FSStore) Get(ctx context.Context, ref Ref) ([]byte, Version, error) {
	v, body, err := s.find(ctx, ref)
	if err == nil && body == nil {
		body, err = s.body(v)
	}
	if err != nil {
		return nil, Version{}, err
	}
	return body, v, nil
}

// Stat implements [Stater].
func (s *FSStore) Stat(ctx context.Context, ref Ref) (Version, error) {
	v, _, err := s.find(ctx, ref)
	return v, err
}

// find returns what ref means; its body too when it had to be read.
func (s *FSStore) find(ctx context.Context, ref Ref) (Version, []byte, error) {
	if err := ctx.Err(); err != nil {
		return Version{}, nil, err
	}
	if err := checkRef(ref); err != nil {
		return Version{}, nil, err
	}
	numbers, err := s.numbers(ref.Name)
	if err != nil {
		return Version{}, nil, err
	}
	if len(numbers) == 0 {
		return s.plain(ctx, ref)
	}
	n, want := ref.Version, ref
	switch {
	case ref.Alias != "":
		a, err := s.alias(ref)
		if err != nil {
			return Version{}, nil, err
		}
		n, want = a.Version, Ref{Name: ref.Name, Version: a.Version, SHA256: a.SHA256}
		if !slices.Contains(numbers, n) {
			return Version{}, nil, fmt.Errorf("%s points at version %d, which is gone: %w", ref, n, ErrIntegrity)
		}
	case n == 0 && ref.SHA256 != "":
		v, err := s.bySHA256(ref, numbers)
		return v, nil, err
	case n == 0:
		n = slices.Max(numbers)
	}
	if !slices.Contains(numbers, n) {
		return Version{}, nil, notFound("prompt " + ref.String())
	}
	v, err := s.meta(ref.Name, n)
	if err == nil {
		err = CheckSHA256(want, v.SHA256)
	}
	return v, nil, err
}

func (s *FSStore) alias(ref Ref) (Alias, error) {
	table, err := s.table(ref.Name)
	if err != nil {
		return Alias{}, err
	}
	a, ok := table.Get(ref.Alias)
	if !ok {
		return Alias{}, notFound("alias " + ref.String())
	}
	return a, nil
}

func (s *FSStore) bySHA256(ref Ref, numbers []int) (Version, error) {
	for _, n := range slices.Backward(numbers) {
		v, err := s.meta(ref.Name, n)
		if err != nil {
			return Version{}, err
		}
		if strings.HasPrefix(v.SHA256, ref.SHA256) {
			return v, nil
		}
	}
	return Version{}, notFound("prompt " + ref.String())
}

// plain finds a plain file.
func (s *FSStore) plain(ctx context.Context, ref Ref) (Version, []byte, error) {
	body, err := Bundle(ctx, s.fsys, ref.Name+".yaml", nil)
	if errors.Is(err, fs.ErrNotExist) {
		return Version{}, nil, notFound("prompt " + ref.Name)
	}
	if err != nil {
		return Version{}, nil, err
	}
	v := Version{Name: ref.Name, Number: 1, SHA256: SHA256(body), Size: len(body)}
	if ref.Version > 1 || !strings.HasPrefix(v.SHA256, ref.SHA256) {
		return Version{}, nil, notFound("prompt " + ref.String())
	}
	return v, body, nil
}

// numbers lists the versions of name, in order.
func (s *FSStore) numbers(name string) ([]int, error) {
	entries, err := fs.ReadDir(s.fsys, path.Dir(VersionKey(name, 1)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", name, err)
	}
	var out []int
	for _, e := range entries {
		if n := ParseVersionKey(e.Name()); n > 0 {
			out = append(out, n)
		}
	}
	return out, nil
}

// meta reads what is kept beside a version.
func (s *FSStore) meta(name string, n int) (Version, error) {
	v := Version{}
	data, err := s.read(metaKey(name, n))
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil || v.Number != n || v.Name != name {
		return Version{}, fmt.Errorf("prompt %s@%d: its description %s is not readable: %w", name, n, path.Base(metaKey(name, n)), ErrIntegrity)
	}
	return v, nil
}

// metaKey is the file beside a version that says who made it and why.
func metaKey(name string, n int) string {
	return strings.TrimSuffix(VersionKey(name, n), ".yaml") + ".json"
}

func (s *FSStore) body(v Version) ([]byte, error) {
	body, err := s.read(VersionKey(v.Name, v.Number))
	if err != nil {
		return nil, fmt.Errorf("prompt %s: %w: %w", v.Ref(), ErrIntegrity, err)
	}
	return body, CheckSHA256(v.Ref(), SHA256(body))
}

func (s *FSStore) table(name string) (*AliasTable, error) {
	data, err := s.read(AliasesKey(name))
	if errors.Is(err, fs.ErrNotExist) {
		return &AliasTable{}, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseAliasTable(data)
}

// maxMetaFile bounds what is read of the store's own files.
const maxMetaFile = 4 << 20

// read reads a file that should be small.
func (s *FSStore) read(name string) ([]byte, error) {
	f, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxMetaFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxMetaFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxMetaFile)
	}
	return data, nil
}

// Publish implements [Store]: it is refused.
func (s *FSStore) Publish(context.Context, string, []byte, *PublishOptions) (Version, error) {
	return Version{}, fmt.Errorf("publish: %w", ErrReadOnly)
}

// SetAlias implements [Store]: it is refused.
func (s *FSStore) SetAlias(context.Context, string, string, int, *AliasOptions) (Alias, error) {
	return Alias{}, fmt.Errorf("set alias: %w", ErrReadOnly)
}

// Versions implements [Store].
func (s *FSStore) Versions(ctx context.Context, name string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		numbers, err := s.numbers(name)
		if err == nil && len(numbers) == 0 {
			v, _, err := s.plain(ctx, Ref{Name: name})
			yield(v, err)
			return
		}
		if err != nil {
			yield(Version{}, err)
			return
		}
		for _, n := range slices.Backward(numbers) {
			v, err := s.meta(name, n)
			if err == nil {
				err = ctx.Err()
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Aliases implements [Store]. A plain file has none of its own.
func (s *FSStore) Aliases(ctx context.Context, name string) ([]Alias, error) {
	numbers, err := s.numbers(name)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		_, _, err := s.plain(ctx, Ref{Name: name})
		return nil, err
	}
	table, err := s.table(name)
	if err != nil {
		return nil, err
	}
	return table.List(), nil
}
