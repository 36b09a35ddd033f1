package secretstore_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/secretstore"
	"github.com/causeway-go/causeway/templates/storetest"
)

func open(t *testing.T, s *stub) *secretstore.Store {
	t.Helper()
	store, err := secretstore.New(s.client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store { return open(t, newStub()) },
		&storetest.Options{NoLog: true, NoAliasNotes: true, NoProtection: true, NoGenerations: true, MaxVersions: 100})
}

// TestOneBody: the same body from many publishers is one version.
func TestOneBody(t *testing.T) {
	s := newStub()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, err := open(t, s).Publish(t.Context(), "a", storetest.Body("a", "same"), nil)
			if err != nil || v.Number != 1 {
				t.Errorf("published %+v, %v; want version 1", v, err)
			}
		})
	}
	wg.Wait()
}

func TestTooLarge(t *testing.T) {
	noise := make([]byte, 120_000)
	for i := range noise {
		noise[i] = 'a' + byte(rand.N(26))
	}
	_, err := open(t, newStub()).Publish(t.Context(), "a", storetest.Body("a", string(noise)), nil)
	if err == nil || !strings.Contains(err.Error(), "a secret takes 65536") {
		t.Errorf("error %v", err)
	}
}
