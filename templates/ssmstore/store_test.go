package ssmstore_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/ssmstore"
	"github.com/causeway-go/causeway/templates/storetest"
)

func open(t *testing.T, s *stub, o *ssmstore.Options) *ssmstore.Store {
	t.Helper()
	store, err := ssmstore.New(s.client(), o)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store { return open(t, newStub(), nil) },
		&storetest.Options{NoLog: true, NoAliasNotes: true, NoProtection: true, NoGenerations: true, MaxVersions: 100})
}

// TestLimits: what does not fit is refused before it is sent, and told.
func TestLimits(t *testing.T) {
	s := newStub()
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = 'a' + byte(rand.N(26))
	}
	body := storetest.Body("a", string(noise))
	_, err := open(t, s, nil).Publish(t.Context(), "a", body, nil)
	if err == nil || !strings.Contains(err.Error(), "a parameter takes 4096") {
		t.Errorf("too large for a standard parameter: %v", err)
	}
	if s.calls["PutParameter"] != 0 {
		t.Error("it was sent all the same")
	}
	if _, err := open(t, s, &ssmstore.Options{Advanced: true}).Publish(t.Context(), "a", body, nil); err != nil {
		t.Errorf("as an advanced parameter: %v", err)
	}
	text := storetest.Body("b", strings.Repeat("Answer the customer kindly, {name}. ", 200))
	if _, err := open(t, s, nil).Publish(t.Context(), "b", text, nil); err != nil {
		t.Errorf("%d bytes of prose, which pack well: %v", len(text), err)
	}
}

// TestHundredVersions: the hundred-and-first makes room, unless an alias
// holds the oldest; that is told.
func TestHundredVersions(t *testing.T) {
	store := open(t, newStub(), nil)
	publish := func(i int) error {
		_, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), nil)
		return err
	}
	for i := range 101 {
		if err := publish(i); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for v, err := range store.Versions(t.Context(), "a") {
		if n++; err != nil || v.Number != 102-n {
			t.Fatalf("version %d, %v", v.Number, err)
		}
	}
	if n != 100 {
		t.Errorf("%d versions, want 100", n)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 2, nil); err != nil {
		t.Fatal(err)
	}
	if err := publish(101); err == nil || !strings.Contains(err.Error(), "move that alias first") {
		t.Errorf("with an alias on the oldest: %v", err)
	}
}

func TestLabels(t *testing.T) {
	store := open(t, newStub(), nil)
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "x"), nil); err != nil {
		t.Fatal(err)
	}
	for _, alias := range []string{"2fast", "aws-prod", "ssm"} {
		if _, err := store.SetAlias(t.Context(), "a", alias, 1, nil); err == nil {
			t.Errorf("the label %s was taken", alias)
		}
	}
}

// TestPointers: versions in one store, aliases in Parameter Store.
func TestPointers(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store {
		p, err := ssmstore.NewPointers(newStub().client(), templates.NewInProcess(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return noLog{p}
	}, &storetest.Options{NoLog: true, NoProtection: true, NoGenerations: true})
}

// noLog hides the log of the store below, which knows nothing of the aliases.
type noLog struct{ *ssmstore.Pointers }

func (noLog) Log(context.Context, string) iter.Seq2[templates.Entry, error] {
	return func(yield func(templates.Entry, error) bool) { yield(templates.Entry{}, errors.ErrUnsupported) }
}
