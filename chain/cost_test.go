//go:build !race

package chain

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// kilobyte is a prompt of 1 KiB with four variables.
func kilobyte(t testing.TB) PromptSource {
	filler := strings.Repeat("Answer in the tone of a friendly clerk. ", 24)
	return Template(parsed(t,
		"schema: causeway.prompt/v1", "name: test/kilobyte", "model: {id: m, maxTokens: 300, temperature: 0}",
		"input: {required: [a, b, c, d], properties: {a: {type: string}, b: {type: string}, c: {type: string}, d: {type: string}}}",
		"system: \"You are {{a}}.\"", "messages:", "  - user: \""+filler+" {{b}} and {{c}}, then {{d}}.\""))
}

func stepsOf(t testing.TB, n int) *Chain {
	src := kilobyte(t)
	steps := make([]Step, n)
	for i := range steps {
		steps[i] = Prompt(fmt.Sprintf("s%d", i), instant{}, src, nil)
	}
	return must(t, steps, &Options{Input: fourStrings()})
}

// (Not under the race detector, which allocates for itself.) The limits are issue 7's: 26 allocations and 3.5 KiB a step, and the hundredth
// step costs what the tenth does.
func TestWhatAStepCosts(t *testing.T) {
	in := Values{"a": "A", "b": "B", "c": "C", "d": "D"}
	perStep := func(n int) (allocs, bytes float64) {
		c := stepsOf(t, n)
		r := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Run(b.Context(), in, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		t.Logf("%d steps: %v a step", n, float64(r.NsPerOp())/float64(n))
		return float64(r.AllocsPerOp()) / float64(n), float64(r.AllocedBytesPerOp()) / float64(n)
	}
	a10, b10 := perStep(10)
	a100, b100 := perStep(100)
	t.Logf("10 steps: %.1f allocations, %.0f bytes a step; 100 steps: %.1f, %.0f", a10, b10, a100, b100)
	if a10 > 26 || b10 > 3.5*1024 || a100 > 26 || b100 > 3.5*1024 {
		t.Error("a step allocates more than 26 times or 3.5 KiB")
	}
}

func fourStrings() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Required: []string{"a", "b", "c", "d"}, Properties: map[string]*jsonschema.Schema{}}
	for _, name := range s.Required {
		s.Properties[name] = &jsonschema.Schema{Type: "string"}
	}
	return s
}

func BenchmarkTenSteps(b *testing.B) {
	c := stepsOf(b, 10)
	in := Values{"a": "A", "b": "B", "c": "C", "d": "D"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Run(b.Context(), in, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// Nobody pays for events that nobody reads.
func TestEventsCostNothingUnread(t *testing.T) {
	c := stepsOf(t, 10)
	in := Values{"a": "A", "b": "B", "c": "C", "d": "D"}
	allocs := func(o *RunOptions) float64 {
		return testing.AllocsPerRun(50, func() {
			if _, err := c.Run(t.Context(), in, o); err != nil {
				t.Fatal(err)
			}
		})
	}
	unread, read := allocs(nil), allocs(&RunOptions{Events: func(Event) {}})
	t.Logf("ten steps: %v allocations, read %v", unread, read)
	if read-unread < 10 {
		t.Errorf("events take %v allocations more when they are read: they are made anyway", read-unread)
	}
}
