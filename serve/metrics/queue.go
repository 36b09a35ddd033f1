package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// queue asks how many jobs wait whenever somebody wants to know. Who cannot be
// asked leaves the number out: 0 would be a lie, and an error would cost the
// scrape all other numbers.
type queue struct {
	ask    func(context.Context) (int, error)
	depth  *prometheus.Desc
	errors prometheus.Counter
}

func newQueue(ask func(context.Context) (int, error)) *queue {
	return &queue{
		ask:   ask,
		depth: prometheus.NewDesc("causeway_jobs_queue_depth", "About how many jobs wait for a worker.", nil, nil),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "causeway_jobs_queue_errors_total", Help: "How often the queue did not tell its depth.",
		}),
	}
}

func (q *queue) Describe(to chan<- *prometheus.Desc) {
	to <- q.depth
	q.errors.Describe(to)
}

func (q *queue) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := q.ask(ctx)
	if err != nil {
		q.errors.Inc()
	} else {
		to <- prometheus.MustNewConstMetric(q.depth, prometheus.GaugeValue, float64(n))
	}
	q.errors.Collect(to)
}
