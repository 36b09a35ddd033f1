package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/causeway-go/causeway/serve/problem"
)

// envelope is what every request passes: it bounds the time that reading the
// request and writing the answer take, sets the headers that every answer
// carries, turns a panic into a problem, and tells the log.
func (s *Server) envelope(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		out := &answer{ResponseWriter: w, control: http.NewResponseController(w), limit: s.limits.write, status: http.StatusOK}
		s.setHeaders(w.Header())
		if r.TransferEncoding != nil {
			// It may have come with a length, too, and whoever forwarded it may have
			// believed that one: what follows on the connection is not to be trusted.
			w.Header().Set("Connection", "close")
		}
		readInTime(r, out.control)
		defer func() {
			s.o.Metrics.Request(s.routeOf(r), out.status)
			s.o.Log.Info("request", "method", clip(r.Method), "path", clip(r.URL.Path), "status", out.status, "duration", time.Since(begin))
		}()
		defer s.saved(out, r)
		next.ServeHTTP(out, r)
	})
}

func (s *Server) setHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	if s.isClosing() {
		h.Set("Connection", "close") // the next request should find another server
	}
}

// saved turns a panic into a problem, or cuts the answer short where it has
// begun. What a panic says may be what a person said: the log hears it only
// from the runtime, else where it was.
func (s *Server) saved(out *answer, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	said := fmt.Sprintf("a %T", v)
	if err, ok := v.(runtime.Error); ok {
		said = err.Error()
	}
	s.o.Log.Error("panic", "path", clip(r.URL.Path), "panic", said, "stack", string(debug.Stack()))
	if out.begun {
		panic(http.ErrAbortHandler)
	}
	problem.New(http.StatusInternalServerError, "panic", "The server made a mistake; its log says which.").Write(out)
}

// clip keeps the log's lines short, whatever a client makes up.
func clip(s string) string {
	if len(s) > maxName {
		return s[:maxName] + "…"
	}
	return s
}

// readInTime ends the bound on reading a request where the request ends. Left
// alone, net/http would cancel a run that takes longer than the server's
// ReadTimeout.
func readInTime(r *http.Request, control *http.ResponseController) {
	if r.Body == nil || r.Body == http.NoBody {
		_ = control.SetReadDeadline(time.Time{}) // a writer without a connection has no deadline
		return
	}
	r.Body = &readOnce{r.Body, control}
}

type readOnce struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *readOnce) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// answer is a ResponseWriter that does not wait for ever for its reader, and
// remembers the status. Unwrap lets http.ResponseController through.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	status  int
	begun   bool
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader sets the time to write, too: of an answer without a body, and of
// one that net/http writes when the handler has returned. The connection may
// still have the deadline of the answer before.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		a.status, a.begun = status, true
	}
	a.hurry()
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	all := 0
	for {
		a.hurry()
		n, err := a.ResponseWriter.Write(b[:min(len(b), maxPiece)])
		all += n
		if b = b[n:]; err != nil || len(b) == 0 {
			return all, err
		}
	}
}

func (a *answer) hurry() { _ = a.control.SetWriteDeadline(time.Now().Add(a.limit)) }
