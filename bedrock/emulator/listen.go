package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is an emulator that listens.
type Server struct {
	URL string // http://127.0.0.1:port, or https with TLS
	// CertPEM is the self-made certificate of a TLS server, for AWS_CA_BUNDLE
	// or NODE_EXTRA_CA_CERTS; empty without TLS.
	CertPEM []byte

	http *http.Server
	done chan error
}

// ListenOptions say where and how to listen.
type ListenOptions struct {
	Addr   string // host:port; "" is a free port of 127.0.0.1
	Public bool   // let Addr be other than loopback: there is no password, whoever reaches it may use it
	TLS    bool   // with a certificate made now for 127.0.0.1, ::1 and localhost; bearer tokens need it
}

// Start listens on a free port of 127.0.0.1 until Close.
func (e *Emulator) Start() (*Server, error) { return e.Listen(nil) }

// Listen serves in the background until Close. It speaks HTTP/1.1 and HTTP/2,
// the latter without TLS by prior knowledge, which the JavaScript SDK uses.
func (e *Emulator) Listen(o *ListenOptions) (*Server, error) {
	if o == nil {
		o = &ListenOptions{}
	}
	addr := o.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if err := checkAddr(addr, o.Public); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), done: make(chan error, 1)}
	s.http = &http.Server{
		Handler: e, ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols),
		ErrorLog: log.New(io.Discard, "", 0), // faults reset connections, which net/http would report
	}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetHTTP2(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	if o.TLS {
		if err := s.secure(); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		s.URL = "https://" + l.Addr().String()
		go func() { s.done <- s.http.ServeTLS(l, "", "") }()
		return s, nil
	}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

func (s *Server) secure() error {
	cert, pem, err := selfSigned()
	if err != nil {
		return fmt.Errorf("emulator: make a certificate: %w", err)
	}
	s.CertPEM = pem
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	return nil
}

// checkAddr refuses to be reachable by others unless that was asked for.
func checkAddr(addr string, public bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("emulator: %q is no host:port: %w", addr, err)
	}
	ip := net.ParseIP(host)
	if public || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("emulator: %s is reachable by others; use a loopback address, or allow it with Public", addr)
}

// Serve waits until ctx ends, then closes the server. A listener that fails
// before ends it with that error.
func (s *Server) Serve(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return s.Close()
	case err := <-s.done:
		s.done <- err
		return err
	}
}

// Close stops listening, breaks what is still running and waits for the end
// of the listener.
func (s *Server) Close() error {
	err := s.http.Close()
	end := <-s.done
	s.done <- end
	if !errors.Is(end, http.ErrServerClosed) {
		return end
	}
	return err
}

// roots trusts the server's own certificate; nil without TLS.
func (s *Server) roots() *x509.CertPool {
	if s.CertPEM == nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CertPEM)
	return pool
}

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
