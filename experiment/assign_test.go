package experiment_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/experiment"
)

func two(seed string, rest string) string {
	return fmt.Sprintf("schema: causeway.experiment/v1\nkey: k\nseed: %q\nvariants: [{key: a}, {key: b}]\nmetrics: {primary: {name: m}}\n%s", seed, rest)
}

// The expected buckets are GrowthBook's published results for hash version 2
// (growthbook-golang v0.7.0, spec 0.12.0); bench/experiment runs its whole suite.
func TestBuckets(t *testing.T) {
	for _, c := range []struct {
		seed, unit string
		want       float64
	}{
		{"seed", "a", 0.0505},
		{"seed", "b", 0.2696},
		{"foo", "def", 0.2019},
		{"89123klj", "8952klfjas09ujkasdf", 0.124},
		{"90850943850283058242805", "123", 0.7516},
		{"expérience", "123", 0.9001},
		{"bucket-range-rounding", "user-3436", 0.22},
	} {
		if got := parse(t, two(c.seed, "")).Assign(c.unit).Bucket; got != c.want {
			t.Errorf("bucket(%q, %q) = %v, want %v", c.seed, c.unit, got, c.want)
		}
	}
}

// UTF-16 code units, not UTF-8 bytes: the ids were hashed with seed "" by
// GrowthBook, so the seed's characters move to the front of the id here.
func TestBucketsOutsideASCII(t *testing.T) {
	for unit, want := range map[string]float64{"josé": 0.1315, "用户123": 0.3071, "😀": 0.4971} {
		runes := []rune(unit)
		e := parse(t, two(string(runes[:1]), ""))
		if got := e.Assign(string(runes[1:])).Bucket; got != want {
			t.Errorf("%q: %v, want %v", unit, got, want)
		}
	}
}

// A bucket that is exactly the end of a range belongs where the other SDKs put
// it, down to the last bit of the float.
func TestRangeEnds(t *testing.T) {
	e := parse(t, `
schema: causeway.experiment/v1
key: x
seed: bucket-range-rounding
coverage: 0.1
variants: [{key: v0}, {key: v1}, {key: v2}, {key: v3}, {key: v4}]
weights: [0.2, 0.2, 0.2, 0.2, 0.2]
metrics: {primary: {name: m}}
`)
	if a := e.Assign("user-3436"); a.Variant.Key != "v1" || a.Reason != experiment.Assigned {
		t.Errorf("user-3436 at %v got %s (%s), want v1", a.Bucket, a.Variant.Key, a.Reason)
	}
}

func TestReasons(t *testing.T) {
	for _, c := range []struct {
		name, rest, unit string
		attributes       map[string]any
		variant          string
		reason           experiment.Reason
	}{
		{"assigned", "weights: [0, 1]", "u", nil, "b", experiment.Assigned},
		{"forced", "weights: [1, 0]\nforce: {u: b}", "u", nil, "b", experiment.Forced},
		{"uncovered", "coverage: 0\nweights: [0, 1]", "u", nil, "a", experiment.Uncovered},
		{"draft", "status: draft\nweights: [0, 1]", "u", nil, "a", experiment.Inactive},
		{"stopped", "status: stopped\nwinner: b", "u", nil, "b", experiment.Inactive},
		{"switch", "mode: switch\nactive: b", "u", nil, "b", experiment.Inactive},
		{"shadow", "mode: shadow\nweights: [0, 1]", "u", nil, "a", experiment.Assigned},
		{"targeted", "weights: [0, 1]\ntargeting: plan == 'gold'", "u", map[string]any{"plan": "gold"}, "b", experiment.Assigned},
		{"untargeted", "weights: [0, 1]\ntargeting: plan == 'gold'", "u", map[string]any{"plan": "basic"}, "a", experiment.Untargeted},
		{"no attributes", "weights: [0, 1]\ntargeting: plan == 'gold'", "u", nil, "a", experiment.Untargeted},
		{"a failing expression", "weights: [0, 1]\ntargeting: 'plan.tier.name == \"x\"'", "u", map[string]any{"plan": 1}, "a", experiment.Untargeted},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := parse(t, two("s", c.rest)).AssignTo(c.unit, c.attributes)
			if a.Variant.Key != c.variant || a.Reason != c.reason {
				t.Errorf("got %s (%s), want %s (%s)", a.Variant.Key, a.Reason, c.variant, c.reason)
			}
			if a.Counts() != (c.reason == experiment.Assigned) {
				t.Errorf("Counts = %v for %s", a.Counts(), a.Reason)
			}
		})
	}
}

// Two experiments that share a layer and not a range never meet in one unit.
func TestLayersExclude(t *testing.T) {
	left := parse(t, two("one", "layer: {key: tone, from: 0, to: 0.3}"))
	right := parse(t, two("two", "layer: {key: tone, from: 0.3}"))
	in := [2]int{}
	for i := range 10_000 {
		unit := fmt.Sprint("user-", i)
		l, r := left.Assign(unit).Counts(), right.Assign(unit).Counts()
		if l == r {
			t.Fatalf("%s: in the one %v, in the other %v", unit, l, r)
		}
		if l {
			in[0]++
		} else {
			in[1]++
		}
	}
	within(t, "the first range", in[0], 10_000, 0.3)
}

// within checks a count against 5 standard deviations of its binomial.
func within(t *testing.T, what string, got, n int, p float64) {
	t.Helper()
	sd := math.Sqrt(float64(n) * p * (1 - p))
	if math.Abs(float64(got)-float64(n)*p) > 5*sd {
		t.Errorf("%s: %d of %d, want %.0f ± %.0f", what, got, n, float64(n)*p, 5*sd)
	}
}

func TestWeightsAreRespected(t *testing.T) {
	for _, weights := range [][]float64{{0.5, 0.5}, {0.9, 0.1}, {0.01, 0.99}} {
		e := parse(t, two("w", fmt.Sprintf("weights: [%v, %v]", weights[0], weights[1])))
		counts := [2]int{}
		for i := range 100_000 {
			counts[e.Assign(fmt.Sprint(i)).Index]++
		}
		within(t, fmt.Sprint(weights), counts[0], 100_000, weights[0])
	}
}

// Concurrent experiments must not know of each other: a unit's variant in one
// says nothing about its variant in another. (Hash version 1 fails this.)
func TestExperimentsAreIndependent(t *testing.T) {
	one, other := parse(t, two("exp-1", "")), parse(t, two("exp-2", ""))
	both := [2][2]int{}
	for i := range 100_000 {
		unit := fmt.Sprint(i)
		both[one.Assign(unit).Index][other.Assign(unit).Index]++
	}
	for a := range 2 {
		for b := range 2 {
			within(t, fmt.Sprint("cell ", a, b), both[a][b], 100_000, 0.25)
		}
	}
}

// A changed weight moves as few units as can be, and growing coverage moves
// nobody who was in.
func TestChangesMoveTheFewest(t *testing.T) {
	before, after := parse(t, two("c", "weights: [0.5, 0.5]")), parse(t, two("c", "weights: [0.6, 0.4]"))
	moved := 0
	for i := range 100_000 {
		if before.Assign(fmt.Sprint(i)).Index != after.Assign(fmt.Sprint(i)).Index {
			moved++
		}
	}
	within(t, "moved by the weights", moved, 100_000, 0.1)

	narrow, wide := parse(t, two("c", "coverage: 0.2")), parse(t, two("c", "coverage: 0.9"))
	for i := range 100_000 {
		n, w := narrow.Assign(fmt.Sprint(i)), wide.Assign(fmt.Sprint(i))
		if n.Counts() && (!w.Counts() || n.Index != w.Index) {
			t.Fatalf("unit %d moved from %s to %s (%s)", i, n.Variant.Key, w.Variant.Key, w.Reason)
		}
	}
}

func TestCanarySteps(t *testing.T) {
	e := parse(t, two("c", "mode: canary\ncanary: {steps: [0.1, 0.5]}"))
	for step, want := range []float64{0.1, 0.5, 0.5} {
		in := 0
		for i := range 20_000 {
			in += e.AssignAt(step, fmt.Sprint(i), nil).Index
		}
		within(t, fmt.Sprint("step ", step), in, 20_000, want)
	}
	if a := e.AssignAt(-1, "u", nil); a.Index != 0 || a.Counts() {
		t.Errorf("a stepped-down canary gives %+v", a)
	}
}

// The assignment is the same in another process.
func TestStableAcrossProcesses(t *testing.T) {
	list := func() string {
		e := parse(t, two("stable", "coverage: 0.7"))
		var b strings.Builder
		for i := range 500 {
			a := e.Assign(fmt.Sprint("ü-", i))
			fmt.Fprintln(&b, a.Variant.Key, a.Reason)
		}
		return b.String()
	}
	if os.Getenv("EXPERIMENT_CHILD") != "" {
		fmt.Print("<<", list(), ">>")
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStableAcrossProcesses$")
	child.Env = append(os.Environ(), "EXPERIMENT_CHILD=1")
	out, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "<<"+list()+">>") {
		t.Error("another process assigns differently")
	}
}

func TestAssignDoesNotAllocate(t *testing.T) {
	e := parse(t, triage)
	if n := testing.AllocsPerRun(1000, func() { e.Assign("customer-0815-ü") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAssign(b *testing.B) {
	e := parse(b, triage)
	b.ReportAllocs()
	for b.Loop() {
		e.Assign("0f8fad5b-d9cb-469f-a165-70867728950e")
	}
}
