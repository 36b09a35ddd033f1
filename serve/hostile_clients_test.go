package serve_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// counting is a chain whose runs wait until they are cancelled.
func counting(t *testing.T) (c *chain.Chain, begun, ended *atomic.Int64) {
	begun, ended = new(atomic.Int64), new(atomic.Int64)
	return made(t, "waits", func(ctx context.Context, _ in) (string, error) {
		begun.Add(1)
		defer ended.Add(1)
		<-ctx.Done()
		return "", ctx.Err()
	}), begun, ended
}

// until waits for what must come about by itself.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// Thousands of HTTP/2 streams that are opened and reset (CVE-2023-44487) leave
// no run behind, and the server serves on.
func TestRapidResets(t *testing.T) {
	c, begun, ended := counting(t)
	ts := httptest.NewUnstartedServer(serve.New(append(chains(t, nil), c), &serve.Options{ResumeWindow: -1, MaxRuns: 50}))
	ts.EnableHTTP2 = true
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.StartTLS()
	defer ts.Close()
	client := ts.Client()
	defer client.CloseIdleConnections()
	var clients sync.WaitGroup
	for i := range 20 {
		clients.Go(func() {
			for n := range 150 {
				ctx, cancel := context.WithCancel(t.Context())
				req, _ := http.NewRequestWithContext(ctx, "POST", ts.URL+"/v1/chains/waits/runs", strings.NewReader(echoBody))
				req.Header.Set("Content-Type", "application/json")
				if n%2 == 0 {
					req.Header.Set("Accept", "text/event-stream")
				}
				time.AfterFunc(time.Duration((i+n)%5)*time.Millisecond/2, cancel)
				if resp, err := client.Do(req); err == nil {
					if resp.ProtoMajor != 2 {
						t.Error(resp.Proto)
					}
					resp.Body.Close()
				}
				cancel()
			}
		})
	}
	clients.Wait()
	until(t, "all runs are cancelled", func() bool { return begun.Load() == ended.Load() })
	if begun.Load() == 0 {
		t.Error("no run has begun: nothing was tested")
	}
	until(t, "the server serves on", func() bool {
		resp, err := client.Post(ts.URL+"/v1/chains/echo/runs", "application/json", strings.NewReader(echoBody))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode == 200
	})
}

// Frames of HTTP/2 that nobody asked for end the connection, not the server.
func TestHTTP2Garbage(t *testing.T) {
	ts := httptest.NewUnstartedServer(serve.New(chains(t, nil), nil))
	ts.EnableHTTP2 = true
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.StartTLS()
	defer ts.Close()
	preface := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	for name, sends := range map[string]string{
		"a giant frame":         preface + "\xff\xff\xff\x00\x00\x00\x00\x00\x01",
		"resets of no stream":   preface + strings.Repeat("\x00\x00\x04\x03\x00\x00\x00\x00\x09\x00\x00\x00\x08", 1000),
		"pings":                 preface + strings.Repeat("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678", 100_000),
		"continuations":         preface + "\x00\x00\x00\x01\x00\x00\x00\x00\x01" + strings.Repeat("\x00\x00\x00\x09\x00\x00\x00\x00\x01", 100_000),
		"no preface":            strings.Repeat("\x00", 100),
		"settings without end":  preface + strings.Repeat("\x00\x00\x00\x04\x00\x00\x00\x00\x00", 100_000),
		"windows that overflow": preface + strings.Repeat("\x00\x00\x04\x08\x00\x00\x00\x00\x00\x7f\xff\xff\xff", 10),
	} {
		conn, err := tls.Dial("tcp", ts.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(conn, sends); _ = conn.CloseWrite() }()
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, bufio.NewReader(conn)); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: the connection stays", name)
		}
		conn.Close()
	}
	client := ts.Client()
	defer client.CloseIdleConnections()
	resp, err := client.Get(ts.URL + "/healthz")
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("afterwards: %v %v", resp, err)
	}
	resp.Body.Close()
}

// Clients that open streams and leave take places for the resume window, no
// longer.
func TestClientsThatLeave(t *testing.T) {
	c, begun, ended := counting(t)
	s := serve.New(append(chains(t, nil), c), &serve.Options{MaxRuns: 40, ResumeWindow: soon})
	addr := listen(t, s)
	for range 200 {
		conn := connect(t, addr)
		if _, err := io.WriteString(conn, post("/v1/chains/waits/runs", "Accept: text/event-stream")); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(conn).Peek(12); err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	if begun.Load() < 40 {
		t.Errorf("%d runs have begun", begun.Load())
	}
	until(t, "all runs are cancelled", func() bool { return begun.Load() == ended.Load() })
	until(t, "there is a place again", func() bool {
		resp, _ := raw(t, addr, post("/v1/chains/echo/runs", "Connection: close"))
		return resp.StatusCode == 200
	})
}

// Keys and labels without end are kept within bounds, and Last-Event-ID may
// hold anything.
func TestNamesWithoutEnd(t *testing.T) {
	_, ts := start(t, nil, nil)
	run := ts.URL + "/v1/chains/echo/runs"
	labels := make([]string, 17)
	for i := range labels {
		labels[i] = fmt.Sprintf("%q:%q", strconv.Itoa(i), "a")
	}
	long := strings.Repeat("a", 300)
	for name, tt := range map[string]struct {
		body    string
		headers []string
		status  int
	}{
		"a long key":     {echoBody, []string{"Idempotency-Key", long}, 400},
		"many labels":    {`{"input":{"text":"a"},"labels":{` + strings.Join(labels, ",") + `}}`, nil, 422},
		"a long label":   {`{"input":{"text":"a"},"labels":{"a":"` + long + `"}}`, nil, 422},
		"a long session": {`{"input":{"text":"a"},"session":"` + long + `"}`, nil, 422},
		"no string":      {`{"input":{"text":"a"},"labels":{"a":1}}`, nil, 400},
	} {
		if resp, body := ask(t, "POST", run, tt.body, tt.headers...); resp.StatusCode != tt.status || codeOf(resp, body) == "" || len(body) > 1000 {
			t.Errorf("%s: %s %.300s", name, resp.Status, body)
		}
	}
	stream := stream(t, t.Context(), run, echoBody)
	_, _ = io.Copy(io.Discard, stream.Body)
	stream.Body.Close()
	for id, status := range map[string]int{
		"1": 200, "4": 204, "5": 400, "-1": 400, "1e3": 400, "+1": 400, "99999999999999999999": 400, "9223372036854775807": 400, "a b": 400, "0x1": 400, long: 400, "١": 400,
	} {
		if resp, _ := ask(t, "GET", ts.URL+stream.Header.Get("Location"), "", "Last-Event-ID", id); resp.StatusCode != status {
			t.Errorf("Last-Event-ID %.20q: %s, want %d", id, resp.Status, status)
		}
	}
}

// Bodies that cost much more to look at than to send are refused soon.
func TestCostlyBodies(t *testing.T) {
	_, ts := start(t, nil, nil)
	many := func(one string, n int) string { return strings.TrimSuffix(strings.Repeat(one, n), ",") }
	var unknown strings.Builder
	for i := range 80_000 {
		fmt.Fprintf(&unknown, "%q:1,", strconv.Itoa(i))
	}
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"deep":              {strings.Repeat("[", 500_000), 400},
		"deep, closed":      {`{"input":` + strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_001), 400},
		"many values":       {`{"input":{"text":[` + many("{},", 300_000) + `]}}`, 413},
		"a huge exponent":   {`{"input":{"text":[` + many("1e999999,", 50_000) + `]}}`, 400},
		"a number of a MB":  {`{"input":{"text":` + strings.Repeat("9", 1_000_000) + `}}`, 400},
		"unknown inputs":    {`{"input":{` + strings.TrimSuffix(unknown.String(), ",") + `}}`, 422},
		"a key twice":       {`{"input":{"text":"b"},"input":{"text":"a"}}`, 200},
		"half a surrogate":  {`{"input":{"text":"\ud800"}}`, 200},
		"no UTF-8":          {"{\"input\":{\"text\":\"\xff\"}}", 200},
		"NUL":               {"{\"input\":{\"text\":\"\\u0000\"}}", 200},
		"a long field name": {`{"` + strings.Repeat("a", 100_000) + `":1}`, 400},
	} {
		began := time.Now()
		resp, body := ask(t, "POST", ts.URL+"/v1/chains/echo/runs", tt.body)
		if resp.StatusCode != tt.status || len(body) > 8<<10 || tt.status != 200 && codeOf(resp, body) == "" {
			t.Errorf("%s: %s, %d bytes: %.200s", name, resp.Status, len(body), body)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
