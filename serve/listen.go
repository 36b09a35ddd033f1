package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ListenAndServe serves s at addr until ctx ends, then takes no more runs and
// lets those that go on finish for up to 30 seconds. An address that other
// machines reach needs Options.Auth: without, it is refused.
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
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // of the whole request; slow bodies end here
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return errors.Join(s.Shutdown(grace), server.Shutdown(grace))
}

func loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return !ok || t.IP.IsLoopback() // a unix socket is of this machine
}
