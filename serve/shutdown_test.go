package serve_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// launched runs serve.Serve until end is called; ended hears what it returns.
func launched(t *testing.T, s *serve.Server) (addr string, end func(), ended <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve.Serve(ctx, l, s) }()
	return l.Addr().String(), cancel, done
}

// held is a chain whose runs wait for hold.
func held(t *testing.T, hold <-chan struct{}) (c *chain.Chain, begun *atomic.Int64) {
	begun = new(atomic.Int64)
	return made(t, "held", func(ctx context.Context, i in) (string, error) {
		begun.Add(1)
		select {
		case <-hold:
			return strings.ToUpper(i.Text), nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}), begun
}

// crowd has n clients ask at once, each in its own way.
type crowd struct {
	plain, streamed, sockets int
	group                    sync.WaitGroup
}

// whole is what every client of a crowd must have read at its end.
const whole = `"out":"A"`

func (c *crowd) ask(t *testing.T, addr string) {
	for range c.plain {
		c.group.Go(func() {
			if resp, body := raw(t, addr, post("/v1/chains/held/runs")); resp.StatusCode != 200 || !strings.Contains(body, whole) {
				t.Errorf("plain: %s %s", resp.Status, body)
			}
		})
	}
	for range c.streamed {
		c.group.Go(func() {
			_, body := raw(t, addr, post("/v1/chains/held/runs", "Accept: text/event-stream"))
			if _, last, ok := strings.Cut(body, "event: run.finished"); !ok || !strings.Contains(last, whole) {
				t.Errorf("streamed: %s", body)
			}
		})
	}
	for range c.sockets {
		c.group.Go(func() {
			said, err := socketToEnd(t, addr, true)
			if websocket.CloseStatus(err) != websocket.StatusGoingAway || !strings.Contains(said, whole) {
				t.Errorf("over a socket, closed with %v: %s", err, said)
			}
		})
	}
}

// socketToEnd reads a WebSocket, with a run or without, until it is closed.
func socketToEnd(t *testing.T, addr string, run bool) (string, error) {
	conn, _, err := websocket.Dial(t.Context(), "ws://"+addr+"/v1/chains/held/ws", nil)
	if err != nil {
		return "", err
	}
	defer conn.CloseNow()
	if run {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"run","input":{"text":"a"}}`)); err != nil {
			return "", err
		}
	}
	var all strings.Builder
	for {
		_, data, err := conn.Read(t.Context())
		if err != nil {
			return all.String(), err
		}
		all.Write(data)
	}
}

// With hundreds of runs in flight the server hears that it ends: it says so, it
// takes no more, and everybody gets a whole answer.
func TestShutdownUnderLoad(t *testing.T) {
	hold := make(chan struct{})
	c, begun := held(t, hold)
	addr, end, ended := launched(t, serve.New([]*chain.Chain{c}, &serve.Options{MaxRuns: 1000}))
	all := crowd{plain: 200, streamed: 200, sockets: 50}
	all.ask(t, addr)
	until(t, "all runs have begun", func() bool { return begun.Load() == 450 })
	if resp, _ := raw(t, addr, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); resp.StatusCode != 200 {
		t.Errorf("before: %s", resp.Status)
	}
	end()
	until(t, "it is not ready", func() bool {
		resp, _ := raw(t, addr, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		return resp.StatusCode == 503
	})
	for _, request := range []string{
		post("/v1/chains/held/runs"), post("/v1/chains/held/runs", "Accept: text/event-stream"),
		"GET /v1/chains/held/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	} {
		resp, body := raw(t, addr, request) // reads to the end: the connection is closed
		if resp.StatusCode != 503 || codeOf(resp, body) != "closing" || resp.Header.Get("Retry-After") == "" || !resp.Close {
			t.Errorf("while it ends: %s %v %s", resp.Status, resp.Header, body)
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended with %v while runs went on", err)
	default:
	}
	close(hold)
	all.group.Wait()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("it still listens")
	}
	if n := begun.Load(); n != 450 {
		t.Errorf("%d runs have begun", n)
	}
}

// Clients who keep connections open without a run do not hold up the end.
func TestIdleClientsAtTheEnd(t *testing.T) {
	c, _ := held(t, nil)
	addr, end, ended := launched(t, serve.New([]*chain.Chain{c}, nil))
	conn := connect(t, addr) // between two requests
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	told := make(chan error)
	for range 20 {
		go func() {
			_, err := socketToEnd(t, addr, false)
			told <- err
		}()
	}
	until(t, "the sockets are open", func() bool {
		_, body := raw(t, addr, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		return strings.Contains(body, `causeway_streams_open{kind="websocket"} 20`)
	})
	end()
	for range 20 {
		if err := <-told; websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("closed with %v", err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Runs that take longer than the server waits are cancelled, and their clients
// hear it.
func TestEndOfPatience(t *testing.T) {
	c, begun := held(t, nil)
	s := serve.New([]*chain.Chain{c}, nil)
	s.Hurry(10*time.Second, soon)
	addr, end, ended := launched(t, s)
	answers := make(chan string, 2)
	for _, accept := range []string{"application/json", "text/event-stream"} {
		go func() {
			_, body := raw(t, addr, post("/v1/chains/held/runs", "Accept: "+accept))
			answers <- body
		}()
	}
	until(t, "both runs have begun", func() bool { return begun.Load() == 2 })
	end()
	for range 2 {
		if body := <-answers; !strings.Contains(body, `"code":"cancelled"`) {
			t.Errorf("the client heard %s", body)
		}
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
}

// A step that heeds nothing cannot keep the server from ending.
func TestStubbornStep(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{})
	c := made(t, "stubborn", func(context.Context, in) (string, error) {
		close(began)
		<-release
		return "", nil
	})
	s := serve.New([]*chain.Chain{c}, nil)
	s.Hurry(soon, soon)
	addr, end, ended := launched(t, s)
	conn := connect(t, addr)
	if _, err := io.WriteString(conn, post("/v1/chains/stubborn/runs")); err != nil {
		t.Fatal(err)
	}
	<-began
	end()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
	close(release)
}
