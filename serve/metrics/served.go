package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// served counts what a server does around runs.
type served struct {
	requests *prometheus.CounterVec
	refused  *prometheus.CounterVec
	streams  *prometheus.GaugeVec
}

// newServed begins the series that are known at 0: a rate needs to have seen a
// counter before it counts.
func newServed() served {
	s := served{
		requests: counter("causeway_http_requests_total", "Requests that were answered, by endpoint and status.", "route", "status"),
		refused:  counter("causeway_runs_refused_total", "Runs that the server did not take, by the code of the problem.", "reason"),
		streams:  gauge("causeway_streams_open", "Clients that read events: over sse, or connected by websocket.", "kind"),
	}
	for _, reason := range []string{"busy", "closing"} {
		s.refused.WithLabelValues(reason)
	}
	for _, kind := range []string{"sse", "websocket"} {
		s.streams.WithLabelValues(kind)
	}
	return s
}

func (s served) all() []prometheus.Collector {
	return []prometheus.Collector{s.requests, s.refused, s.streams}
}

// Request counts an HTTP request that was answered. The route is the pattern of
// the endpoint, never the path that was asked for; "" counts as other.
func (m *Metrics) Request(route string, status int) {
	if route == "" {
		route = other
	}
	m.served.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
}

// Refused counts a run that was not taken, by the code of the problem that the
// client was told.
func (m *Metrics) Refused(reason string) { m.served.refused.WithLabelValues(reason).Inc() }

// Stream counts a client that reads events, of a kind such as sse, until the
// function that it returns is called.
func (m *Metrics) Stream(kind string) (closed func()) {
	g := m.served.streams.WithLabelValues(kind)
	g.Inc()
	return g.Dec
}
