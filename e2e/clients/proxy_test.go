package clients

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// newProxy forwards to addr, and cuts the first connections after some bytes of
// the answer.
func newProxy(t *testing.T, addr string, cuts int32, after int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var left atomic.Int32
	left.Store(cuts)
	go func() {
		for {
			client, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				t.Errorf("the proxy: %v", err)
				return
			}
			go forward(client, addr, &left, after)
		}
	}()
	return l.Addr().String()
}

func forward(client net.Conn, addr string, left *atomic.Int32, after int64) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close() // whoever asked is gone
	}()
	if left.Add(-1) >= 0 {
		_, _ = io.CopyN(client, server, after)
		return
	}
	_, _ = io.Copy(client, server)
}
