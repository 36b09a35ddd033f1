package experiment_test

import (
	"strings"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/templates"
)

const promoted = `schema: causeway.experiment/v1
key: promoted
variants: [{key: control, prompt: support/answer@1}, {key: warm, prompt: support/answer@2}]
metrics: {primary: {name: csat}}
`

func production(t *testing.T, store templates.Store) int {
	t.Helper()
	_, v, err := store.Get(t.Context(), templates.Ref{Name: "support/answer", Alias: "production"})
	if err != nil {
		t.Fatal(err)
	}
	return v.Number
}

func TestPromote(t *testing.T) {
	store := prompts(t, "Be brief.", "Be warm.")
	e := parse(t, promoted)
	for range 2 { // the second time nothing is left to do
		a, err := e.Promote(t.Context(), store, "warm", "production", nil)
		if err != nil || a.Version != 2 || !strings.Contains(a.Why, "promoted: warm") {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	if got := production(t, store); got != 2 {
		t.Errorf("production is %d", got)
	}
	if _, err := e.Promote(t.Context(), store, "cold", "production", nil); err == nil {
		t.Error("a variant that is not there was promoted")
	}
}

// A review promotes a clear winner only where the file and the program ask.
func TestReviewPromotes(t *testing.T) {
	for decision, want := range map[string]int{"": 1, "decision: {promote: production}\n": 2} {
		store := prompts(t, "Be brief.", "Be warm.")
		e := parse(t, promoted+decision)
		c := variantChain(t, "x", 0, nil)
		s := newSetup(t, e, map[string]*chain.Chain{"control": c, "warm": c}, &experiment.RunnerOptions{Prompts: store})
		w := newWorld(t, e)
		for i := range 400 {
			unit := experiment.UnitID(e.Key, string(rune('a'+i%26))+strings.Repeat("x", i))
			a := e.Assign(unit)
			w.expose(unit, a.Variant.Key)
			w.outcome(unit, "csat", 3+float64(a.Index)+w.random.Float64())
		}
		if err := s.log.Append(t.Context(), w.records...); err != nil {
			t.Fatal(err)
		}
		if _, err := s.runner.Review(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := production(t, store); got != want {
			t.Errorf("%q: production is %d, want %d", decision, got, want)
		}
	}
}
