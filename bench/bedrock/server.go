package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"time"
)

// server is the other process.
type server struct {
	URL, TLS string
	cmd      *exec.Cmd
	stdin    io.Closer
}

func startServer() (*server, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.Command(exe, "-serve")}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = in
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the server process said nothing: %w", err)
	}
	return s, json.Unmarshal(line, s)
}

// stop ends the server process: it lives as long as its standard input.
func (s *server) stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

// serveForever is the server process. The path's first part says how late it
// answers: /2ms/model/x/converse; 0s answers before the request is read.
func serveForever() error {
	h := http.HandlerFunc(answer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure := httptest.NewUnstartedServer(h)
	secure.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	secure.StartTLS()
	if err := json.NewEncoder(os.Stdout).Encode(server{URL: "http://" + listener.Addr().String(), TLS: secure.URL}); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent is gone
		os.Exit(0)
	}()
	if err := http.Serve(listener, h); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answer(w http.ResponseWriter, r *http.Request) {
	late, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	delay, err := time.ParseDuration(late)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if delay > 0 {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(delay)
	}
	if !strings.HasSuffix(r.URL.Path, "converse-stream") {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(unaryBody)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	_, _ = w.Write(streamHead)
	_ = http.NewResponseController(w).Flush()
	_, _ = w.Write(streamRest)
}
