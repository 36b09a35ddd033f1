package templates_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/storetest"
)

// open returns the store in a bucket, as a process of its own would have it.
func open(t *testing.T, bucket, prefix string) *s3store.Store {
	t.Helper()
	store, err := s3store.New(gateway.Client(gateway.URL), bucket, &s3store.Options{Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) {
	bucket := newBucket(t, "conformance")
	n := 0
	storetest.Run(t, func(t *testing.T) templates.Store {
		n++
		return open(t, bucket, fmt.Sprint("suite-", n))
	}, nil)
}

// TestSixteenPublishers publish 50 prompts each: every version number of every
// prompt is won by exactly one of them.
func TestSixteenPublishers(t *testing.T) {
	const publishers, prompts = 16, 50
	bucket := newBucket(t, "publishers")
	var mu sync.Mutex
	winners := map[string]int{}
	var wg sync.WaitGroup
	for p := range publishers {
		store := open(t, bucket, "")
		wg.Go(func() {
			for n := range prompts {
				name := fmt.Sprintf("team/prompt-%02d", n)
				v, err := store.Publish(t.Context(), name, storetest.Body(name, fmt.Sprint("by ", p)), nil)
				if err != nil {
					t.Errorf("publisher %d: %v", p, err)
					return
				}
				mu.Lock()
				winners[v.Ref().String()]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for n := range prompts {
		for i := range publishers {
			ref := templates.Ref{Name: fmt.Sprintf("team/prompt-%02d", n), Version: i + 1}
			if winners[ref.String()] != 1 {
				t.Fatalf("%s has %d winners", ref, winners[ref.String()])
			}
		}
	}
	store, found := open(t, bucket, ""), 0
	for _, err := range store.Names(t.Context(), "team/") {
		if found++; err != nil {
			t.Fatal(err)
		}
	}
	if found != prompts {
		t.Errorf("%d names, want %d", found, prompts)
	}
	t.Logf("%d versions of %d prompts, each won once", len(winners), prompts)
}

// TestTwoHundredAliasChanges at once, of one prompt: none is lost.
func TestTwoHundredAliasChanges(t *testing.T) {
	const processes, changes = 20, 10
	bucket := newBucket(t, "promoters")
	store := open(t, bucket, "")
	for i := range 2 {
		if _, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), nil); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	generations := map[int]bool{}
	var wg sync.WaitGroup
	for p := range processes {
		store := open(t, bucket, "")
		wg.Go(func() {
			for i := range changes {
				a, err := store.SetAlias(t.Context(), "a", fmt.Sprint("alias-", p), 1+i%2, nil)
				if err != nil {
					t.Errorf("process %d: %v", p, err)
					return
				}
				mu.Lock()
				generations[a.Generation] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for g := 1; g <= processes*changes; g++ {
		if !generations[g] {
			t.Fatalf("the change of generation %d was lost", g)
		}
	}
	aliases, err := store.Aliases(t.Context(), "a")
	if err != nil || len(aliases) != processes {
		t.Errorf("%d aliases, %v", len(aliases), err)
	}
	done := 0
	for e, err := range store.Log(t.Context(), "a") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Outcome == templates.OutcomeDone && strings.HasPrefix(e.Alias, "alias-") {
			done++
		}
	}
	if done != processes*changes {
		t.Errorf("the log tells of %d changes, want %d", done, processes*changes)
	}
}
