package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

func Example() {
	m := metrics.New(&metrics.Options{Prices: metrics.Prices{sonnet: {Input: 3, Output: 15}}})
	double := chain.Func("double", func(_ context.Context, in struct{ N int }) (int, error) { return 2 * in.N, nil }, nil)
	c, err := chain.New("doubling", []chain.Step{double}, &chain.Options{Events: m.Event})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := c.Run(context.Background(), chain.Values{"N": 21}, nil); err != nil {
		fmt.Println(err)
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "causeway_runs_") && strings.Contains(line, "doubling") {
			_, _ = os.Stdout.WriteString(line)
		}
	}
	// Output:
	// causeway_runs_finished_total{chain="doubling",outcome="ok",problem=""} 1
	// causeway_runs_in_flight{chain="doubling"} 0
	// causeway_runs_started_total{chain="doubling"} 1
}

// everything counts one of each event.
func everything(m *metrics.Metrics, name string) {
	usage := &message.Usage{Input: 1000, Output: 200, CacheRead: 5000, CacheWrite: 400, CacheWrite1h: 100, Reasoning: 50}
	for _, e := range []chain.Event{
		{Kind: chain.RunStarted},
		{Kind: chain.StepStarted, Step: "a"},
		{Kind: chain.Token, Text: "hi"},
		{Kind: chain.Retry, Retry: &chain.RetryEvent{What: message.NoticeThrottle, Model: sonnet, Class: string(retry.ThrottleTokens)}},
		{Kind: chain.Retry, Retry: &chain.RetryEvent{What: message.NoticeFailure, Model: sonnet, Class: string(retry.Transient)}},
		{Kind: chain.Retry, Retry: &chain.RetryEvent{What: message.NoticeWait, Model: sonnet, Wait: time.Second}},
		{Kind: chain.Retry, Retry: &chain.RetryEvent{What: message.NoticeFailover, Model: "haiku"}},
		{Kind: chain.ToolResult, Tool: &chain.ToolEvent{Name: "clock", Duration: 30 * time.Millisecond}},
		{Kind: chain.ToolResult, Tool: &chain.ToolEvent{Name: "clock", IsError: true}},
		{Kind: chain.ToolResult, Tool: &chain.ToolEvent{Name: "what the user said", IsError: true}},
		{Kind: chain.StepFinished, Model: sonnet, Usage: usage, Attempts: 3, Waited: 1500 * time.Millisecond, FirstToken: 400 * time.Millisecond},
		{Kind: chain.StepFinished, Model: "nova", Usage: &message.Usage{Input: 7, Output: -3}, Attempts: 1},
		{Kind: chain.StepFinished, Skipped: true},
		{Kind: chain.RunFinished, Duration: 4 * time.Second, FirstToken: 500 * time.Millisecond},
		{Kind: chain.RunStarted},
		{Kind: chain.Interrupted, Duration: time.Second, Interrupt: &chain.Interrupt{}},
		{Kind: chain.RunStarted},
		{Kind: chain.RunFinished, Duration: time.Minute, Error: "x", Err: &retry.Error{Class: retry.ThrottleTokens, Err: errors.New("x")}},
		{Kind: chain.RunStarted},
		{Kind: chain.RunFinished, Error: "read from elsewhere"},
		{Kind: chain.RunStarted},
	} {
		e.Chain = name
		m.Event(e)
	}
}

func full() *metrics.Metrics {
	m := metrics.New(&metrics.Options{
		Prices:   metrics.Prices{"anthropic.claude-sonnet-4-5-20250929-v1:0": {Input: 3, Output: 15, CacheRead: 0.3, CacheWrite: 3.75, CacheWrite1h: 6}},
		Currency: "EUR",
		Queue:    func(context.Context) (int, error) { return 12, nil },
	})
	everything(m, "support")
	m.Request("POST /v1/chains/{name}/runs", 200)
	m.Request("", 404)
	m.Refused("busy")
	m.Stream("sse")
	m.Stream("sse")()
	return m
}

// scrape asks over HTTP, and reads the answer as Prometheus does.
func scrape(t testing.TB, h http.Handler) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("%d %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value returns one number: of a histogram how many were observed. Labels are
// pairs. It is -1 when there is no such series.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	for _, metric := range families[name].GetMetric() {
		got := map[string]string{}
		for _, l := range metric.GetLabel() {
			got[l.GetName()] = l.GetValue()
		}
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && got[labels[i]] == labels[i+1]
		}
		if !fits {
			continue
		}
		switch families[name].GetType() {
		case dto.MetricType_COUNTER:
			return metric.GetCounter().GetValue()
		case dto.MetricType_GAUGE:
			return metric.GetGauge().GetValue()
		case dto.MetricType_HISTOGRAM:
			return float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return -1
}

func TestNumbers(t *testing.T) {
	got := scrape(t, full().Handler())
	for _, tt := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{5, "causeway_runs_started_total", []string{"chain", "support"}},
		{1, "causeway_runs_in_flight", []string{"chain", "support"}},
		{1, "causeway_runs_finished_total", []string{"outcome", "ok", "problem", ""}},
		{1, "causeway_runs_finished_total", []string{"outcome", "waiting", "problem", ""}},
		{1, "causeway_runs_finished_total", []string{"outcome", "failed", "problem", "throttled"}},
		{1, "causeway_runs_finished_total", []string{"outcome", "failed", "problem", "unknown"}},
		{1, "causeway_run_duration_seconds", []string{"outcome", "ok"}},
		{1, "causeway_run_first_token_seconds", []string{"chain", "support"}},
		{1000, "causeway_model_tokens_total", []string{"chain", "support", "model", sonnet, "kind", "input"}},
		{200, "causeway_model_tokens_total", []string{"model", sonnet, "kind", "output"}},
		{5000, "causeway_model_tokens_total", []string{"model", sonnet, "kind", "cacheRead"}},
		{400, "causeway_model_tokens_total", []string{"model", sonnet, "kind", "cacheWrite"}},
		{50, "causeway_model_tokens_total", []string{"model", sonnet, "kind", "reasoning"}},
		{-1, "causeway_model_tokens_total", []string{"model", "nova", "kind", "output"}},
		{3, "causeway_model_requests_total", []string{"model", sonnet}},
		{1.5, "causeway_model_wait_seconds_total", []string{"model", sonnet}},
		{1, "causeway_model_first_token_seconds", []string{"model", sonnet}},
		{1, "causeway_model_throttles_total", []string{"model", sonnet, "class", "throttleTokens"}},
		{1, "causeway_model_failures_total", []string{"model", sonnet, "class", "transient"}},
		{1, "causeway_model_failovers_total", []string{"model", "haiku"}},
		// 1000 at 3, 200 at 15, 5000 at 0.3, 300 at 3.75 and 100 at 6, each for a million
		{(3000 + 3000 + 1500 + 1125 + 600) / 1e6, "causeway_estimated_cost_total", []string{"model", sonnet, "currency", "EUR"}},
		{4, "causeway_unpriced_tokens_total", []string{"model", "nova"}},
		{1, "causeway_tool_calls_total", []string{"tool", "clock", "outcome", "ok"}},
		{1, "causeway_tool_calls_total", []string{"tool", "clock", "outcome", "error"}},
		{1, "causeway_tool_calls_total", []string{"tool", "other", "outcome", "error"}},
		{2, "causeway_tool_duration_seconds", []string{"tool", "clock"}},
		{1, "causeway_http_requests_total", []string{"route", "POST /v1/chains/{name}/runs", "status", "200"}},
		{1, "causeway_http_requests_total", []string{"route", "other", "status", "404"}},
		{1, "causeway_runs_refused_total", []string{"reason", "busy"}},
		{1, "causeway_streams_open", []string{"kind", "sse"}},
		{12, "causeway_jobs_queue_depth", nil},
		{0, "causeway_jobs_queue_errors_total", nil},
		{1, "causeway_build_info", nil},
	} {
		if v := value(got, tt.name, tt.labels...); v != tt.want {
			t.Errorf("%s %v is %v, want %v", tt.name, tt.labels, v, tt.want)
		}
	}
	if value(got, "go_goroutines") < 1 {
		t.Error("nothing about the process")
	}
}

func TestLint(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(full())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "causeway_") {
			t.Errorf("%s is not named ours", f.GetName())
		}
	}
}

// However many names there are, the time series stay few, and nothing is lost.
func TestNamesAreBounded(t *testing.T) {
	const n = 3000
	m := metrics.New(&metrics.Options{MaxChains: 10, MaxModels: 5, MaxTools: 5})
	for i := range n {
		name := fmt.Sprint("name-", i)
		if i%3 == 0 {
			name = strings.Repeat("x", 300) + name
		} else if i%3 == 1 {
			name += "\xff" // no label may hold this
		}
		for _, e := range []chain.Event{
			{Kind: chain.RunStarted},
			{Kind: chain.ToolResult, Tool: &chain.ToolEvent{Name: name}},
			{Kind: chain.Retry, Retry: &chain.RetryEvent{What: message.NoticeThrottle, Model: name, Class: name}},
			{Kind: chain.StepFinished, Model: name, Attempts: 1, Usage: &message.Usage{Input: 1}},
			{Kind: chain.RunFinished, RunID: name, Step: name, Labels: map[string]string{name: name}},
		} {
			e.Chain = name
			m.Event(e)
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	series, tokens := 0, 0.0
	for _, f := range families {
		series += len(f.GetMetric())
		for _, metric := range f.GetMetric() {
			if f.GetName() == "causeway_model_tokens_total" {
				tokens += metric.GetCounter().GetValue()
			}
		}
	}
	if series > 400 || tokens != n {
		t.Errorf("%d time series, %v tokens; want at most 400, and %d", series, tokens, n)
	}
}

func TestAQueueThatDoesNotAnswer(t *testing.T) {
	m := metrics.New(&metrics.Options{Queue: func(context.Context) (int, error) { return 0, errors.New("gone") }})
	m.Event(chain.Event{Kind: chain.RunStarted, Chain: "c"})
	got := scrape(t, m.Handler())
	if d, e, s := value(got, "causeway_jobs_queue_depth"), value(got, "causeway_jobs_queue_errors_total"), value(got, "causeway_runs_started_total"); d != -1 || e != 1 || s != 1 {
		t.Errorf("depth %v, errors %v, runs %v; want no depth, one error, and the rest", d, e, s)
	}
}

func TestSideBySide(t *testing.T) {
	m := metrics.New(nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				everything(m, "c")
			}
		})
		wg.Go(func() {
			for range 10 {
				_, _ = io.Copy(io.Discard, strings.NewReader(fmt.Sprint(scrape(t, m.Handler()))))
			}
		})
	}
	wg.Wait()
	if v := value(scrape(t, m.Handler()), "causeway_runs_started_total"); v != 8*50*5 {
		t.Errorf("%v runs, want %d", v, 8*50*5)
	}
}
