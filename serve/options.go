package serve

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/metrics"
)

// Options are the settings of [New]. The zero value of each field is the
// default that it documents.
type Options struct {
	// Auth guards every endpoint but /healthz and /readyz. Nil leaves them
	// open: [ListenAndServe] then refuses any address but loopback, and any Host
	// but localhost, 127.0.0.1 and those of Origins, so that no page's name can
	// be made to mean this server. [BearerKeys] is the built-in one.
	Auth func(http.Handler) http.Handler

	// Origins may call from a browser: exact origins such as
	// https://app.example.com. Empty means none but the server's own pages.
	Origins []string

	MaxBody int64         // bytes of a request body; 0 means 1 MiB
	MaxRuns int           // runs at once, further ones get 429; 0 means 256
	Timeout time.Duration // bound of a run, and of what a client may ask for; 0 means 2 minutes

	// Heartbeat is the longest silence on a stream; 0 means 15 seconds.
	Heartbeat time.Duration
	// ResumeWindow is how long a streamed run goes on without a reader, who may
	// come back with Last-Event-ID; then it is cancelled. 0 means 5 seconds,
	// negative cancels at once.
	ResumeWindow time.Duration

	// Feedback keeps what people say of runs, [FileFeedback] in a file; nil
	// means in this process, the last 10,000.
	Feedback FeedbackStore

	// Jobs keeps the runs that outlive their request; workers of its own do
	// them (jobs.Worker, with Server.Chain). Nil keeps none.
	Jobs jobs.Backend
	// Callbacks says whom jobs may call when they are over; the workers have
	// the same. Nil is nobody.
	Callbacks *jobs.Callbacks

	// Metrics counts runs and requests for GET /metrics; the workers of Jobs
	// have the same (jobs.WorkerOptions.Events). Nil is a new one, without
	// prices.
	Metrics *metrics.Metrics

	// Log hears one line a request and one for each run that fails, with its
	// error. Nil means nobody.
	Log *slog.Logger
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxBody <= 0 {
		d.MaxBody = 1 << 20
	}
	if d.MaxRuns <= 0 {
		d.MaxRuns = 256
	}
	if d.Timeout <= 0 {
		d.Timeout = 2 * time.Minute
	}
	if d.Heartbeat <= 0 {
		d.Heartbeat = 15 * time.Second
	}
	if d.ResumeWindow == 0 {
		d.ResumeWindow = 5 * time.Second
	}
	if d.Feedback == nil {
		d.Feedback = NewInProcessFeedback()
	}
	if d.Metrics == nil {
		d.Metrics = metrics.New(d.metrics())
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}

// metrics are the options of the server's own Metrics.
func (o *Options) metrics() *metrics.Options {
	if o.Jobs == nil {
		return nil
	}
	return &metrics.Options{Queue: o.Jobs.Depth}
}
