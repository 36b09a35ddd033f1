package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/templates"
)

// PromptSource gives the prompt of a step anew for every run, so that a prompt
// can change while a program runs, or differ by what [RunOf] says of the run.
// It must be safe for concurrent use and quick: runs wait for it. [Template] and [FromLibrary] make the usual ones.
type PromptSource interface {
	Template(ctx context.Context) (*templates.Template, error)
}

// Template is the source of one prompt that never changes.
func Template(t *templates.Template) PromptSource { return fixed{t} }

type fixed struct{ t *templates.Template }

func (s fixed) Template(context.Context) (*templates.Template, error) {
	if s.t == nil {
		return nil, errors.New("its prompt is nil")
	}
	return s.t, nil
}

// FromLibrary is the source of the prompt that ref means at the time of each
// run: support/triage@production follows the alias, support/triage@3 stays.
func FromLibrary(lib *templates.Library, ref string) PromptSource {
	s := &shelved{lib: lib, name: ref}
	s.ref, s.err = templates.ParseRef(ref)
	if lib == nil {
		s.err = errors.New("there is no prompt library")
	}
	return s
}

type shelved struct {
	lib  *templates.Library
	name string
	ref  templates.Ref
	err  error
}

func (s *shelved) Template(ctx context.Context) (*templates.Template, error) {
	if s.err != nil {
		return nil, s.err
	}
	t, err := s.lib.Resolve(ctx, s.ref)
	if err != nil {
		if errors.Is(err, templates.ErrNotFound) {
			return nil, &missingPrompt{name: s.name, err: err}
		}
		return nil, fmt.Errorf("prompt %s: %w", s.name, err)
	}
	return t, nil
}

// missingPrompt says that the library has no such prompt, in fewer words than
// the library.
type missingPrompt struct {
	name string
	err  error
}

func (e *missingPrompt) Error() string { return "there is no prompt " + e.name }
func (e *missingPrompt) Unwrap() error { return e.err }

// settled returns the template of a source that needs no network, and what is
// wrong with a source that cannot work.
func settled(src PromptSource) (*templates.Template, error) {
	switch s := src.(type) {
	case nil:
		return nil, errors.New("it has no prompt")
	case fixed:
		return s.Template(context.Background())
	case *shelved:
		return nil, s.err
	}
	return nil, nil
}
