package s3store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

// TestPublishersOfManyProcesses has 16 stores, which share nothing but the
// bucket, publish 10 prompts each: every number is won by exactly one.
func TestPublishersOfManyProcesses(t *testing.T) {
	const publishers, prompts = 16, 10
	srv := serve(t)
	var mu sync.Mutex
	winners := map[string][]string{}
	var wg sync.WaitGroup
	for p := range publishers {
		store := srv.open(t, nil)
		wg.Go(func() {
			for n := range prompts {
				name := fmt.Sprintf("team/prompt-%d", n)
				v, err := store.Publish(t.Context(), name, storetest.Body(name, fmt.Sprint("by ", p)), nil)
				if err != nil {
					t.Errorf("publisher %d: %v", p, err)
				}
				mu.Lock()
				winners[v.Ref().String()] = append(winners[v.Ref().String()], v.SHA256)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	reader := srv.open(t, nil)
	for n := range prompts {
		for i := range publishers {
			ref := templates.Ref{Name: fmt.Sprintf("team/prompt-%d", n), Version: i + 1}
			won := winners[ref.String()]
			if len(won) != 1 {
				t.Fatalf("%s has %d winners", ref, len(won))
			}
			if _, v, err := reader.Get(t.Context(), ref); err != nil || v.SHA256 != won[0] {
				t.Errorf("%s: %v; sha256 %s, the winner's is %s", ref, err, v.SHA256, won[0])
			}
		}
	}
}

// TestPublishersOfOneBody: the same body from many processes is one version.
func TestPublishersOfOneBody(t *testing.T) {
	srv := serve(t)
	versions := make([]templates.Version, 16)
	var wg sync.WaitGroup
	for i := range versions {
		store := srv.open(t, nil)
		wg.Go(func() {
			v, err := store.Publish(t.Context(), "a", storetest.Body("a", "same"), nil)
			if err != nil {
				t.Error(err)
			}
			versions[i] = v
		})
	}
	wg.Wait()
	fresh := 0
	for _, v := range versions {
		if v.Number != 1 {
			t.Errorf("version %d, want 1", v.Number)
		}
		if !v.Existed {
			fresh++
		}
	}
	if fresh != 1 {
		t.Errorf("%d publishers say they published, want 1", fresh)
	}
}

// TestAliasChangesAreNotLost has 8 processes make 12 changes each, of one
// prompt's aliases: every change counts.
func TestAliasChangesAreNotLost(t *testing.T) {
	const processes, changes = 8, 12
	srv := serve(t)
	store := srv.open(t, nil)
	for i := range 2 {
		if _, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), nil); err != nil {
			t.Fatal(err)
		}
	}
	seen := make([]bool, processes*changes+1)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for p := range processes {
		store := srv.open(t, nil)
		wg.Go(func() {
			for i := range changes {
				a, err := store.SetAlias(t.Context(), "a", fmt.Sprint("alias-", p), 1+i%2, nil)
				if err != nil {
					t.Errorf("process %d: %v", p, err)
					return
				}
				mu.Lock()
				if seen[a.Generation] {
					t.Errorf("generation %d was given twice", a.Generation)
				}
				seen[a.Generation] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for g := 1; g < len(seen); g++ {
		if !seen[g] {
			t.Fatalf("generation %d is missing: a change was lost", g)
		}
	}
	log := 0
	for e, err := range store.Log(t.Context(), "a") {
		if err != nil || e.Outcome != templates.OutcomeDone {
			t.Fatalf("log entry %+v, %v", e, err)
		}
		log++
	}
	if want := processes*changes + 2; log != want {
		t.Errorf("the log has %d entries, want %d", log, want)
	}
}
