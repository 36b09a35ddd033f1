package emulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"syscall"
)

// Transport returns a RoundTripper that hands requests to the emulator without
// a socket. It works inside a testing/synctest bubble, where time is virtual.
// Scheme and host of the URL do not matter.
func (e *Emulator) Transport() http.RoundTripper { return transport{e} }

type transport struct{ h http.Handler }

// RoundTrip reads the whole request first, as an emulator must anyway, so no
// write of it can race the response.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(req.Context())
	in := req.Clone(ctx)
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.ContentLength = int64(len(body))
	in.RequestURI = req.URL.RequestURI()
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	p := &pipe{ctx: ctx, cancel: cancel, header: make(http.Header), started: make(chan struct{}), more: make(chan struct{}, 1)}
	go p.serve(t.h, in)
	select {
	case <-p.started:
		if p.status == 0 {
			cancel()
			return nil, p.err
		}
		return p.response(req), nil
	case <-ctx.Done():
		cancel()
		return nil, ctx.Err()
	}
}

// pipe is the way back: the handler's ResponseWriter and the client's body.
// Its channels are made per request, inside the caller's bubble.
type pipe struct {
	ctx     context.Context
	cancel  context.CancelFunc
	header  http.Header
	started chan struct{} // closed when status is decided
	more    chan struct{} // one token: something to read, or the end

	status int

	mu   sync.Mutex
	buf  bytes.Buffer
	err  error // what the reader gets after buf: io.EOF at a proper end
	once sync.Once
}

var errReset = &resetError{}

// resetError looks to clients like a reset TCP connection.
type resetError struct{}

func (*resetError) Error() string { return "read: " + syscall.ECONNRESET.Error() }
func (*resetError) Unwrap() error { return syscall.ECONNRESET }

func (p *pipe) serve(h http.Handler, r *http.Request) {
	defer func() {
		err := io.EOF
		if v := recover(); v != nil {
			if v != http.ErrAbortHandler {
				panic(v)
			}
			err = io.ErrUnexpectedEOF
		}
		p.end(err)
	}()
	h.ServeHTTP(p, r)
	p.WriteHeader(http.StatusOK)
}

func (p *pipe) Header() http.Header { return p.header }

func (p *pipe) WriteHeader(status int) {
	p.once.Do(func() {
		p.status = status
		close(p.started)
	})
}

func (p *pipe) Write(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	p.WriteHeader(http.StatusOK)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.buf.Write(b)
	p.signal()
	return len(b), nil
}

// Flush exists because frames flush; what is written is readable at once.
func (p *pipe) Flush() {}

// reset makes the client see a reset connection.
func (p *pipe) reset() { p.end(errReset) }

func (p *pipe) end(err error) {
	p.mu.Lock()
	if p.err == nil {
		p.err = err
	}
	p.signal()
	p.mu.Unlock()
	p.once.Do(func() { close(p.started) })
}

func (p *pipe) signal() {
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// Read waits for the handler; a cancelled context ends the wait.
func (p *pipe) Read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		if p.buf.Len() > 0 {
			n, _ := p.buf.Read(b)
			p.mu.Unlock()
			return n, nil
		}
		err := p.err
		p.mu.Unlock()
		if err != nil {
			return 0, err
		}
		select {
		case <-p.more:
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
}

// Close tells the handler that the client is gone.
func (p *pipe) Close() error {
	p.cancel()
	return nil
}

func (p *pipe) response(req *http.Request) *http.Response {
	h := make(http.Header, len(p.header))
	for k, v := range p.header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	length := int64(-1)
	if n := h.Get("Content-Length"); n != "" {
		length, _ = strconv.ParseInt(n, 10, 64)
	}
	return &http.Response{
		Status: strconv.Itoa(p.status) + " " + http.StatusText(p.status), StatusCode: p.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: p, ContentLength: length, Request: req,
	}
}

// reset breaks the connection under a response.
func reset(w http.ResponseWriter) {
	if p, ok := w.(*pipe); ok {
		p.reset()
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2: the stream is reset, which is what a client sees there
		panic(http.ErrAbortHandler)
	}
	hardClose(conn)
}
