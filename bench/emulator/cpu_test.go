package emulator

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

const path = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1:0"

func body(text string) string {
	return `{"messages":[{"role":"user","content":[{"text":"` + text + `"}]}],"system":[{"text":"You are brief."}],"inferenceConfig":{"maxTokens":4096}}`
}

func (p *process) call(tb testing.TB, c *http.Client, op, text string) {
	res, err := c.Post(p.url+path+op, "application/json", strings.NewReader(body(text)))
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		tb.Fatalf("%s: %v", res.Status, err)
	}
}

// cpu is the server's CPU time so far.
func (p *process) cpu(tb testing.TB, c *http.Client) time.Duration {
	res, err := c.Get(p.url + "/cpu")
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	var n int64
	if _, err := fmt.Fscan(res.Body, &n); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(n)
}

// batch is the server's CPU time per call over n calls.
func (p *process) batch(tb testing.TB, c *http.Client, op, text string, n int) time.Duration {
	before := p.cpu(tb, c)
	for range n {
		p.call(tb, c, op, text)
	}
	return (p.cpu(tb, c) - before) / time.Duration(n)
}

// TestServerCPU holds the emulator to its goals: twice the bare handler for a
// call, 1.3 times for a stream of 200 chunks. Batches of both take turns, so
// what else runs on the machine burdens both; the kernel counts CPU time in
// ticks of some milliseconds, so batches are long and their sums are compared.
func TestServerCPU(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for some seconds")
	}
	for _, tt := range []struct {
		op, text string
		calls    int
		goal     float64
	}{
		{"/converse", "hi", 1500, 2},
		{"/converse-stream", "stream", 150, 1.3},
	} {
		t.Run(tt.op[1:], func(t *testing.T) {
			c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
			defer c.CloseIdleConnections()
			plain, ours := start(t, "bare"), start(t, "emulator")
			plain.batch(t, c, tt.op, tt.text, tt.calls/5) // warm up
			ours.batch(t, c, tt.op, tt.text, tt.calls/5)
			const rounds = 10
			var a, b time.Duration
			for range rounds {
				a += plain.batch(t, c, tt.op, tt.text, tt.calls) / rounds
				b += ours.batch(t, c, tt.op, tt.text, tt.calls) / rounds
			}
			ratio := float64(b) / float64(a)
			t.Logf("bare %v, emulator %v, ratio %.2f", a, b, ratio)
			if ratio > tt.goal {
				t.Errorf("%.2f times the bare handler, the goal is %.1f", ratio, tt.goal)
			}
		})
	}
}
