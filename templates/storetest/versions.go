package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

func (s *suite) publishAndGet(t *testing.T) {
	store := s.open(t)
	body := Body("support/triage", "one")
	o := &templates.PublishOptions{Author: "jörg", Why: "first: a reason, with ünïcode"}
	v, err := store.Publish(t.Context(), "support/triage", body, o)
	if err != nil {
		t.Fatal(err)
	}
	if v.Name != "support/triage" || v.Number != 1 || v.SHA256 != templates.SHA256(body) || v.Existed {
		t.Errorf("published %+v", v)
	}
	second := publish(t, store, "support/triage", "two")
	if second.Number != 2 {
		t.Errorf("the second version has number %d", second.Number)
	}
	for ref, want := range map[string]string{
		"support/triage": "two", "support/triage@1": "one", "support/triage@2": "two",
		"support/triage@sha256:" + v.SHA256: "one", "support/triage@sha256:" + second.SHA256[:12]: "two",
	} {
		if got := text(t, store, ref); got != want {
			t.Errorf("%s says %q, want %q", ref, got, want)
		}
	}
	got, v1, err := store.Get(t.Context(), templates.Ref{Name: "support/triage", Version: 1})
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("the body came back changed: %v", err)
	}
	if v1.Author != o.Author || v1.Why != o.Why {
		t.Errorf("author %q, why %q", v1.Author, v1.Why)
	}
	if second.Parent != v.SHA256 {
		t.Errorf("the parent of version 2 is %q, want version 1's sha256", second.Parent)
	}
	if v1.Created.IsZero() {
		t.Error("the version does not say when it was created")
	}
}

func (s *suite) publishAgain(t *testing.T) {
	store := s.open(t)
	first := publish(t, store, "a", "one")
	again := publish(t, store, "a", "one")
	if !again.Existed || again.Number != first.Number || again.SHA256 != first.SHA256 {
		t.Errorf("published again: %+v", again)
	}
	publish(t, store, "a", "two")
	if back := publish(t, store, "a", "one"); back.Number != 3 || back.Existed {
		t.Errorf("an older body published anew: %+v, want version 3", back)
	}
}

func (s *suite) publishRefuses(t *testing.T) {
	store := s.open(t)
	for name, body := range map[string][]byte{
		"a":      []byte("schema: causeway.prompt/v1\nname: a\nmessage: typo\n"),
		"b":      Body("other", "text"),
		"Upper":  Body("Upper", "text"),
		"../up":  Body("../up", "text"),
		"log":    Body("log", "text"),
		"c":      nil,
		"d/../e": Body("d/../e", "text"),
	} {
		if _, err := store.Publish(t.Context(), name, body, nil); err == nil {
			t.Errorf("publish %q: no error", name)
		}
	}
	if got := all(t, store.Names(t.Context(), "")); len(got) != 0 {
		t.Errorf("names %q, want none", got)
	}
}

func (s *suite) notFound(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	for _, ref := range []templates.Ref{
		{Name: "b"}, {Name: "a", Version: 2}, {Name: "a", Alias: "production"}, {Name: "a", SHA256: "00000000"}, {Name: "a/b"},
	} {
		if _, _, err := store.Get(t.Context(), ref); !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("get %s: %v, want ErrNotFound", ref, err)
		}
		if _, err := templates.Stat(t.Context(), store, ref); !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("stat %s: %v, want ErrNotFound", ref, err)
		}
	}
	for _, err := range store.Versions(t.Context(), "b") {
		if !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("versions: %v, want ErrNotFound", err)
		}
	}
	if _, err := store.Aliases(t.Context(), "b"); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("aliases: %v, want ErrNotFound", err)
	}
	_, v, _ := store.Get(t.Context(), templates.Ref{Name: "a"})
	wrong := templates.Ref{Name: "a", Version: 1, SHA256: templates.SHA256([]byte("else"))}
	if _, _, err := store.Get(t.Context(), wrong); !errors.Is(err, templates.ErrIntegrity) {
		t.Errorf("get version 1 with another sha256 than %s: %v, want ErrIntegrity", v.SHA256, err)
	}
}

func (s *suite) versions(t *testing.T) {
	store := s.open(t)
	n := 25
	if limit := s.options.MaxVersions; limit > 0 {
		n = min(n, limit)
	}
	for i := range n {
		publish(t, store, "a/b", string(rune('a'+i)))
	}
	var numbers []int
	for _, v := range all(t, store.Versions(t.Context(), "a/b")) {
		numbers = append(numbers, v.Number)
		if len(v.SHA256) != 64 || v.Name != "a/b" {
			t.Errorf("version %+v", v)
		}
	}
	want := make([]int, n)
	for i := range want {
		want[i] = n - i
	}
	same(t, "versions", numbers, want)
	for v, err := range store.Versions(t.Context(), "a/b") {
		if err != nil || v.Number != n {
			t.Errorf("first %d, %v", v.Number, err)
		}
		break // must not go on yielding
	}
}

func (s *suite) names(t *testing.T) {
	store := s.open(t)
	for _, name := range []string{"support/triage", "support", "support/answer", "sales/pitch"} {
		publish(t, store, name, "one")
		publish(t, store, name, "two")
	}
	for prefix, want := range map[string][]string{
		"":         {"sales/pitch", "support", "support/answer", "support/triage"},
		"support/": {"support/answer", "support/triage"},
		"sup":      {"support", "support/answer", "support/triage"},
		"nothing":  nil,
	} {
		got := all(t, store.Names(t.Context(), prefix))
		slices.Sort(got)
		same(t, "names with prefix "+prefix, got, want)
	}
}

func (s *suite) cancelled(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := store.Get(ctx, templates.Ref{Name: "a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v, want context.Canceled", err)
	}
	if _, err := store.Publish(ctx, "a", Body("a", "two"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("publish: %v, want context.Canceled", err)
	}
	if v := publish(t, store, "a", "three"); v.Number != 2 {
		t.Errorf("after a cancelled publish the next version is %d, want 2", v.Number)
	}
}

func (s *suite) stat(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	publish(t, store, "a", "two")
	promote(t, store, "a", "production", 1, nil)
	for _, ref := range []templates.Ref{{Name: "a"}, {Name: "a", Version: 1}, {Name: "a", Alias: "production"}} {
		_, want, err := store.Get(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		got, err := templates.Stat(t.Context(), store, ref)
		if err != nil || got.Number != want.Number || got.SHA256 != want.SHA256 || got.Name != want.Name {
			t.Errorf("%s: stat %+v, %v; get %+v", ref, got, err, want)
		}
	}
}

func (s *suite) library(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	v := publish(t, store, "a", "two")
	promote(t, store, "a", "production", 2, nil)
	l, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := l.Resolve(t.Context(), templates.Ref{Name: "a", Alias: "production"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (templates.Ref{Name: "a", Version: 2, Alias: "production", SHA256: v.SHA256}); tmpl.Ref() != want {
		t.Errorf("ref %+v, want %+v", tmpl.Ref(), want)
	}
}
