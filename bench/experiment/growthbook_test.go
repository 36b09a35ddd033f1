package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	growthbook "github.com/growthbook/growthbook-golang"

	"github.com/causeway-go/causeway/experiment"
)

// suite reads the cases that GrowthBook publishes for its SDKs, from the
// module's own copy.
func suite(t *testing.T, part string, into any) {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/growthbook/growthbook-golang").Output()
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(parts[part], into); err != nil {
		t.Fatal(err)
	}
}

func ours(t *testing.T, seed string, weights []float64, coverage float64, rest string) *experiment.Experiment {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "schema: causeway.experiment/v1\nkey: k\nseed: %q\ncoverage: %v\nmetrics: {primary: {name: m}}\n%svariants:\n", seed, coverage, rest)
	for i := range weights {
		fmt.Fprintf(&b, "  - {key: v%d}\n", i)
	}
	body, _ := json.Marshal(weights)
	fmt.Fprintf(&b, "weights: %s\n", body)
	e, err := experiment.Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Every published hash of version 2. One with an empty seed is the same hash
// with the id's first character as the seed: they are written one after the
// other.
func TestPublishedHashes(t *testing.T) {
	var cases [][4]any
	suite(t, "hash", &cases)
	tried := 0
	for _, c := range cases {
		seed, unit, version := c[0].(string), c[1].(string), c[2].(float64)
		if version != 2 {
			continue
		}
		if seed == "" {
			runes := []rune(unit)
			seed, unit = string(runes[:1]), string(runes[1:])
		}
		tried++
		if got := ours(t, seed, []float64{0.5, 0.5}, 1, "").Assign(unit).Bucket; got != c[3] {
			t.Errorf("hash(%q, %q) = %v, want %v", seed, unit, got, c[3])
		}
	}
	t.Logf("%d hashes", tried)
	if tried < 15 {
		t.Errorf("only %d cases", tried)
	}
}

// The published ranges, by who falls into them: our buckets are at most 1/10000
// apart, and every one of them is asked for.
func TestPublishedRanges(t *testing.T) {
	units := map[float64]string{} // one for each bucket of the seed
	e := ours(t, "ranges", []float64{0.5, 0.5}, 1, "")
	for i := 0; len(units) < 10_000; i++ {
		unit := fmt.Sprint(i)
		units[e.Assign(unit).Bucket] = unit
	}
	var cases []json.RawMessage
	suite(t, "getBucketRange", &cases)
	tried := 0
	for _, raw := range cases {
		var name string
		var in []any
		var want [][2]float64
		if err := json.Unmarshal(raw, &[]any{&name, &in, &want}); err != nil {
			t.Fatal(err)
		}
		n, coverage := int(in[0].(float64)), in[1].(float64)
		weights := make([]float64, n)
		for i := range weights {
			weights[i] = 1 / float64(n)
		}
		if given, ok := in[2].([]any); ok && len(given) == n {
			for i, w := range given {
				weights[i] = w.(float64)
			}
		}
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		if coverage < 0 || coverage > 1 || sum < 0.99 || sum > 1.01 {
			continue // faults in our file; GrowthBook mends them with a warning
		}
		tried++
		e := ours(t, "ranges", weights, coverage, "")
		for bucket, unit := range units {
			if slices.ContainsFunc(want, func(r [2]float64) bool { return math.Abs(bucket-r[0]) < 1e-9 || math.Abs(bucket-r[1]) < 1e-9 }) {
				continue // the published ends are rounded; TestBesideTheSDK and our own tests hold the exact ones
			}
			index := slices.IndexFunc(want, func(r [2]float64) bool { return bucket >= r[0] && bucket < r[1] })
			a := e.Assign(unit)
			if a.Counts() != (index >= 0) || index >= 0 && a.Index != index {
				t.Fatalf("%s: bucket %v is in range %d, we say %d (%s)", name, bucket, index, a.Index, a.Reason)
			}
		}
	}
	t.Logf("%d of %d sets of ranges, each at 10,000 buckets", tried, len(cases))
}

// Random experiments and ids beside GrowthBook's own SDK: weights, coverage,
// layers (its filters), ids outside ASCII.
func TestBesideTheSDK(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	client, err := growthbook.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	letters := []rune("abcXYZ019-_ éüßжи用户😀👍🏽")
	in := 0
	const experiments, ids = 200, 250
	for range experiments {
		seed := fmt.Sprint("seed-", random.IntN(1000), string(letters[random.IntN(len(letters))]))
		weights := make([]float64, 2+random.IntN(4))
		left := 100
		for i := range weights[1:] {
			w := random.IntN(left + 1)
			left -= w
			weights[i+1] = float64(w) / 100
		}
		weights[0] = float64(left) / 100
		coverage := float64(random.IntN(101)) / 100
		from := float64(random.IntN(50)) / 100
		e := ours(t, seed, weights, coverage, fmt.Sprintf("layer: {key: layer, from: %v, to: 0.9}\n", from))
		theirs := &growthbook.Experiment{
			Key: "k", Seed: seed, HashVersion: 2, Weights: weights, Coverage: &coverage, Variations: make([]growthbook.FeatureValue, len(weights)),
			Filters: []growthbook.Filter{{Seed: "layer", HashVersion: 2, Ranges: []growthbook.BucketRange{{Min: from, Max: 0.9}}}},
		}
		for i := range theirs.Variations {
			theirs.Variations[i] = i
		}
		for range ids {
			id := make([]rune, 1+random.IntN(20))
			for i := range id {
				id[i] = letters[random.IntN(len(letters))]
			}
			user, err := client.WithAttributes(growthbook.Attributes{"id": string(id)})
			if err != nil {
				t.Fatal(err)
			}
			want := user.RunExperiment(t.Context(), theirs)
			got := e.Assign(string(id))
			if got.Counts() != want.InExperiment || got.Index != want.VariationId {
				t.Fatalf("seed %q, id %q, weights %v, coverage %v: we say %d (%s), GrowthBook %d (%v)",
					seed, string(id), weights, coverage, got.Index, got.Reason, want.VariationId, want.InExperiment)
			}
			if got.Counts() {
				in++
			}
		}
	}
	t.Logf("%d ids in %d experiments, %d of them assigned", experiments*ids, experiments, in)
}
