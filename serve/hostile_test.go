package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/problem"
)

// soon is how long the servers below wait for their clients.
const soon = 100 * time.Millisecond

// listen serves s on loopback as serve.Serve does until the test ends.
func listen(t *testing.T, s *serve.Server) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listenOn(t, l, s)
	return l.Addr().String()
}

func listenOn(t *testing.T, l net.Listener, s *serve.Server) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve.Serve(ctx, l, s) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		<-ended
	})
}

// connect connects to addr until the test ends.
func connect(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// raw sends bytes as they are and returns the first answer.
func raw(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	conn := connect(t, addr)
	go func() { _, _ = io.WriteString(conn, request) }() // the answer may come before all is written
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// codeOf returns the code of a problem document, "" for anything else.
func codeOf(resp *http.Response, body string) string {
	var p problem.Problem
	if resp.Header.Get("Content-Type") != "application/problem+json" || json.Unmarshal([]byte(body), &p) != nil || p.Status != resp.StatusCode {
		return ""
	}
	return p.Code
}

const echoBody = `{"input":{"text":"a"}}`

// post is a request as it goes over the wire.
func post(path string, headers ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		path, strings.Join(append(headers, ""), "\r\n"), len(echoBody), echoBody)
}

func TestPathTricks(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	if resp, body := raw(t, addr, post("/v1/chains/echo/runs")); resp.StatusCode != 200 {
		t.Fatalf("the plain path: %s %s", resp.Status, body)
	}
	for _, path := range []string{
		"//v1/chains/echo/runs", "/v1//chains/echo/runs", "/v1/chains/echo/runs/", "/./v1/chains/echo/runs",
		"/v1/../v1/chains/echo/runs", "/v1/%2e%2e/v1/chains/echo/runs", "/v1/chains/%2e%2e/chains/echo/runs",
		"/v1/chains/..%2fchains%2fecho/runs", "/v1%2fchains%2fecho%2fruns", "/v1/chains/echo%2fruns", "/v1/chains/echo%00/runs",
		"/v1/chains/%00/runs", "/v1/chains/echo;x=1/runs", "/V1/chains/echo/runs", "/v1/chains/ECHO/runs", "/v1/chains/echo%0d%0aX:1/runs",
		"/v1/chains/echo/runs/..", "//evil.example/v1", "/\\evil.example", "http://localhost/v1/nothing", "/v1/chains/" + strings.Repeat("a", 20_000) + "/runs",
		"/v1/chains/" + strings.Repeat("%2e%2e%2f", 2_000) + "etc/passwd/runs", "/healthz/..", "/openapi.json/../v1", "/debug/pprof/", "/v1/chains/\xff\xfe/runs",
	} {
		resp, body := raw(t, addr, post(path))
		if code := codeOf(resp, body); resp.StatusCode != 404 || code != "no-endpoint" && code != "no-chain" {
			t.Errorf("%.60q: %s %.100s", path, resp.Status, body)
		}
		if len(body) > 300 || strings.Contains(body, "evil") || resp.Header.Get("Location") != "" {
			t.Errorf("%.60q is told back: %.300s %v", path, body, resp.Header)
		}
	}
}

func TestNoRequestAtAll(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	for _, request := range []string{
		"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nBad Name: 1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\n folded: 1\r\n\r\n",
		"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello, TLS\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		if resp, body := raw(t, addr, request); resp.StatusCode < 400 || resp.StatusCode >= 600 {
			t.Errorf("%q: %s %s", request, resp.Status, body)
		}
	}
}

func TestMethods(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"} {
		request := strings.Replace(post("/v1/chains/echo/runs"), "POST", method, 1)
		if resp, body := raw(t, addr, request); resp.StatusCode != 405 || codeOf(resp, body) != "bad-method" || resp.Header.Get("Allow") != "POST" {
			t.Errorf("%s: %s %s", method, resp.Status, body)
		}
	}
	for _, override := range []string{"X-HTTP-Method-Override: DELETE", "X-Method-Override: GET", "X-HTTP-Method: PUT"} {
		if resp, _ := raw(t, addr, post("/v1/chains/echo/runs", override)); resp.StatusCode != 200 {
			t.Errorf("%s changes a POST: %s", override, resp.Status)
		}
		if resp, _ := raw(t, addr, strings.Replace(post("/v1/chains/echo/runs", strings.Replace(override, "GET", "POST", 1)), "POST", "GET", 1)); resp.StatusCode != 405 {
			t.Errorf("%s makes a POST of a GET: %s", override, resp.Status)
		}
	}
}

// A front server that believes the other length than we do must not be made to
// hand us a request of the attacker's as somebody else's.
func TestSmuggling(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	const smuggled = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
	head := "POST /v1/chains/echo/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(echoBody), echoBody)
	for name, request := range map[string]string{
		"both lengths":     head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk,
		"both, reversed":   head + "Transfer-Encoding: chunked\r\nContent-Length: 500\r\n\r\n" + chunk,
		"two lengths":      head + "Content-Length: 22\r\nContent-Length: 5\r\n\r\n" + echoBody,
		"a signed length":  head + "Content-Length: +22\r\n\r\n" + echoBody,
		"a negative one":   head + "Content-Length: -1\r\n\r\n" + echoBody,
		"a list of two":    head + "Content-Length: 22, 22\r\n\r\n" + echoBody,
		"chunked twice":    head + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunk,
		"chunked, unclear": head + "Transfer-Encoding: xchunked\r\n\r\n" + chunk,
		"chunked, spaced":  head + "Transfer-Encoding : chunked\r\n\r\n" + chunk,
		"a bad chunk":      head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + echoBody + "\r\n0\r\n\r\n",
		"a huge chunk":     head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + echoBody,
	} {
		conn := connect(t, addr)
		if _, err := io.WriteString(conn, request+smuggled); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		all, err := io.ReadAll(conn)
		if err != nil {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
		if n := strings.Count(string(all), "HTTP/1.1 "); n != 1 || strings.Contains(string(all), "openapi") {
			t.Errorf("%s: %d answers: %.200q", name, n, all)
		}
	}
}

func TestHeaderFlood(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	for name, headers := range map[string]string{
		"one long":  "X-A: " + strings.Repeat("a", 1<<20),
		"many":      strings.Repeat("X-A: a\r\n", 20_000) + "X-A: a",
		"long name": strings.Repeat("a", 1<<20) + ": a",
	} {
		if resp, _ := raw(t, addr, post("/v1/chains/echo/runs", headers)); resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
}
