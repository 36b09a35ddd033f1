package memory_test

import (
	"fmt"
	"testing"

	"github.com/causeway-go/causeway/memory"
)

// TestAllocations gates what a conversation adds to a call: a handful of
// allocations, however long it is.
func TestAllocations(t *testing.T) {
	s := memory.NewInProcess()
	at := memory.Revision("")
	for n := range 200 {
		var err error
		if at, err = s.Append(t.Context(), "talk", at, human(fmt.Sprint("q", n)), ai(fmt.Sprint("a", n))); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		o    *memory.Options
		most float64
	}{
		{"everything", nil, 5},
		{"a window", &memory.Options{Window: 50}, 25},
		{"a budget", &memory.Options{MaxTokens: 1000}, 35},
	} {
		c := memory.New(s, "talk", tt.o)
		got := testing.AllocsPerRun(100, func() {
			if _, err := c.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %.0f allocations", tt.name, got)
		if got > tt.most {
			t.Errorf("%s of 200 turns takes %.0f allocations; the gate is %.0f", tt.name, got, tt.most)
		}
	}
}
