package s3store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causeway-go/causeway/templates"
)

// headsAtOnce is how many descriptions are read side by side.
const headsAtOnce = 16

// The metadata of a version's object.
const (
	metaSHA256  = "sha256"
	metaPublish = "publish-id"
	metaAuthor  = "author"
	metaParent  = "parent"
	metaWhy     = "why"
	metaCreated = "created"
)

// publishID names one attempt to publish, so that a writer whose response was
// lost knows its own object when it meets it.
func publishID() string { return rand.Text() }

func metadata(v templates.Version, id string) map[string]string {
	m := map[string]string{
		metaSHA256: v.SHA256, metaPublish: id, metaCreated: v.Created.Format(time.RFC3339Nano),
	}
	for key, text := range map[string]string{metaAuthor: v.Author, metaParent: v.Parent, metaWhy: v.Why} {
		if text != "" {
			m[key] = printable(text)
		}
	}
	return m
}

// version reads an object's metadata as a version.
func version(name string, number int, o object) (templates.Version, error) {
	v := templates.Version{
		Name: name, Number: number, Size: int(o.size), SHA256: o.meta[metaSHA256],
		Author: printed(o.meta[metaAuthor]), Parent: o.meta[metaParent], Why: printed(o.meta[metaWhy]),
	}
	var err error
	if v.Created, err = time.Parse(time.RFC3339Nano, o.meta[metaCreated]); err != nil {
		v.Created = o.time.UTC()
	}
	if len(v.SHA256) != 64 {
		return v, fmt.Errorf("prompt %s@%d: its object has no sha256 among the metadata: %w", name, number, templates.ErrIntegrity)
	}
	return v, nil
}

// describe reads a version without its body.
func (s *Store) describe(ctx context.Context, name string, number int) (templates.Version, error) {
	o, err := s.head(ctx, templates.VersionKey(name, number))
	if err != nil {
		return templates.Version{}, missing(err, templates.Ref{Name: name, Version: number})
	}
	return version(name, number, o)
}

// describeAll describes versions side by side and yields them newest first.
func (s *Store) describeAll(ctx context.Context, name string, numbers []int) iter.Seq2[templates.Version, error] {
	return func(yield func(templates.Version, error) bool) {
		versions, errs := make([]templates.Version, len(numbers)), make([]error, len(numbers))
		var wg sync.WaitGroup
		for i, n := range numbers {
			wg.Go(func() { versions[i], errs[i] = s.describe(ctx, name, n) })
		}
		wg.Wait()
		for i, v := range slices.Backward(versions) {
			if errors.Is(errs[i], templates.ErrNotFound) {
				continue // deleted since it was listed
			}
			if !yield(v, errs[i]) {
				return
			}
		}
	}
}

// missing turns the absence of a version's object into ErrNotFound.
func missing(err error, ref templates.Ref) error {
	if errors.Is(err, errAbsent) {
		return fmt.Errorf("prompt %s: %w", ref, templates.ErrNotFound)
	}
	return err
}

// Get implements templates.Store.
func (s *Store) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	exact, err := s.pin(ctx, ref)
	if err != nil {
		return nil, templates.Version{}, err
	}
	o, err := s.get(ctx, templates.VersionKey(ref.Name, exact.Version), "")
	if err != nil {
		return nil, templates.Version{}, gone(missing(err, exact), ref)
	}
	v, err := version(ref.Name, exact.Version, o)
	if err != nil {
		return nil, templates.Version{}, err
	}
	for _, want := range []templates.Ref{exact, v.Ref()} { // the alias's checksum, then the object's own
		if err := templates.CheckSHA256(want, templates.SHA256(o.body)); err != nil {
			return nil, templates.Version{}, err
		}
	}
	return o.body, v, nil
}

// Stat implements templates.Stater. For an alias it is one conditional GET.
func (s *Store) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	exact, err := s.pin(ctx, ref)
	if err != nil {
		return templates.Version{}, err
	}
	if ref.Alias != "" && len(exact.SHA256) == 64 {
		return templates.Version{Name: ref.Name, Number: exact.Version, SHA256: exact.SHA256}, nil
	}
	v, err := s.describe(ctx, ref.Name, exact.Version)
	if err != nil {
		return v, gone(err, ref)
	}
	return v, templates.CheckSHA256(exact, v.SHA256)
}

// pin finds the number of the version that ref means, and its checksum where
// that comes for nothing.
func (s *Store) pin(ctx context.Context, ref templates.Ref) (templates.Ref, error) {
	if err := templates.CheckName(ref.Name); err != nil {
		return ref, err
	}
	exact := templates.Ref{Name: ref.Name, Version: ref.Version, SHA256: ref.SHA256}
	switch {
	case ref.Version != 0:
		return exact, nil
	case ref.Alias != "":
		table, err := s.table(ctx, ref.Name)
		if err != nil {
			return ref, err
		}
		a, ok := table.Get(ref.Alias)
		if !ok {
			return ref, fmt.Errorf("alias %s: %w", ref, templates.ErrNotFound)
		}
		exact.Version, exact.SHA256 = a.Version, a.SHA256
		return exact, nil
	case ref.SHA256 != "":
		return s.bySHA256(ctx, exact)
	}
	n, err := s.latest(ctx, ref.Name)
	if err == nil && n == 0 {
		err = fmt.Errorf("prompt %s: %w", ref.Name, templates.ErrNotFound)
	}
	exact.Version = n
	return exact, err
}

// bySHA256 looks for a checksum: first at what the aliases point at, which it
// nearly always is, then at every version from the newest down.
func (s *Store) bySHA256(ctx context.Context, ref templates.Ref) (templates.Ref, error) {
	table, err := s.table(ctx, ref.Name)
	if err != nil {
		return ref, err
	}
	for _, a := range table.List() {
		if strings.HasPrefix(a.SHA256, ref.SHA256) {
			return templates.Ref{Name: ref.Name, Version: a.Version, SHA256: a.SHA256}, nil
		}
	}
	for v, err := range s.Versions(ctx, ref.Name) {
		if err != nil {
			return ref, err
		}
		if strings.HasPrefix(v.SHA256, ref.SHA256) {
			return v.Ref(), nil
		}
	}
	return ref, fmt.Errorf("prompt %s: %w", ref, templates.ErrNotFound)
}

// gone says of a version that an alias points at and that is not there that
// the store is damaged: a cached copy is better than an error.
func gone(err error, ref templates.Ref) error {
	if ref.Alias != "" && errors.Is(err, templates.ErrNotFound) {
		return fmt.Errorf("%s points at a version that is gone: %w", ref, templates.ErrIntegrity)
	}
	return err
}
