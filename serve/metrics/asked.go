package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
)

// asked counts what models were asked and what became of it.
type asked struct {
	tokens     *prometheus.CounterVec
	requests   *prometheus.CounterVec
	waited     *prometheus.CounterVec
	firstToken *prometheus.HistogramVec
	throttles  *prometheus.CounterVec
	failures   *prometheus.CounterVec
	failovers  *prometheus.CounterVec
	cost       *prometheus.CounterVec // nil without prices, as is unpriced
	unpriced   *prometheus.CounterVec
}

func newAsked(o Options) asked {
	a := asked{
		tokens: counter("causeway_model_tokens_total",
			"Tokens, by the model that answered last in the step. Of output, reasoning is a part.", "chain", "model", "kind"),
		requests: counter("causeway_model_requests_total",
			"Requests sent to models, those that were retried included; the model is unknown where none answered.", "chain", "model"),
		waited: counter("causeway_model_wait_seconds_total", "Time spent waiting for quota and between attempts.", "chain", "model"),
		firstToken: histogram("causeway_model_first_token_seconds",
			"From the start of a streamed step to its first token, by the model that answered.", tokenSeconds, "model"),
		throttles: counter("causeway_model_throttles_total", "Requests that the service refused for their rate.", "model", "class"),
		failures:  counter("causeway_model_failures_total", "Requests that failed for another reason.", "model", "class"),
		failovers: counter("causeway_model_failovers_total", "Calls that went to this model in the place of another.", "model"),
	}
	if len(o.Prices) > 0 {
		a.cost = prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "causeway_estimated_cost_total", Help: "What tokens cost by the price table, in the currency.",
			ConstLabels: prometheus.Labels{"currency": o.Currency},
		}, []string{"chain", "model"})
		a.unpriced = counter("causeway_unpriced_tokens_total", "Tokens of models that the price table does not have.", "model")
	}
	return a
}

func (a asked) all() []prometheus.Collector {
	all := []prometheus.Collector{a.tokens, a.requests, a.waited, a.firstToken, a.throttles, a.failures, a.failovers}
	if a.cost != nil {
		all = append(all, a.cost, a.unpriced)
	}
	return all
}

// spent counts what a step cost that has ended, well or not.
func (m *Metrics) spent(e *chain.Event) {
	if e.Resumed != nil {
		m.booked(e.Chain, *e.Resumed)
		return
	}
	if e.FirstToken > 0 {
		m.asked.firstToken.WithLabelValues(m.models.of(e.Model)).Observe(e.FirstToken.Seconds())
	}
	s := chain.StepResult{Model: e.Model, Attempts: e.Attempts, Waited: e.Waited}
	if e.Usage != nil {
		s.Usage = *e.Usage
	}
	m.booked(e.Chain, s)
}

// booked counts what a step cost in one attempt at the run.
func (m *Metrics) booked(chainName string, s chain.StepResult) {
	if s.Attempts == 0 && s.Usage == (message.Usage{}) {
		return // it asked no model
	}
	name, model := m.chains.of(chainName), m.models.of(s.Model)
	add(m.asked.requests.WithLabelValues(name, model), float64(s.Attempts))
	add(m.asked.waited.WithLabelValues(name, model), s.Waited.Seconds())
	for kind, n := range tokensOf(s.Usage) {
		if n > 0 {
			m.asked.tokens.WithLabelValues(name, model, kind).Add(float64(n))
		}
	}
	if m.asked.cost == nil {
		return
	}
	if cost, known := m.o.Prices.Cost(s.Model, s.Usage); known {
		add(m.asked.cost.WithLabelValues(name, model), cost)
	} else {
		u := s.Usage
		add(m.asked.unpriced.WithLabelValues(model), float64(u.Input+u.Output+u.CacheRead+u.CacheWrite))
	}
}

// tokensOf names the kinds of tokens as message.Usage does in JSON.
func tokensOf(u message.Usage) map[string]int {
	return map[string]int{
		"input": u.Input, "output": u.Output, "cacheRead": u.CacheRead, "cacheWrite": u.CacheWrite, "reasoning": u.Reasoning,
	}
}

// retried counts what happened between the attempts of one call.
func (m *Metrics) retried(e *chain.Event) {
	if e.Retry == nil {
		return
	}
	model, class := m.models.of(e.Retry.Model), e.Retry.Class
	switch e.Retry.What {
	case message.NoticeThrottle:
		m.asked.throttles.WithLabelValues(model, m.classes.of(class)).Inc()
	case message.NoticeFailure:
		m.asked.failures.WithLabelValues(model, m.classes.of(class)).Inc()
	case message.NoticeFailover:
		m.asked.failovers.WithLabelValues(model).Inc()
	}
}
