package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

func (s *suite) aliases(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	publish(t, store, "a", "two")
	promote(t, store, "a", "staging", 2, nil)
	first := promote(t, store, "a", "production", 1, &templates.AliasOptions{By: "ada", Why: "it is good"})
	if first.Version != 1 || first.Previous != 0 {
		t.Errorf("first: %+v", first)
	}
	if !s.options.NoAliasNotes && (first.By != "ada" || first.Why != "it is good" || first.At.IsZero()) {
		t.Errorf("first: %+v", first)
	}
	if got := text(t, store, "a@production"); got != "one" {
		t.Errorf("production says %q", got)
	}
	second := promote(t, store, "a", "production", 2, nil)
	if second.Version != 2 || second.Previous != 1 || !s.options.NoGenerations && second.Generation <= first.Generation {
		t.Errorf("second: %+v after %+v", second, first)
	}
	list, err := store.Aliases(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range list {
		names = append(names, fmt.Sprintf("%s=%d", a.Name, a.Version))
	}
	same(t, "aliases", names, []string{"production=2", "staging=2"})
	back, err := templates.Rollback(t.Context(), store, "a", "production", nil, false)
	if err != nil || back.After.Version != 1 || back.After.Previous != 2 {
		t.Errorf("rolled back: %+v, %v", back, err)
	}
	if got := text(t, store, "a@production"); got != "one" {
		t.Errorf("production says %q after the rollback", got)
	}
	promote(t, store, "a", "staging", 0, nil)
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a", Alias: "staging"}); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("a removed alias: %v, want ErrNotFound", err)
	}
	for alias, version := range map[string]int{"production": 9, "7": 1, "Upper": 1, "": 1, "gone": 0} {
		if _, err := store.SetAlias(t.Context(), "a", alias, version, nil); err == nil {
			t.Errorf("pointed %q at %d", alias, version)
		}
	}
	if _, err := store.SetAlias(t.Context(), "b", "production", 1, nil); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("an alias of nothing: %v, want ErrNotFound", err)
	}
}

func (s *suite) protected(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	publish(t, store, "a", "two")
	if s.options.NoProtection {
		if _, err := store.SetAlias(t.Context(), "a", "production", 1, &templates.AliasOptions{Protect: true}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("protect: %v, want errors.ErrUnsupported", err)
		}
		return
	}
	if a := promote(t, store, "a", "production", 1, &templates.AliasOptions{Protect: true}); !a.Protected {
		t.Errorf("not protected: %+v", a)
	}
	for _, version := range []int{2, 0} {
		if _, err := store.SetAlias(t.Context(), "a", "production", version, nil); !errors.Is(err, templates.ErrProtected) {
			t.Errorf("to %d: %v, want ErrProtected", version, err)
		}
	}
	if got := text(t, store, "a@production"); got != "one" {
		t.Errorf("production says %q", got)
	}
	if a := promote(t, store, "a", "production", 2, &templates.AliasOptions{Confirm: true}); !a.Protected {
		t.Errorf("a move took the protection away: %+v", a)
	}
	promote(t, store, "a", "production", 2, &templates.AliasOptions{Confirm: true, Unprotect: true})
	promote(t, store, "a", "production", 1, nil)
}

func (s *suite) generations(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	publish(t, store, "a", "two")
	if s.options.NoGenerations {
		if _, err := store.SetAlias(t.Context(), "a", "production", 1, &templates.AliasOptions{Generation: 1}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("generation: %v, want errors.ErrUnsupported", err)
		}
		return
	}
	first := promote(t, store, "a", "production", 1, nil)
	promote(t, store, "a", "production", 2, &templates.AliasOptions{Generation: first.Generation})
	if _, err := store.SetAlias(t.Context(), "a", "production", 1, &templates.AliasOptions{Generation: first.Generation}); !errors.Is(err, templates.ErrConflict) {
		t.Errorf("an old generation: %v, want ErrConflict", err)
	}
	if got := text(t, store, "a@production"); got != "two" {
		t.Errorf("production says %q", got)
	}
}

func (s *suite) log(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	publish(t, store, "a", "two")
	promote(t, store, "a", "production", 1, &templates.AliasOptions{By: "ada", Why: "good"})
	promote(t, store, "a", "production", 2, nil)
	if _, err := templates.Rollback(t.Context(), store, "a", "production", nil, false); err != nil {
		t.Fatal(err)
	}
	if s.options.NoLog {
		for _, err := range store.Log(t.Context(), "a") {
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("log: %v, want errors.ErrUnsupported", err)
			}
		}
		return
	}
	entries := all(t, store.Log(t.Context(), "a"))
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s %d->%d %s", e.Action, e.Alias, e.From, e.To, e.Outcome))
		if e.At.IsZero() || e.ID == "" || e.Name != "a" {
			t.Errorf("entry %+v", e)
		}
	}
	want := []string{
		"rollback production 2->1 done", "promote production 1->2 done", "promote production 0->1 done",
		"publish  1->2 done", "publish  0->1 done",
	}
	same(t, "log", got, want)
	if len(entries) > 2 && (entries[2].By != "ada" || entries[2].Why != "good") {
		t.Errorf("who and why: %+v", entries[2])
	}
}

// publishersRace has many writers publish different bodies of one prompt:
// every one gets a number, and no two the same.
func (s *suite) publishersRace(t *testing.T) {
	store := s.open(t)
	numbers := make([]int, s.options.Writers)
	var wg sync.WaitGroup
	for i := range numbers {
		wg.Go(func() {
			v, err := store.Publish(t.Context(), "a", Body("a", fmt.Sprint("writer ", i)), nil)
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
			numbers[i] = v.Number
		})
	}
	wg.Wait()
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != i+1 {
			t.Fatalf("the writers got %v, want 1 to %d", numbers, len(numbers))
		}
	}
	for n := range numbers {
		text(t, store, fmt.Sprintf("a@%d", n+1))
	}
}

// promotersRace has many writers move aliases of one prompt: no change of one
// may undo another's.
func (s *suite) promotersRace(t *testing.T) {
	store := s.open(t)
	publish(t, store, "a", "one")
	var wg sync.WaitGroup
	for i := range s.options.Writers {
		wg.Go(func() {
			if _, err := store.SetAlias(t.Context(), "a", fmt.Sprint("alias-", i), 1, nil); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	list, err := store.Aliases(t.Context(), "a")
	if err != nil || len(list) != s.options.Writers {
		t.Errorf("%d aliases are left of %d: %v", len(list), s.options.Writers, err)
	}
}
