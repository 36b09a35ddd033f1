package serve_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/metrics"
	"github.com/causeway-go/causeway/templates"
)

// scrape reads GET /metrics as Prometheus does, and returns each series of ours
// with its value: of a histogram how many were observed, and their sum.
func scrape(t *testing.T, h http.Handler) map[string]float64 {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("%d: %v", w.Code, err)
	}
	got := map[string]float64{}
	for name, f := range families {
		if !strings.HasPrefix(name, "causeway_") {
			continue
		}
		problems, err := promlint.NewWithMetricFamilies([]*dto.MetricFamily{f}).Lint()
		if err != nil || len(problems) > 0 {
			t.Errorf("%v %v", problems, err)
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			series := strings.TrimSuffix(name+" "+strings.Join(labels, " "), " ")
			switch f.GetType() {
			case dto.MetricType_HISTOGRAM:
				got[series] = float64(m.GetHistogram().GetSampleCount())
				got[series+" sum"] = m.GetHistogram().GetSampleSum()
			case dto.MetricType_GAUGE:
				got[series] = m.GetGauge().GetValue()
			default:
				got[series] = m.GetCounter().GetValue()
			}
		}
	}
	return got
}

func expect(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for series, v := range want {
		if g, ok := got[series]; !ok || g < v*0.999 || g > v*1.001 {
			t.Errorf("%s is %v (%v), want %v", series, g, ok, v)
		}
	}
	if t.Failed() {
		for series, v := range got {
			t.Log(series, v)
		}
	}
}

const sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

// asks is a chain of one prompt, over Bedrock's wire, with retries.
func asks(t *testing.T, o *emulator.Options) *chain.Chain {
	t.Helper()
	inner, err := bedrock.New(emulator.New(o).Client(), sonnet, &bedrock.Options{MaxTokens: 100})
	if err != nil {
		t.Fatal(err)
	}
	prompt, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: test/ask\nmodel: {id: " + sonnet + "}\n" +
		"input: {required: [text], properties: {text: {type: string}}}\nmessages:\n  - user: \"{{text}}\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := chain.New("ask", []chain.Step{chain.Prompt("out", retry.Wrap(inner, nil), chain.Template(prompt), nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Four runs, one of them streamed and one a mistake, over a service that refuses
// the first two requests.
func TestMetricsOfRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := asks(t, &emulator.Options{
			Responder: emulator.Script(
				emulator.Turn{When: emulator.Match{Text: "bad"}, Error: &emulator.Failure{Code: "ValidationException", Message: "no"}},
				emulator.Turn{Text: "one two three", First: 700 * time.Millisecond, Usage: &emulator.Usage{Input: 1000, Output: 100, CacheRead: 50}},
			),
			Faults: []emulator.Fault{emulator.Throttle(2)},
		})
		m := metrics.New(&metrics.Options{Prices: metrics.Prices{"anthropic.claude-sonnet-4-5-20250929-v1:0": {Input: 3, Output: 15, CacheRead: 0.3}}})
		s := serve.New([]*chain.Chain{c}, &serve.Options{Metrics: m})
		run := func(text, accept string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/chains/ask/runs", strings.NewReader(fmt.Sprintf(`{"input": {"text": %q}}`, text)))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", accept)
			s.ServeHTTP(w, r)
			return w
		}
		if w := run("hi", "application/json"); w.Code != 200 {
			t.Fatal(w.Body)
		}
		if w := run("hi", "text/event-stream"); !strings.Contains(w.Body.String(), "event: run.finished") {
			t.Fatal(w.Body)
		}
		if w := run("bad", ""); w.Code != 500 {
			t.Fatal(w.Body)
		}
		if w := run("later", ""); w.Code != 200 {
			t.Fatal(w.Body)
		}
		got := scrape(t, s)
		ofModel := "chain=ask model=" + sonnet
		expect(t, got, map[string]float64{
			"causeway_runs_started_total chain=ask":                                       4,
			"causeway_runs_in_flight chain=ask":                                           0,
			"causeway_runs_finished_total chain=ask outcome=ok problem=":                  3,
			"causeway_runs_finished_total chain=ask outcome=failed problem=model-refused": 1,
			"causeway_run_duration_seconds chain=ask outcome=failed":                      1,
			"causeway_run_first_token_seconds chain=ask":                                  1,
			"causeway_model_first_token_seconds model=" + sonnet:                          1,
			"causeway_model_tokens_total chain=ask kind=input model=" + sonnet:            3000,
			"causeway_model_tokens_total chain=ask kind=output model=" + sonnet:           300,
			"causeway_model_tokens_total chain=ask kind=cacheRead model=" + sonnet:        150,
			"causeway_model_requests_total " + ofModel:                                    5,
			"causeway_model_requests_total chain=ask model=unknown":                       1,
			"causeway_model_throttles_total class=throttleRequests model=" + sonnet:       2,
			"causeway_estimated_cost_total chain=ask currency=USD model=" + sonnet:        3 * (1000*3 + 100*15 + 50*0.3) / 1e6,
			"causeway_http_requests_total route=POST /v1/chains/{name}/runs status=200":   3,
			"causeway_http_requests_total route=POST /v1/chains/{name}/runs status=500":   1,
			"causeway_streams_open kind=sse":                                              0,
		})
		if first := got["causeway_run_first_token_seconds chain=ask sum"]; first < 0.7 || first > 2 {
			t.Errorf("the first token came after %v seconds; the model takes 0.7, and a recent refusal may delay it", first)
		}
		waited := got["causeway_model_wait_seconds_total "+ofModel]
		if took := got["causeway_run_duration_seconds chain=ask outcome=ok sum"]; waited <= 0 || took < waited+2.099 {
			t.Errorf("waited %v of %v seconds; two refusals cost some, and each of three answers takes 0.7", waited, took)
		}
	})
}

func TestMetricsAroundRuns(t *testing.T) {
	hold := make(chan struct{})
	backend, err := jobs.NewFolder(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, ts := start(t, hold, &serve.Options{MaxRuns: 1, Jobs: backend, Auth: serve.BearerKeys("k")})
	if resp, _ := ask(t, "GET", ts.URL+"/metrics", ""); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("metrics without a key: %s", resp.Status)
	}
	key := []string{"Authorization", "Bearer k"}
	if resp, body := ask(t, "POST", ts.URL+"/v1/chains/echo/jobs", `{"input":{"text":"a"}}`, key...); resp.StatusCode != http.StatusAccepted {
		t.Fatal(body)
	}
	holder := stream(t, t.Context(), ts.URL+"/v1/chains/slow/runs", `{"input":{"text":"a"}}`, key...)
	defer holder.Body.Close()
	parseSSE(t, holder.Body, 3)
	ask(t, "POST", ts.URL+"/v1/chains/echo/runs", `{"input":{"text":"a"}}`, key...)
	ask(t, "GET", ts.URL+"/no/such/thing", "", key...)
	ask(t, "GET", ts.URL+"/v1/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAA", "", key...)
	ask(t, "DELETE", ts.URL+"/v1/chains/echo/runs", "", key...)
	conn, _, err := websocket.Dial(t.Context(), ts.URL+"/v1/chains/echo/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer k"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Ping(conn.CloseRead(t.Context())); err != nil {
		t.Fatal(err)
	}
	expect(t, scrape(t, withKey(s)), map[string]float64{
		"causeway_jobs_queue_depth":                                                 1,
		"causeway_runs_in_flight chain=slow":                                        1,
		"causeway_runs_refused_total reason=busy":                                   1,
		"causeway_streams_open kind=sse":                                            1,
		"causeway_streams_open kind=websocket":                                      1,
		"causeway_http_requests_total route=POST /v1/chains/{name}/jobs status=202": 1,
		"causeway_http_requests_total route=POST /v1/chains/{name}/runs status=429": 1,
		"causeway_http_requests_total route=GET /v1/jobs/{id} status=404":           1,
		"causeway_http_requests_total route=GET /metrics status=401":                1,
		"causeway_http_requests_total route=other status=404":                       1,
		"causeway_http_requests_total route=other status=405":                       1,
	})
	close(hold)
}

func withKey(s http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer k")
		s.ServeHTTP(w, r)
	})
}

func TestMetricsInARegistryOfOnesOwn(t *testing.T) {
	m := metrics.New(nil)
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(m); err != nil {
		t.Fatal(err)
	}
	s := serve.New(chains(t, nil), &serve.Options{Metrics: m})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/v1/chains/echo/runs", strings.NewReader(`{"input": {"text": "hi"}}`))
	r.Header.Set("Content-Type", "application/json")
	s.ServeHTTP(w, r)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "causeway_runs_finished_total" && f.GetMetric()[0].GetCounter().GetValue() == 1 {
			return
		}
	}
	t.Errorf("the run is not in %v", families)
}
