package storetest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

// Options say what the store under test cannot do, because the service below
// it cannot. Nil asks for everything.
type Options struct {
	NoLog         bool // Log yields errors.ErrUnsupported
	NoAliasNotes  bool // By, Why and At of an alias are not kept
	NoProtection  bool // Protect and Unprotect are errors.ErrUnsupported
	NoGenerations bool // Generation is errors.ErrUnsupported
	MaxVersions   int  // the service keeps no more; 0 is no such limit
	Writers       int  // how many publish at once in the races; 8 by default
}

// Run runs the suite. open returns a new, empty store each time; what it
// holds open it gives back through t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) templates.Store, o *Options) {
	t.Helper()
	if o == nil {
		o = &Options{}
	}
	s := &suite{open: open, options: *o}
	if s.options.Writers == 0 {
		s.options.Writers = 8
	}
	for _, c := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"publish and get", s.publishAndGet},
		{"publishing the newest again changes nothing", s.publishAgain},
		{"what is not right is not kept", s.publishRefuses},
		{"not found", s.notFound},
		{"versions, newest first", s.versions},
		{"names", s.names},
		{"aliases", s.aliases},
		{"protected aliases", s.protected},
		{"generations", s.generations},
		{"log", s.log},
		{"stat agrees with get", s.stat},
		{"publishers race", s.publishersRace},
		{"promoters race", s.promotersRace},
		{"a cancelled context", s.cancelled},
		{"a library over it", s.library},
	} {
		t.Run(c.name, c.run)
	}
}

type suite struct {
	open    func(t *testing.T) templates.Store
	options Options
}

// Body returns a right prompt file for name. Another text gives other bytes.
func Body(name, text string) []byte {
	return fmt.Appendf(nil, "schema: %s\nname: %s\nmessages:\n  - user: %q\n", templates.SchemaID, name, text)
}

func publish(t *testing.T, s templates.Store, name, text string) templates.Version {
	t.Helper()
	v, err := s.Publish(t.Context(), name, Body(name, text), nil)
	if err != nil {
		t.Fatalf("publish %s: %v", name, err)
	}
	return v
}

func promote(t *testing.T, s templates.Store, name, alias string, version int, o *templates.AliasOptions) templates.Alias {
	t.Helper()
	a, err := s.SetAlias(t.Context(), name, alias, version, o)
	if err != nil {
		t.Fatalf("point %s@%s at %d: %v", name, alias, version, err)
	}
	return a
}

// text returns what the prompt that ref means says.
func text(t *testing.T, s templates.Store, ref string) string {
	t.Helper()
	r, err := templates.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	body, v, err := s.Get(t.Context(), r)
	if err != nil {
		t.Fatalf("get %s: %v", ref, err)
	}
	if got := templates.SHA256(body); got != v.SHA256 {
		t.Errorf("get %s: the version's sha256 is %s, the body's %s", ref, v.SHA256, got)
	}
	_, after, _ := strings.Cut(string(body), `user: "`)
	said, _, _ := strings.Cut(after, `"`)
	return said
}

// all reads a sequence to its end.
func all[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// same compares two lists.
func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
