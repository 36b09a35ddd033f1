package metrics_test

import (
	"context"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/serve/metrics"
)

func events() map[string]chain.Event {
	return map[string]chain.Event{
		"token":         {Kind: chain.Token, Text: "hello"},
		"step.started":  {Kind: chain.StepStarted},
		"step.finished": {Kind: chain.StepFinished, Model: sonnet, Usage: &message.Usage{Input: 1000, Output: 200}, Attempts: 1, FirstToken: time.Second},
		"tool.result":   {Kind: chain.ToolResult, Tool: &chain.ToolEvent{Name: "clock"}},
		"run.started":   {Kind: chain.RunStarted},
		"run.finished":  {Kind: chain.RunFinished, Duration: time.Second, FirstToken: time.Second},
	}
}

func BenchmarkEvent(b *testing.B) {
	for name, e := range events() {
		b.Run(name, func(b *testing.B) {
			m := metrics.New(&metrics.Options{Prices: metrics.Prices{sonnet: {Input: 3, Output: 15}}})
			e.Chain = "support"
			b.ReportAllocs()
			for b.Loop() {
				m.Event(e)
			}
		})
	}
}

// What metrics add to a run of one step that does nothing: "unheard" and
// "heard" are the price of any listener, "counted" is ours.
func BenchmarkRun(b *testing.B) {
	step := chain.Func("out", func(_ context.Context, in struct{ N int }) (int, error) { return in.N, nil }, nil)
	c, err := chain.New("c", []chain.Step{step}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		events func(chain.Event)
	}{{"unheard", nil}, {"heard", func(chain.Event) {}}, {"counted", metrics.New(nil).Event}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Run(b.Context(), chain.Values{"N": 1}, &chain.RunOptions{Events: tt.events}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Once its series are there, no event takes memory, a token least of all.
func TestEventsTakeNoMemory(t *testing.T) {
	m := metrics.New(&metrics.Options{Prices: metrics.Prices{sonnet: {Input: 3, Output: 15}}})
	for name, e := range events() {
		e.Chain = "support"
		m.Event(e)
		if n := testing.AllocsPerRun(1000, func() { m.Event(e) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
