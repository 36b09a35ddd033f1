package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// ListenAndServe serves s at addr until ctx ends. Then /readyz says so, no run
// is taken any more (503, with Retry-After), and those that go on may finish
// within 30 seconds; what is left is cancelled, and hears it. An address that
// other machines reach needs Options.Auth: without, it is refused.
//
// Clients are not waited for without end: 10 seconds for a request's header, 30
// for all of it, a minute for each 64 KiB of an answer to be read.
func ListenAndServe(ctx context.Context, addr string, s *Server) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("serve: listen: %w", err)
	}
	return Serve(ctx, l, s)
}

// Serve is ListenAndServe on a listener, which it closes.
func Serve(ctx context.Context, l net.Listener, s *Server) error {
	if s.o.Auth == nil && !loopback(l.Addr()) {
		_ = l.Close()
		return fmt.Errorf("serve: %s can be reached from other machines, and there is no Auth: listen on 127.0.0.1, or set Options.Auth, to BearerKeys for example", l.Addr())
	}
	if err := checkOrigins(s.o.Origins); err != nil {
		_ = l.Close()
		return err
	}
	server := s.server(l)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return s.stop(context.WithoutCancel(ctx), server)
}

// server is what listens for s.
func (s *Server) server(l net.Listener) *http.Server {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.limits.header,
		ReadTimeout:       s.limits.body,
		IdleTimeout:       s.limits.idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn),
	}
	if _, tcp := l.Addr().(*net.TCPAddr); tcp && s.o.Auth == nil {
		server.Handler = s.local(s)
	}
	return server
}

// stop lets what goes on finish. While runs do, whoever comes hears that the
// server is shutting down; then nobody is let in, and answers are read to
// their ends.
func (s *Server) stop(ctx context.Context, server *http.Server) error {
	grace, cancel := context.WithTimeout(ctx, s.limits.grace)
	defer cancel()
	err := s.Shutdown(grace)
	end, cancel := context.WithTimeout(ctx, s.limits.end)
	defer cancel()
	return errors.Join(err, server.Shutdown(end), server.Close())
}

func loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return !ok || t.IP.IsLoopback() // a unix socket is of this machine
}
