package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// runs counts whole runs.
type runs struct {
	started    *prometheus.CounterVec
	finished   *prometheus.CounterVec
	inFlight   *prometheus.GaugeVec
	duration   *prometheus.HistogramVec
	firstToken *prometheus.HistogramVec
}

// Buckets meant for models: answers take from half a second to minutes, and
// people notice a first token from a fifth of a second on.
var (
	runSeconds   = []float64{0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 600}
	tokenSeconds = []float64{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 20, 30, 60}
	toolSeconds  = []float64{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
)

func newRuns() runs {
	return runs{
		started: counter("causeway_runs_started_total", "Runs that began, or went on after an answer or a restart.", "chain"),
		finished: counter("causeway_runs_finished_total",
			"Runs that ended: ok, waiting (for a human's answer) or failed, then with the code of the problem.", "chain", "outcome", "problem"),
		inFlight: gauge("causeway_runs_in_flight", "Runs that go on.", "chain"),
		duration: histogram("causeway_run_duration_seconds", "How long runs took, by how they ended.", runSeconds, "chain", "outcome"),
		firstToken: histogram("causeway_run_first_token_seconds",
			"From the start of a streamed run to its first token.", tokenSeconds, "chain"),
	}
}

func (r runs) all() []prometheus.Collector {
	return []prometheus.Collector{r.started, r.finished, r.inFlight, r.duration, r.firstToken}
}

// begun counts a run.started.
func (m *Metrics) begun(e *chain.Event) {
	name := m.chains.of(e.Chain)
	m.runs.started.WithLabelValues(name).Inc()
	m.runs.finished.WithLabelValues(name, "ok", "") // at 0 until one is: a rate needs to have seen it before
	m.runs.inFlight.WithLabelValues(name).Inc()
}

// ended counts the last event of a run.
func (m *Metrics) ended(e *chain.Event) {
	name := m.chains.of(e.Chain)
	outcome, why := m.outcome(e)
	for _, s := range e.Unfinished {
		m.booked(e.Chain, s)
	}
	m.runs.inFlight.WithLabelValues(name).Dec()
	m.runs.finished.WithLabelValues(name, outcome, why).Inc()
	m.runs.duration.WithLabelValues(name, outcome).Observe(e.Duration.Seconds())
	if e.FirstToken > 0 {
		m.runs.firstToken.WithLabelValues(name).Observe(e.FirstToken.Seconds())
	}
}

// outcome says how a run ended, and the code of the problem when it failed.
func (m *Metrics) outcome(e *chain.Event) (outcome, why string) {
	switch {
	case e.Kind == chain.Interrupted:
		return "waiting", ""
	case e.Err != nil:
		return "failed", m.problems.of(problem.Of(e.Err, "").Code)
	case e.Error != "":
		return "failed", unknown
	}
	return "ok", ""
}
