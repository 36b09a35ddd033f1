package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// Server is an emulator on a loopback port.
type Server struct {
	URL string // http://127.0.0.1:port

	http *http.Server
	done chan error
}

// Start listens on a free port of 127.0.0.1 until Close. It speaks HTTP/1.1
// and, with prior knowledge, HTTP/2 without TLS, which the JavaScript SDK
// uses.
func (e *Emulator) Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + l.Addr().String(), done: make(chan error, 1)}
	s.http = &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols)}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// Close stops listening, breaks what is still running and waits for the end
// of the listener.
func (s *Server) Close() error {
	err := s.http.Close()
	if e := <-s.done; !errors.Is(e, http.ErrServerClosed) {
		return e
	}
	return err
}

// Shutdown stops listening and lets running calls finish until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

// hardClose closes a connection so that its peer sees a reset.
func hardClose(conn net.Conn) {
	raw := conn
	if t, ok := conn.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // fails only on a closed connection
	}
	_ = raw.Close()
}
