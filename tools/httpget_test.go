package tools_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/tools"
)

// names is a resolver that answers from a script: each question for a name
// takes the next of its addresses, the last one for ever.
type names struct {
	mu    sync.Mutex
	hosts map[string][]string
	asked []string
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go n.serve(server)
		return client, nil
	}}
}

func (n *names) serve(c net.Conn) {
	defer c.Close()
	var size [2]byte
	for {
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		answer := n.answer(question)
		if _, err := c.Write(binary.BigEndian.AppendUint16(nil, uint16(len(answer)))); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// answer makes the reply to one question of RFC 1035, section 4.
func (n *names) answer(q []byte) []byte {
	name, at := "", 12
	for q[at] != 0 {
		name += string(q[at+1:at+1+int(q[at])]) + "."
		at += 1 + int(q[at])
	}
	end := at + 5 // the root label, type and class
	isA := binary.BigEndian.Uint16(q[at+1:]) == 1
	reply := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
	n.mu.Lock()
	defer n.mu.Unlock()
	addresses := n.hosts[strings.TrimSuffix(name, ".")]
	if !isA || len(addresses) == 0 {
		return reply
	}
	if len(addresses) > 1 {
		n.hosts[strings.TrimSuffix(name, ".")] = addresses[1:]
	}
	n.asked = append(n.asked, addresses[0])
	ip := netip.MustParseAddr(addresses[0]).As4()
	reply[7] = 1
	reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
	return append(reply, ip[:]...)
}

// hostile is a server that tries everything. secret is one it must not lead to.
func hostile(t *testing.T) (port string, secret *int) {
	t.Helper()
	secret = new(int)
	inner, err := net.Listen("tcp", "127.0.0.2:0") // all of 127/8 is loopback on Linux
	if err != nil {
		t.Skipf("no second loopback address: %v", err)
	}
	private := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { *secret++ }))
	private.Listener = inner
	private.Start()
	t.Cleanup(private.Close)

	mux := http.NewServeMux()
	redirects(mux, inner.Addr().String())
	bodies(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	_, port, err = net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, secret
}

// redirects are the pages that lead elsewhere: some to the private server.
func redirects(mux *http.ServeMux, private string) {
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.Header.Get("X-Key")) })
	mux.HandleFunc("/to-private", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+private+"/", http.StatusFound)
	})
	mux.HandleFunc("/to-name", func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := net.SplitHostPort(private)
		http.Redirect(w, r, "http://rebound.test:"+port+"/", http.StatusFound)
	})
	mux.HandleFunc("/to-other", func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := net.SplitHostPort(r.Host)
		http.Redirect(w, r, "http://other.test:"+port+"/hello", http.StatusFound)
	})
	mux.HandleFunc("/to-file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
}

// bodies are the pages that are not what one asked for.
func bodies(mux *http.ServeMux) {
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "."); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
	})
	mux.HandleFunc("/picture", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "image/png") })
	mux.HandleFunc("/missing", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such page", http.StatusNotFound) })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "only this")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
}

// hostileCase is a URL, and how its answer ends or why there is none.
type hostileCase struct{ url, want, refusal string }

func hostileCases(port string) []hostileCase {
	good := "http://good.test:" + port
	return []hostileCase{
		{url: good + "/hello", want: "200 OK " + good + "/hello\n\nhello k-1"},
		{url: good + "/to-other", want: "200 OK http://other.test:" + port + "/hello\n\nhello "},
		{url: good + "/endless", want: "[cut: only the first 1000 bytes were read]"},
		{url: good + "/to-private", refusal: "it redirects to a place that may not be asked"},
		{url: good + "/to-name", refusal: "it redirects to a place that may not be asked"},
		{url: good + "/to-file", refusal: "it redirects to a place that may not be asked"},
		{url: good + "/round", refusal: "more than 5 redirects"},
		{url: good + "/slow", refusal: "answer within 300ms"},
		{url: good + "/headers", refusal: "exceeded"},
		{url: good + "/picture", refusal: `sent "image/png", which is not text`},
		{url: good + "/missing", refusal: "404 Not Found " + good + "/missing\n\nno such page"},
		{url: good + "/cut", refusal: "the answer broke off after 9 bytes"},
		{url: "http://rebound.test/", refusal: "not a public one"},
		{url: "http://inner.test/", refusal: "not a public one"},
		{url: "http://cloud.test/latest/meta-data/", refusal: "not a public one"},
		{url: "http://127.0.0.2/", refusal: "not a public one"},
		{url: "http://2130706433/", refusal: "is not one that may be asked"},
		{url: "http://good.test/hello", refusal: "is not one that may be asked"}, // the wrong port
		{url: "http://evil.example/", refusal: "is not one that may be asked"},
		{url: "http://good.test:" + port + "@evil.example/", refusal: "user name"},
		{url: "ftp://good.test/", refusal: "https:// or http://"},
		{url: "://", refusal: "not a URL"},
		{url: "/etc/passwd", refusal: "https:// or http://"},
	}
}

func TestHTTPGetAgainstHostileServer(t *testing.T) {
	port, secret := hostile(t)
	dns := &names{hosts: map[string][]string{
		"good.test":    {"127.0.0.1"},
		"other.test":   {"127.0.0.1"},
		"rebound.test": {"127.0.0.2"},
		"inner.test":   {"10.0.0.1"},
		"cloud.test":   {"169.254.169.254"},
		// A name that is fine when it is looked at, and private when it is used.
		"changing.test": {"127.0.0.1", "127.0.0.2"},
	}}
	get, err := tools.HTTPGet(&tools.HTTPOptions{
		Hosts:    []string{"*.test:" + port, "rebound.test", "inner.test", "cloud.test", "127.0.0.2"},
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Timeout:  300 * time.Millisecond, MaxBytes: 1000, Resolver: dns.resolver(),
		Header: http.Header{"X-Key": {"k-1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range hostileCases(port) {
		began := time.Now()
		got, err := get.Call(t.Context(), tt.url)
		switch {
		case tt.refusal == "" && (err != nil || !strings.HasSuffix(got, tt.want)):
			t.Errorf("%s = %q, %v; want %q", tt.url, got, err, tt.want)
		case tt.refusal != "" && (err == nil || !strings.Contains(err.Error(), tt.refusal)):
			t.Errorf("%s = %q, %v; want an error with %q", tt.url, got, err, tt.refusal)
		case len(got) > 1300:
			t.Errorf("%s gave %d bytes", tt.url, len(got))
		case time.Since(began) > 5*time.Second:
			t.Errorf("%s took %v", tt.url, time.Since(began))
		}
	}
	if *secret > 0 {
		t.Error("the private server was reached")
	}
}

func TestHTTPGetWhenDNSChangesItsAnswer(t *testing.T) {
	port, secret := hostile(t)
	dns := &names{hosts: map[string][]string{"changing.test": {"127.0.0.1", "127.0.0.2"}}}
	get, err := tools.HTTPGet(&tools.HTTPOptions{
		Hosts:    []string{"changing.test:" + port},
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: dns.resolver(),
	})
	if err != nil {
		t.Fatal(err)
	}
	url := "http://changing.test:" + port + "/hello"
	if got, err := get.Call(t.Context(), url); err != nil || !strings.HasSuffix(got, "hello ") {
		t.Errorf("the first time: %q, %v", got, err)
	}
	if got, err := get.Call(t.Context(), url); err == nil || !strings.Contains(err.Error(), "not a public one") {
		t.Errorf("once its address is another: %q, %v", got, err)
	}
	if len(dns.asked) != 2 || *secret > 0 {
		t.Errorf("resolved to %v; reached %d times", dns.asked, *secret)
	}
}

func TestHTTPGetKnowsPublicAddresses(t *testing.T) {
	dns := &names{hosts: map[string][]string{}}
	get, err := tools.HTTPGet(&tools.HTTPOptions{Hosts: []string{"*"}, Resolver: dns.resolver(), Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "198.18.0.1",
		"192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
		"[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
	} {
		_, err := get.Call(t.Context(), "http://"+address+"/")
		if err == nil || !strings.Contains(err.Error(), "not a public one") {
			t.Errorf("%s: %v; want it refused", address, err)
		}
	}
	_, err = get.Call(t.Context(), "http://nowhere.test/")
	if dns, ok := errors.AsType[*net.DNSError](err); !ok || !dns.IsNotFound {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestHTTPGetOptions(t *testing.T) {
	for _, hosts := range [][]string{nil, {""}, {"a.*.com"}, {"*.*"}, {"https://example.com"}, {"*."}} {
		if _, err := tools.HTTPGet(&tools.HTTPOptions{Hosts: hosts}); err == nil {
			t.Errorf("hosts %q are taken", hosts)
		}
	}
}
