package serve_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// cut waits until the server ends the connection and returns what it said.
func cut(t *testing.T, conn net.Conn) string {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	said, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server waits for ever, having said %.100q", said)
	}
	return string(said)
}

// Clients that send a byte now and then are cut off, and hold nobody up.
func TestSlowLoris(t *testing.T) {
	s := serve.New(chains(t, nil), &serve.Options{MaxRuns: 2})
	s.Hurry(soon, soon)
	addr := listen(t, s)
	whole := post("/v1/chains/echo/runs")
	head, _, _ := strings.Cut(whole, "\r\n\r\n")
	for name, part := range map[string]string{
		"nothing":                 "",
		"half a line":             "POST /v1/cha",
		"half a header":           head,
		"no body":                 head + "\r\n\r\n",
		"half a body":             whole[:len(whole)-3],
		"a body that nobody asks": strings.Replace(whole[:len(whole)-3], "/v1/chains/echo/runs", "/v1/nothing", 1),
		"a chunked body":          "POST /v1/chains/echo/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"nothing after a request": whole,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var slow []net.Conn
			for range 20 {
				conn := connect(t, addr)
				if _, err := io.WriteString(conn, part); err != nil {
					t.Fatal(err)
				}
				slow = append(slow, conn)
			}
			if resp, body := raw(t, addr, strings.Replace(whole, "localhost\r\n", "localhost\r\nConnection: close\r\n", 1)); resp.StatusCode != 200 && resp.StatusCode != 429 {
				t.Errorf("beside them: %s %s", resp.Status, body)
			}
			for _, conn := range slow {
				if said := cut(t, conn); strings.HasSuffix(name, "body") && !strings.Contains(said, " 408 ") {
					t.Errorf("it said %q, want 408", said)
				}
			}
		})
	}
}

// The bound on sending a request is none on the run: net/http alone would
// cancel it.
func TestRunsOutliveTheRequest(t *testing.T) {
	slow := made(t, "slow", func(ctx context.Context, _ in) (string, error) {
		select {
		case <-time.After(3 * soon):
			return "done", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
	s := serve.New([]*chain.Chain{slow}, &serve.Options{ResumeWindow: -1})
	s.Hurry(soon, soon)
	addr := listen(t, s)
	for _, accept := range []string{"application/json", "text/event-stream"} {
		resp, body := raw(t, addr, post("/v1/chains/slow/runs", "Accept: "+accept, "Connection: close"))
		if resp.StatusCode != 200 || !strings.Contains(body, `"out":"done"`) {
			t.Errorf("%s: %s %s", accept, resp.Status, body)
		}
	}
}

// The time to write one answer does not count for the next on its connection.
func TestAnswersHaveTheirOwnTime(t *testing.T) {
	hold := make(chan struct{})
	s := serve.New(chains(t, hold), nil)
	s.Hurry(10*soon, soon) // idle included
	s.HurryReaders(soon)
	addr := listen(t, s)
	conn := connect(t, addr)
	answers := bufio.NewReader(conn)
	for i, path := range []string{"/healthz", "/v1/chains/echo/runs", "/v1/chains/slow/runs"} {
		if _, err := io.WriteString(conn, strings.Replace(post(path), "POST /healthz", "GET /healthz", 1)); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			time.AfterFunc(2*soon, func() { close(hold) })
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			t.Errorf("%s: %s %v", path, resp.Status, err)
		}
	}
}

// A client that does not read its answer, however it was asked for, is cut off,
// and its run's place is free long before.
func TestReadersThatDoNotRead(t *testing.T) {
	huge := strings.Repeat("a", 16<<20)
	flood := made(t, "flood", func(ctx context.Context, _ in) (string, error) {
		for range 8 {
			chain.Emit(ctx, chain.Event{Text: huge[:1<<20]})
		}
		return huge, nil
	})
	for _, accept := range []string{"application/json", "text/event-stream"} {
		t.Run(accept, func(t *testing.T) {
			s := serve.New(append(chains(t, nil), flood), &serve.Options{MaxRuns: 1})
			s.Hurry(10*soon, soon)
			s.HurryReaders(soon)
			l := &watched{closed: make(chan net.Addr, 10)}
			var err error
			if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			listenOn(t, l, s)
			addr := l.Addr().String()
			conn := connect(t, addr)
			if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, post("/v1/chains/flood/runs", "Accept: "+accept)); err != nil {
				t.Fatal(err)
			}
			first := make([]byte, 12)
			if _, err := io.ReadFull(conn, first); err != nil || string(first) != "HTTP/1.1 200" {
				t.Fatalf("%q %v", first, err)
			}
			if accept == "application/json" { // the run is over: only its answer is not read
				if resp, _ := raw(t, addr, post("/v1/chains/echo/runs", "Connection: close")); resp.StatusCode != 200 {
					t.Errorf("beside the reader: %s", resp.Status)
				}
			}
			for stuck := time.After(10 * time.Second); ; {
				select {
				case who := <-l.closed:
					if who.String() == conn.LocalAddr().String() {
						return
					}
				case <-stuck:
					t.Fatal("the server waits for a reader that does not read")
				}
			}
		})
	}
}

// watched tells whose connections the server has closed.
type watched struct {
	net.Listener
	closed chan net.Addr
}

func (w *watched) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	return &watchedConn{conn, w}, err
}

type watchedConn struct {
	net.Conn
	of *watched
}

func (c *watchedConn) Close() error {
	c.of.closed <- c.RemoteAddr()
	return c.Conn.Close()
}

// A slow reader that does read, a piece at a time, gets everything.
func TestSlowReadersGetAll(t *testing.T) {
	huge := strings.Repeat("a", 8<<20)
	big := made(t, "big", func(context.Context, in) (string, error) { return huge, nil })
	s := serve.New([]*chain.Chain{big}, nil)
	s.Hurry(20*soon, soon)
	s.HurryReaders(3 * soon)
	addr := listen(t, s)
	conn := connect(t, addr)
	if err := conn.(*net.TCPConn).SetReadBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := io.WriteString(conn, post("/v1/chains/big/runs", "Connection: close")); err != nil {
		t.Fatal(err)
	}
	total, piece := 0, make([]byte, 256<<10)
	for tick := time.NewTicker(soon / 4); ; <-tick.C {
		n, err := io.ReadFull(conn, piece)
		if total += n; err != nil {
			break
		}
	}
	if total < len(huge) {
		t.Errorf("cut after %d bytes and %v", total, time.Since(began))
	}
	if took := time.Since(began); took < 4*soon {
		t.Errorf("all was read in %v: no slow reader", took)
	}
}
