package metrics

import (
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts. It is a prometheus.Collector, for a program with a registry
// of its own, and safe for concurrent use; give one to everything that runs
// chains in a process.
type Metrics struct {
	o Options

	chains, models, tools, problems, classes *names

	runs   runs
	asked  asked
	called called
	served served
	queue  *queue
	parts  []prometheus.Collector // all of these
}

// New returns Metrics that have counted nothing. Nil options are the defaults.
func New(o *Options) *Metrics {
	m := &Metrics{o: o.withDefaults()}
	m.chains, m.models, m.tools = newNames(m.o.MaxChains), newNames(m.o.MaxModels), newNames(m.o.MaxTools)
	m.problems, m.classes = newNames(50), newNames(20) // ours are about ten of each; a step may return problems of its own
	m.runs, m.asked, m.called, m.served = newRuns(), newAsked(m.o), newCalled(), newServed()
	m.parts = append(m.parts, m.runs.all()...)
	m.parts = append(m.parts, m.asked.all()...)
	m.parts = append(m.parts, m.called.all()...)
	m.parts = append(m.parts, m.served.all()...)
	m.parts = append(m.parts, buildInfo())
	if m.o.Queue != nil {
		m.queue = newQueue(m.o.Queue)
		m.parts = append(m.parts, m.queue)
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	for _, part := range m.parts {
		part.Describe(to)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	for _, part := range m.parts {
		part.Collect(to)
	}
}

// Handler answers scrapes with m, and with what the Go runtime and the system
// tell of the process. A program that has a registry registers m there instead.
func (m *Metrics) Handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 8})
}

const module = "github.com/causeway-go/causeway"

// buildInfo is 1, with the versions of this module and of Go.
func buildInfo() prometheus.Collector {
	version, goversion := unknown, unknown
	if info, ok := debug.ReadBuildInfo(); ok {
		goversion = info.GoVersion
		for _, dep := range append(info.Deps, &info.Main) {
			if dep.Path == module && dep.Version != "" {
				version = strings.Trim(dep.Version, "()") // of a build in the repository: (devel)
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "causeway_build_info", Help: "Always 1, with the versions of Causeway and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": goversion},
	})
	g.Set(1)
	return g
}

// counter and the like are short for what is written often.
func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// add adds what is more than nothing: a counter panics at less, and a model of
// somebody else's may tell any number of tokens.
func add(c prometheus.Counter, n float64) {
	if n > 0 {
		c.Add(n)
	}
}
