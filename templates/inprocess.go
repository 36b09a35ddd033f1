package templates

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
)

// InProcess is a Store in memory, for tests and for programs that carry their
// prompts with them. It is safe for concurrent use.
type InProcess struct {
	mu      sync.RWMutex
	prompts map[string]*kept
}

// kept is one prompt of an InProcess store.
type kept struct {
	versions []Version // number n at n-1
	bodies   [][]byte
	aliases  AliasTable
	log      []Entry
}

// NewInProcess returns an empty store.
func NewInProcess() *InProcess { return &InProcess{prompts: map[string]*kept{}} }

// Publish implements [Store].
func (s *InProcess) Publish(ctx context.Context, name string, body []byte, o *PublishOptions) (Version, error) {
	if o == nil {
		o = &PublishOptions{}
	}
	if err := CheckPublish(ctx, name, body, o); err != nil {
		return Version{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.prompts[name]
	if k == nil {
		k = &kept{}
		s.prompts[name] = k
	}
	v := Version{
		Name: name, Number: len(k.versions) + 1, SHA256: SHA256(body), Size: len(body),
		Author: o.Author, Parent: o.Parent, Why: o.Why, Created: time.Now().UTC(),
	}
	if n := len(k.versions); n > 0 {
		newest := k.versions[n-1]
		if newest.SHA256 == v.SHA256 {
			newest.Existed = true
			return newest, nil
		}
		if v.Parent == "" {
			v.Parent = newest.SHA256
		}
	}
	k.versions, k.bodies = append(k.versions, v), append(k.bodies, slices.Clone(body))
	k.note(Entry{Action: ActionPublish, Name: name, From: v.Number - 1, To: v.Number, SHA256: v.SHA256, By: v.Author, Why: v.Why, At: v.Created})
	return v, nil
}

func (k *kept) note(e Entry) {
	e.ID = fmt.Sprintf("%06d", len(k.log)+1)
	e.Outcome = OutcomeDone
	k.log = append(k.log, e)
}

// Get implements [Store].
func (s *InProcess) Get(ctx context.Context, ref Ref) ([]byte, Version, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, err := s.find(ctx, ref)
	if err != nil {
		return nil, Version{}, err
	}
	return slices.Clone(s.prompts[ref.Name].bodies[v.Number-1]), v, nil
}

// Stat implements [Stater].
func (s *InProcess) Stat(ctx context.Context, ref Ref) (Version, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.find(ctx, ref)
}

func (s *InProcess) find(ctx context.Context, ref Ref) (Version, error) {
	if err := ctx.Err(); err != nil {
		return Version{}, err
	}
	k := s.prompts[ref.Name]
	if k == nil {
		return Version{}, notFound("prompt " + ref.Name)
	}
	n, want := ref.Version, ref.SHA256
	switch {
	case ref.Alias != "" && n == 0:
		a, ok := k.aliases.Get(ref.Alias)
		if !ok {
			return Version{}, notFound("alias " + ref.String())
		}
		n = a.Version
	case n == 0 && want != "":
		for _, v := range slices.Backward(k.versions) {
			if strings.HasPrefix(v.SHA256, want) {
				return v, nil
			}
		}
	case n == 0:
		n = len(k.versions)
	}
	if n < 1 || n > len(k.versions) {
		return Version{}, notFound("prompt " + ref.String())
	}
	v := k.versions[n-1]
	return v, CheckSHA256(ref, v.SHA256)
}

// Versions implements [Store].
func (s *InProcess) Versions(ctx context.Context, name string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		s.mu.RLock()
		var versions []Version
		if k := s.prompts[name]; k != nil {
			versions = slices.Clone(k.versions)
		}
		s.mu.RUnlock()
		if versions == nil {
			yield(Version{}, notFound("prompt "+name))
		}
		for _, v := range slices.Backward(versions) {
			if ctx.Err() != nil {
				yield(Version{}, ctx.Err())
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Aliases implements [Store].
func (s *InProcess) Aliases(_ context.Context, name string) ([]Alias, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k := s.prompts[name]
	if k == nil {
		return nil, notFound("prompt " + name)
	}
	return k.aliases.List(), nil
}

// SetAlias implements [Store].
func (s *InProcess) SetAlias(ctx context.Context, name, alias string, version int, o *AliasOptions) (Alias, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v Version
	var err error
	if version != 0 {
		if v, err = s.find(ctx, Ref{Name: name, Version: version}); err != nil {
			return Alias{}, err
		}
	}
	k := s.prompts[name]
	if k == nil {
		return Alias{}, notFound("prompt " + name)
	}
	a, e, err := k.aliases.Set(name, alias, v, o)
	if err != nil {
		return Alias{}, err
	}
	k.note(e)
	return a, nil
}

// Names implements [Store].
func (s *InProcess) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s.mu.RLock()
		var names []string
		for name := range s.prompts {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
		s.mu.RUnlock()
		slices.Sort(names)
		for _, name := range names {
			if ctx.Err() != nil {
				yield("", ctx.Err())
				return
			}
			if !yield(name, nil) {
				return
			}
		}
	}
}

// Log implements [Store].
func (s *InProcess) Log(_ context.Context, name string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		s.mu.RLock()
		var log []Entry
		if k := s.prompts[name]; k != nil {
			log = slices.Clone(k.log)
		}
		s.mu.RUnlock()
		for _, e := range slices.Backward(log) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// SHA256 returns the checksum that versions are known by, in hex.
func SHA256(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
