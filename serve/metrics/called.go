package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/causeway-go/causeway/chain"
)

// called counts the calls of tools.
type called struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newCalled() called {
	return called{
		calls:    counter("causeway_tool_calls_total", "Calls of tools: ok, or error where the model was told of one.", "chain", "tool", "outcome"),
		duration: histogram("causeway_tool_duration_seconds", "How long tools took.", toolSeconds, "tool"),
	}
}

func (c called) all() []prometheus.Collector { return []prometheus.Collector{c.calls, c.duration} }

// used counts a tool.result. A name that no call has succeeded under may be the
// model's invention, talked into it by a user: it counts as other.
func (m *Metrics) used(e *chain.Event) {
	if e.Tool == nil {
		return
	}
	tool, outcome := other, "error"
	if !e.Tool.IsError {
		tool, outcome = m.tools.of(e.Tool.Name), "ok"
	} else if m.tools.has(e.Tool.Name) {
		tool = e.Tool.Name
	}
	m.called.calls.WithLabelValues(m.chains.of(e.Chain), tool, outcome).Inc()
	m.called.duration.WithLabelValues(tool).Observe(e.Tool.Duration.Seconds())
}
