// Package checkpointtest is the conformance suite that every
// chain.Checkpointer passes.
//
//	func TestConformance(t *testing.T) {
//		checkpointtest.Run(t, func(t *testing.T) chain.Checkpointer { return mystore.New(t.TempDir()) })
//	}
package checkpointtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/causeway-go/causeway/chain"
)

// Run runs the suite. Open returns a new, empty Checkpointer for each test.
func Run(t *testing.T, open func(t *testing.T) chain.Checkpointer) {
	t.Run("order", func(t *testing.T) { order(t, open(t)) })
	t.Run("taken numbers", func(t *testing.T) { taken(t, open(t)) })
	t.Run("writers side by side", func(t *testing.T) { writers(t, open(t)) })
	t.Run("runs apart", func(t *testing.T) { apart(t, open(t)) })
	t.Run("deletion", func(t *testing.T) { deletion(t, open(t)) })
	t.Run("nothing there", func(t *testing.T) { nothing(t, open(t)) })
	t.Run("large entries", func(t *testing.T) { large(t, open(t)) })
}

func add(t *testing.T, c chain.Checkpointer, run string, entries ...string) {
	t.Helper()
	for i, e := range entries {
		if err := c.Append(t.Context(), run, i+1, []byte(e)); err != nil {
			t.Fatalf("append %d: %v", i+1, err)
		}
	}
}

func expect(t *testing.T, c chain.Checkpointer, run string, want ...string) {
	t.Helper()
	entries, err := c.Entries(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, string(e))
	}
	if !slices.Equal(got, want) {
		t.Errorf("run %s holds %q, want %q", run, got, want)
	}
}

func order(t *testing.T, c chain.Checkpointer) {
	var want []string
	for i := range 120 { // more than fit a page of ten or of a hundred
		want = append(want, fmt.Sprintf(`{"n":%d}`, i))
	}
	add(t, c, "r", want...)
	expect(t, c, "r", want...)
}

func taken(t *testing.T, c chain.Checkpointer) {
	add(t, c, "r", "one", "two")
	for seq, what := range map[int]string{1: "the first", 2: "the last"} {
		if err := c.Append(t.Context(), "r", seq, []byte("other")); !errors.Is(err, chain.ErrConflict) {
			t.Errorf("%s number again: %v, want ErrConflict", what, err)
		}
	}
	expect(t, c, "r", "one", "two")
}

func writers(t *testing.T, c chain.Checkpointer) {
	const rounds = 5
	for seq := 1; seq <= rounds; seq++ {
		var won atomic.Int32
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				err := c.Append(t.Context(), "r", seq, fmt.Appendf(nil, "writer %d", w))
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, chain.ErrConflict):
					t.Errorf("writer %d: %v", w, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d writers won entry %d", won.Load(), seq)
		}
	}
	if entries, err := c.Entries(t.Context(), "r"); err != nil || len(entries) != rounds {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

func apart(t *testing.T, c chain.Checkpointer) {
	add(t, c, "a", "1")
	add(t, c, "ab", "2")
	add(t, c, "a.b-c_D", "3")
	expect(t, c, "a", "1")
	expect(t, c, "ab", "2")
	var ids []string
	for id, err := range c.Runs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"a", "a.b-c_D", "ab"}) {
		t.Errorf("runs: %q", ids)
	}
	for range c.Runs(t.Context()) {
		break // leaving early is fine
	}
}

func deletion(t *testing.T, c chain.Checkpointer) {
	add(t, c, "r", "1", "2")
	add(t, c, "s", "1")
	for range 2 {
		if err := c.Delete(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, c, "r")
	expect(t, c, "s", "1")
	add(t, c, "r", "anew")
	expect(t, c, "r", "anew")
}

func nothing(t *testing.T, c chain.Checkpointer) {
	expect(t, c, "never")
	for id, err := range c.Runs(t.Context()) {
		t.Errorf("an empty store has a run %q, %v", id, err)
	}
}

func large(t *testing.T, c chain.Checkpointer) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	if err := c.Append(t.Context(), "r", 1, big); err != nil {
		t.Fatal(err)
	}
	big[0] = 'x' // the caller's slice stays the caller's
	entries, err := c.Entries(t.Context(), "r")
	if err != nil || len(entries) != 1 || len(entries[0]) != 1<<20 || entries[0][0] != '0' {
		t.Errorf("a megabyte came back otherwise: %v", err)
	}
}
