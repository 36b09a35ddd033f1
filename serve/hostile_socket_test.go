package serve_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// Opcodes of RFC 6455.
const (
	opMore  = 0x0
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	final   = 0x80
)

// frame is one as a client sends it, masked with zeros. Length may lie.
func frame(first byte, length int, payload string) []byte {
	b := []byte{first}
	switch {
	case length < 126:
		b = append(b, 0x80|byte(length))
	case length < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(length))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// upgraded is a WebSocket by hand.
func upgraded(t *testing.T, addr, chain string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn := connect(t, addr)
	_, err := io.WriteString(conn, "GET /v1/chains/"+chain+"/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", resp, err)
	}
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn, in
}

// closed reads frames until the server closes, and returns its code, 0 without.
func closed(t *testing.T, in *bufio.Reader) int {
	t.Helper()
	for {
		var head [2]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
				t.Error("the server waits for ever")
			}
			return 0
		}
		length := int(head[1])
		if length == 126 {
			var long [2]byte
			_, _ = io.ReadFull(in, long[:])
			length = int(binary.BigEndian.Uint16(long[:]))
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(in, payload); err != nil {
			return 0
		}
		if head[0] == final|opClose && length >= 2 {
			return int(binary.BigEndian.Uint16(payload))
		}
	}
}

func TestHostileSockets(t *testing.T) {
	const limit = 1 << 16
	s := serve.New(chains(t, nil), &serve.Options{MaxBody: limit, Heartbeat: time.Minute})
	s.Hurry(10*soon, soon)
	addr := listen(t, s)
	for name, tt := range map[string]struct {
		sends string
		code  int
	}{
		"a giant frame":           {string(frame(final|opText, 1<<40, "{")) + strings.Repeat("a", 2*limit), 1009},
		"a large message":         {string(frame(final|opText, limit+1, strings.Repeat("a", limit+1))), 1009},
		"in fragments":            {string(frame(opText, limit, strings.Repeat("a", limit))) + string(frame(final|opMore, 10, "aaaaaaaaaa")), 1009},
		"fragments without end":   {string(frame(opText, 1, "a")) + strings.Repeat(string(frame(opMore, 1, "a")), limit+1), 1009},
		"no mask":                 {"\x81\x02{}", 0},
		"a reserved opcode":       {string(frame(final|0x3, 0, "")), 1002},
		"a reserved bit":          {string(frame(final|0x40|opText, 2, "{}")), 1002},
		"a continuation":          {string(frame(final|opMore, 2, "{}")), 1002},
		"a long ping":             {string(frame(final|opPing, 126, strings.Repeat("a", 126))), 1002},
		"a ping in fragments":     {string(frame(opPing, 1, "a")), 1002},
		"closing with a bad code": {string(frame(final|opClose, 2, "\x00\x01")), 1002},
	} {
		t.Run(name, func(t *testing.T) {
			conn, in := upgraded(t, addr, "echo")
			go func() { _, _ = io.WriteString(conn, tt.sends) }()
			if code := closed(t, in); code != tt.code {
				t.Errorf("closed with %d, want %d", code, tt.code)
			}
		})
	}
}

// Control frames and empty fragments without end cost the server no memory.
func TestSocketFloods(t *testing.T) {
	s := serve.New(chains(t, nil), nil)
	addr := listen(t, s)
	for name, flood := range map[string]string{
		"pings":           string(frame(final|opPing, 0, "")),
		"empty fragments": string(frame(opMore, 0, "")),
		"bad messages":    string(frame(final|opText, 1, "{")),
	} {
		t.Run(name, func(t *testing.T) {
			conn, in := upgraded(t, addr, "echo")
			read := make(chan struct{})
			go func() { defer close(read); _, _ = io.Copy(io.Discard, in) }()
			if name == "empty fragments" {
				_, _ = conn.Write(frame(opText, 0, ""))
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			if _, err := io.WriteString(conn, strings.Repeat(flood, 100_000)); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
				t.Errorf("%d bytes more are held", grown)
			}
			conn.Close()
			<-read
		})
	}
}

// A client that answers no ping, or only keeps its connection half open, goes,
// and its run with it.
func TestSocketsThatAreGone(t *testing.T) {
	for name, leave := range map[string]func(net.Conn){
		"no pongs":            func(net.Conn) {},
		"a frame without end": func(c net.Conn) { _, _ = c.Write(frame(final|opText, 1000, "{")) },
		"half closed":         func(c net.Conn) { _ = c.(*net.TCPConn).CloseWrite() },
		"reset":               func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			waits := made(t, "waits", func(ctx context.Context, _ in) (string, error) {
				<-ctx.Done()
				ended <- ctx.Err()
				return "", ctx.Err()
			})
			s := serve.New([]*chain.Chain{waits}, &serve.Options{Heartbeat: soon / 10, ResumeWindow: time.Hour})
			s.Hurry(10*soon, soon)
			s.HurryReaders(soon)
			conn, in := upgraded(t, listen(t, s), "waits")
			run := `{"type":"run","input":{"text":"a"}}`
			if _, err := conn.Write(frame(final|opText, len(run), run)); err != nil {
				t.Fatal(err)
			}
			if _, err := in.Peek(2); err != nil {
				t.Fatal(err)
			}
			leave(conn)
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the run ended with %v", err)
			}
		})
	}
}

func TestManyRunsOnOneSocket(t *testing.T) {
	addr := listen(t, serve.New(chains(t, nil), &serve.Options{MaxRuns: 1}))
	conn, _, err := websocket.Dial(t.Context(), "ws://"+addr+"/v1/chains/echo/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	for i := range 1000 {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"run","input":{"text":"a"}}`)); err != nil {
			t.Fatal(err)
		}
		for n := 1; ; n++ {
			_, data, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var e struct {
				ID    int
				Event string
			}
			if err := json.Unmarshal(data, &e); err != nil || e.ID != n {
				t.Fatalf("run %d, event %d: %v %s", i, n, err, data)
			}
			if e.Event == "run.finished" {
				break
			}
		}
	}
	conn.Close(websocket.StatusNormalClosure, "")
}
