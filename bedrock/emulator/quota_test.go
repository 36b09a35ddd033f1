package emulator

import (
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// served asks as fast as the interval for a while and counts what is let
// through after the first minute, in which the bucket's savings go.
func served(t *testing.T, q Quota, interval, length time.Duration) (count int, messages map[string]int) {
	t.Helper()
	e := New(&Options{Quota: q, Responder: RespondFunc(nil)})
	messages = make(map[string]int)
	start := time.Now()
	for time.Since(start) < length {
		g, f := e.admit(&Request{ModelID: claude, inputTokens: 100, InferenceConfig: Inference{MaxTokens: new(500)}})
		switch {
		case f != nil:
			messages[f.Message]++
		default:
			if time.Since(start) >= time.Minute {
				count++
			}
			g.settle(&Usage{Input: 100, Output: 40})
		}
		time.Sleep(interval)
	}
	return count, messages
}

func TestQuotaRates(t *testing.T) {
	const minutes = 20
	for _, tt := range []struct {
		name    string
		quota   Quota
		perMin  float64
		message string
	}{
		{"requests, bucket", Quota{RPM: 60}, 60, msgRequests},
		{"requests, shallow bucket", Quota{RPM: 60, Depth: 5 * time.Second}, 60, msgRequests},
		{"requests, window", Quota{RPM: 60, FixedWindow: true}, 60, msgRequests},
		{"tokens with burndown 5", Quota{TPM: 30_000}, 100, msgTokens}, // 100 + 5x40 = 300 a call
		{"tokens without", Quota{TPM: 30_000, Burndown: 1}, 30_000 / 140.0, msgTokens},
		{"tokens, window", Quota{TPM: 30_000, FixedWindow: true}, 99, msgTokens}, // the reservation of 600 leaves the last 300 unused
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, messages := served(t, tt.quota, 10*time.Millisecond, (minutes+1)*time.Minute)
				if got := float64(n) / minutes; math.Abs(got-tt.perMin)/tt.perMin > 0.01 {
					t.Errorf("served %.2f calls a minute, the rule says %.2f", got, tt.perMin)
				}
				if len(messages) != 1 || messages[tt.message] == 0 {
					t.Errorf("refused with %v, want %q", messages, tt.message)
				}
			})
		})
	}
}

// TestQuotaRealTime is the same on the real clock and over loopback HTTP.
func TestQuotaRealTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds of real time")
	}
	e := New(&Options{Quota: Quota{RPM: 3000, Depth: time.Second}})
	s, err := e.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ask := func() bool {
		res, err := client.Post(s.URL+"/model/"+claude+"/converse", "application/json", strings.NewReader(`{"messages":[`+user(`{"text":"hi"}`)+`]}`))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
	for ask() { // spend what the bucket holds
	}
	rate := 0.0
	for range 3 { // a machine that is busy with something else may stall us
		if rate = servedRate(ask, 3*time.Second); math.Abs(rate-50)/50 <= 0.01 {
			return
		}
	}
	t.Errorf("served %.2f calls a second, the rule says 50", rate)
}

// servedRate is how many calls a second are served from the first that is to
// the last.
func servedRate(ask func() bool, length time.Duration) float64 {
	var first, last time.Time
	n := 0
	for start := time.Now(); time.Since(start) < length; {
		if sent := time.Now(); ask() {
			if n++; n == 1 {
				first = sent
			}
			last = sent
		}
	}
	return float64(n-1) / last.Sub(first).Seconds()
}

func TestQuotaDimensions(t *testing.T) {
	small := &Request{ModelID: claude, inputTokens: 10, InferenceConfig: Inference{MaxTokens: new(10)}}
	unset := &Request{ModelID: claude, inputTokens: 10}
	for _, tt := range []struct {
		name  string
		quota Quota
		req   *Request
		want  string // of the second call while the first is running
	}{
		{"concurrent", Quota{Concurrent: 1}, small, msgConcurrent},
		{"daily", Quota{TPD: 30}, small, msgDaily},
		{"unset max_tokens reserves the maximum", Quota{TPM: 100_000}, unset, msgTokens},
		{"other patterns", Quota{}, small, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := New(&Options{ModelQuota: map[string]Quota{"us.anthropic.*": tt.quota, "amazon.*": {RPM: 1}}})
			if _, f := e.admit(tt.req); f != nil {
				t.Fatal(f)
			}
			_, f := e.admit(tt.req)
			if tt.want == "" && f == nil {
				return
			}
			if f == nil || f.Message != tt.want || f.status() != 429 {
				t.Errorf("got %v, want %q", f, tt.want)
			}
		})
	}
}

func TestQuotaRejectedCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _ := served(t, Quota{RPM: 60, ChargeRejected: true}, 500*time.Millisecond, 10*time.Minute)
		if n > 10 {
			t.Errorf("served %d calls to a caller who asks twice as often as allowed and is charged for it", n)
		}
	})
}

func TestQuotaDayTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(&Options{Quota: Quota{TPD: 1000}})
		req := &Request{ModelID: claude, inputTokens: 400, InferenceConfig: Inference{MaxTokens: new(500)}}
		g, _ := e.admit(req)
		g.settle(&Usage{Input: 400, Output: 100}) // 400 + 5x100
		if _, f := e.admit(req); f == nil || f.Message != msgDaily {
			t.Errorf("got %v", f)
		}
		time.Sleep(24 * time.Hour)
		if _, f := e.admit(req); f != nil {
			t.Errorf("the day has turned: %v", f)
		}
	})
}

func TestDelays(t *testing.T) {
	for _, tt := range []struct {
		text        string
		median, p95 time.Duration
		tolerance   float64
	}{
		{"300ms", 300 * time.Millisecond, 300 * time.Millisecond, 0},
		{"uniform(100ms,300ms)", 200 * time.Millisecond, 290 * time.Millisecond, 0.03},
		{"exponential(200ms)", 138629 * time.Microsecond, 599146 * time.Microsecond, 0.05},
		{"lognormal(300ms,900ms)", 300 * time.Millisecond, 900 * time.Millisecond, 0.05},
	} {
		d, err := ParseDelay(tt.text)
		if err != nil || d.String() != tt.text {
			t.Fatalf("%s: %v, %v", tt.text, d, err)
		}
		s := newSource(1, 2, 3)
		median, p95 := 0, 0
		const n = 20_000
		for range n {
			v := d.draw(s)
			if v <= tt.median {
				median++
			}
			if v <= tt.p95 {
				p95++
			}
		}
		if tt.tolerance == 0 {
			continue
		}
		if math.Abs(float64(median)/n-0.5) > tt.tolerance/2 || math.Abs(float64(p95)/n-0.95) > tt.tolerance/2 {
			t.Errorf("%s: %.3f below the median, %.3f below the 95 %% point", tt.text, float64(median)/n, float64(p95)/n)
		}
	}
	for _, bad := range []string{"", "fast", "-1s", "uniform(3s,1s)", "lognormal(0s,1s)", "uniform(1s)", "poisson(1s)", "fixed(1s"} {
		if d, err := ParseDelay(bad); err == nil {
			t.Errorf("took %q as %v", bad, d)
		}
	}
}

// TestLatencySeeded: the same seed makes the same waits, and an answer takes
// as long whole as in a stream.
func TestLatencySeeded(t *testing.T) {
	play := func(path string, seed uint64) (time.Duration, string) {
		var took time.Duration
		var body []byte
		synctest.Test(t, func(t *testing.T) {
			e := New(&Options{Responder: weatherScript, Seed: seed, Latency: Latency{First: LogNormal(300*time.Millisecond, time.Second), Chunk: Uniform(10*time.Millisecond, 30*time.Millisecond)}})
			start := time.Now()
			_, body = post(t, e, "/model/"+claude+path, weatherBody)
			took = time.Since(start)
		})
		return took, string(body)
	}
	a, body := play("/converse-stream", 1)
	b, again := play("/converse-stream", 1)
	c, _ := play("/converse-stream", 2)
	if a != b || body != again || a == c || a < 100*time.Millisecond {
		t.Errorf("took %v, %v and with another seed %v", a, b, c)
	}
	if d, whole := play("/converse", 1); !strings.Contains(whole, `"latencyMs":`) || d < 100*time.Millisecond {
		t.Errorf("not streamed took %v: %s", d, whole)
	}
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"throttle,first=2":               {First: 2, Error: faultErrors["throttle"]},
		"503, rate=0.1":                  {Rate: 0.1, Error: faultErrors["503"]},
		"cut,after=5,every=3":            {Every: 3, Stream: &Break{Kind: BreakCut, After: 5}},
		"reset,model=*haiku*":            {Reset: true, Model: "*haiku*"},
		"delay=2s,from=10s,until=20s":    {Delay: 2 * time.Second, From: 10 * time.Second, Until: 20 * time.Second},
		"exception=throttle,op=Converse": {Operation: Converse, Stream: &Break{Kind: BreakException, Error: faultErrors["throttle"]}},
	} {
		got, err := ParseFault(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got.Stream != nil && want.Stream != nil {
			if *got.Stream != *want.Stream {
				t.Errorf("%s: got %+v", text, *got.Stream)
			}
			got.Stream, want.Stream = nil, nil
		}
		if got != want {
			t.Errorf("%s: got %+v", text, got)
		}
	}
	for _, bad := range []string{"", "first=2", "boom", "throttle,first=x", "503,rate=2", "throttle,after=3", "delay=fast"} {
		if f, err := ParseFault(bad); err == nil {
			t.Errorf("took %q as %+v", bad, f)
		}
	}
}

func TestGlobs(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"*", "x/y:z", true},
		{"us.*haiku*", "us.anthropic.claude-haiku-4", true},
		{"us.*", "eu.x", false},
		{"*v1", "a-v1", true},
		{"*v1", "a-v2", false},
		{"a*b*c", "axbyc", true},
		{"a*b*c", "acb", false},
		{"aa*a", "aa", false},
	} {
		if got := globs(tt.pattern, tt.s); got != tt.want {
			t.Errorf("globs(%q, %q) is %v", tt.pattern, tt.s, got)
		}
	}
}
