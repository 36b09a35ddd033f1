package templates_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

func TestInProcess(t *testing.T) {
	storetest.Run(t, func(*testing.T) templates.Store { return templates.NewInProcess() }, nil)
}

func TestFileStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store {
		s, err := templates.NewFileStore(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}, nil)
}

// TestFileStoreOfManyProcesses: handles that share nothing but the folder, as
// processes do, each publish and promote.
func TestFileStoreOfManyProcesses(t *testing.T) {
	const processes, rounds = 6, 5
	dir := t.TempDir()
	var wg sync.WaitGroup
	for p := range processes {
		store, err := templates.NewFileStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		wg.Go(func() {
			for i := range rounds {
				v, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(p, " ", i)), nil)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := store.SetAlias(t.Context(), "a", fmt.Sprint("alias-", p), v.Number, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	store, err := templates.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, v, err := store.Get(t.Context(), templates.Ref{Name: "a"})
	aliases, aliasErr := store.Aliases(t.Context(), "a")
	if err != nil || aliasErr != nil || v.Number != processes*rounds || len(aliases) != processes {
		t.Errorf("version %d and %d aliases, %v, %v; want %d and %d", v.Number, len(aliases), err, aliasErr, processes*rounds, processes)
	}
}

// TestFileStoreAfterACrash: what a writer that died left behind is harmless.
func TestFileStoreAfterACrash(t *testing.T) {
	dir := t.TempDir()
	store, err := templates.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "one"), nil); err != nil {
		t.Fatal(err)
	}
	versions := filepath.Join(dir, "prompts", "a", "versions")
	for _, file := range []string{"000002.yaml.ABCDEFGH.tmp", "000002.json", "notes.txt"} { // half of a publish
		if err := os.WriteFile(filepath.Join(versions, file), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "two"), nil)
	if err != nil || v.Number != 2 {
		t.Errorf("published %+v, %v; want version 2", v, err)
	}
	if err := os.WriteFile(filepath.Join(versions, "000002.yaml"), storetest.Body("a", "evil"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a"}); !errors.Is(err, templates.ErrIntegrity) {
		t.Errorf("changed bytes: %v, want ErrIntegrity", err)
	}
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(outside, storetest.Body("link", "x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "link"}); err == nil {
		t.Error("a link led out of the folder")
	}
}
