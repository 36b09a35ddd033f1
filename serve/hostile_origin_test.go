package serve_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve"
)

// A page whose name resolves to 127.0.0.1 is of our origin to a browser. What
// tells it is the name.
func TestRebinding(t *testing.T) {
	open := listen(t, serve.New(chains(t, nil), &serve.Options{Origins: []string{"https://app.example.com"}}))
	guarded := listen(t, serve.New(chains(t, nil), &serve.Options{Auth: serve.BearerKeys("k")}))
	_, port, _ := net.SplitHostPort(open)
	for host, refused := range map[string]bool{
		"localhost": false, "LOCALHOST:" + port: false, "127.0.0.1:" + port: false, "127.9.9.9": false, "[::1]:" + port: false, "[::1]": false,
		"app.localhost": false, "app.example.com": false,
		"evil.example": true, "evil.example:" + port: true, "localhost.evil.example": true, "127.0.0.1.evil.example:" + port: true,
		"0.0.0.0:" + port: true, "[::]:" + port: true, "192.168.0.1": true, "2130706433": true, "localhost:80:80": true, "": true,
	} {
		for _, path := range []string{"/", "/healthz", "/v1/chains/echo/ws"} {
			request := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n\r\n"
			resp, body := raw(t, open, request)
			if got := codeOf(resp, body) == "bad-host"; got != refused {
				t.Errorf("Host %q at %s: %s %s", host, path, resp.Status, body)
			}
		}
		request := strings.Replace(post("/v1/chains/echo/runs", "Authorization: Bearer k"), "localhost", host, 1)
		if resp, body := raw(t, guarded, request); host != "" && resp.StatusCode != 200 {
			t.Errorf("Host %q with Auth: %s %s", host, resp.Status, body)
		}
	}
}

func TestCrossSite(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), &serve.Options{Origins: []string{"https://app.example.com"}}))
	run, read := "POST /v1/chains/echo/runs", "GET /openapi.json"
	for _, tt := range []struct {
		name, what   string
		origin, site string
		status       int
	}{
		{"a program", run, "", "", 200},
		{"its own page", run, "http://localhost", "same-origin", 200},
		{"its own page, behind a proxy", run, "https://public.example", "same-origin", 200},
		{"its own page, an old browser", run, "http://localhost", "", 200},
		{"a known page", run, "https://app.example.com", "cross-site", 200},
		{"a known page, an old browser", run, "https://app.example.com", "", 200},
		{"a foreign page", run, "https://evil.example", "cross-site", 403},
		{"a foreign page, an old browser", run, "https://evil.example", "", 403},
		{"a sandboxed page", run, "null", "cross-site", 403},
		{"a page that hides its origin", run, "", "cross-site", 403},
		{"a page of the same site", run, "http://other.localhost", "same-site", 403},
		{"the same page over another scheme", run, "https://localhost", "cross-site", 403},
		{"one like a known page", run, "https://app.example.com.evil.example", "cross-site", 403},
		{"a known page over http", run, "http://app.example.com", "cross-site", 403},
		{"a foreign page reads", read, "https://evil.example", "cross-site", 403},
		{"a link on a foreign page", read, "", "cross-site", 200},
		{"a foreign page's socket", "GET /v1/chains/echo/ws", "https://evil.example", "cross-site", 403},
		{"a foreign page's socket, an old browser", "GET /v1/chains/echo/ws", "https://evil.example", "", 403},
		{"may a foreign page?", "OPTIONS /v1/chains/echo/runs", "https://evil.example", "cross-site", 403},
		{"may a known page?", "OPTIONS /v1/chains/echo/runs", "https://app.example.com", "cross-site", 204},
	} {
		method, path, _ := strings.Cut(tt.what, " ")
		headers := []string{"Access-Control-Request-Method: POST"}
		if tt.origin != "" {
			headers = append(headers, "Origin: "+tt.origin)
		}
		if tt.site != "" {
			headers = append(headers, "Sec-Fetch-Site: "+tt.site)
		}
		resp, body := raw(t, addr, strings.Replace(post(path, headers...), "POST", method, 1))
		if resp.StatusCode != tt.status || tt.status == 403 && codeOf(resp, body) != "bad-origin" {
			t.Errorf("%s: %s %s", tt.name, resp.Status, body)
		}
		allowed := resp.Header.Get("Access-Control-Allow-Origin")
		if known := tt.origin == "https://app.example.com"; known != (allowed != "") || allowed == "*" || resp.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: may read: %q", tt.name, allowed)
		}
	}
}

// What a foreign page can send without asking (a "simple" request) runs nothing
// even where no browser tells on it.
func TestSimpleRequests(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), nil))
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "", "application/jsonx", "*/*", "application/json/x", ";", "text/plain; application/json"} {
		request := strings.Replace(post("/v1/chains/echo/runs"), "Content-Type: application/json", "Content-Type: "+kind, 1)
		if resp, body := raw(t, addr, request); resp.StatusCode != http.StatusUnsupportedMediaType || codeOf(resp, body) != "not-json" {
			t.Errorf("%q: %s %s", kind, resp.Status, body)
		}
	}
	for _, coding := range []string{"gzip", "br", "deflate, gzip"} {
		if resp, body := raw(t, addr, post("/v1/chains/echo/runs", "Content-Encoding: "+coding)); resp.StatusCode != 415 || codeOf(resp, body) != "encoded" {
			t.Errorf("%s: %s %s", coding, resp.Status, body)
		}
	}
}

func TestOriginsAreChecked(t *testing.T) {
	for _, origin := range []string{"*", "app.example.com", "https://app.example.com/", "https://", "null"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		err = serve.Serve(t.Context(), l, serve.New(nil, &serve.Options{Origins: []string{origin}}))
		if err == nil || !strings.Contains(err.Error(), "https://app.example.com") {
			t.Errorf("%q: %v, want an error that shows an origin", origin, err)
		}
	}
}
