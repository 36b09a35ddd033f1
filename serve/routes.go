package serve

import (
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/causeway-go/causeway/serve/problem"
)

// routes puts the endpoints behind what every request passes.
func (s *Server) routes() http.Handler {
	api := http.NewServeMux()
	api.HandleFunc("POST /v1/chains/{name}/runs", s.postRun)
	api.HandleFunc("POST /v1/chains/{name}/runs/{id}/answer", s.postAnswer)
	api.HandleFunc("GET /v1/chains/{name}/ws", s.socket)
	api.HandleFunc("GET /v1/runs/{id}/events", s.getEvents)
	api.HandleFunc("POST /v1/runs/{id}/feedback", s.postFeedback)
	s.jobRoutes(api)
	api.HandleFunc("GET /openapi.json", s.getOpenAPI)
	api.HandleFunc("GET /{$}", s.getPage)
	guarded := strict(api)
	if s.o.Auth != nil {
		guarded = s.o.Auth(guarded)
	}
	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	all.HandleFunc("GET /readyz", s.getReady)
	all.Handle("/", guarded)
	return s.logged(s.safe(s.crossOrigin(all)))
}

// strict answers what no pattern matches as problems: the mux would write text.
func strict(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		rec := &recorder{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			problem.New(rec.status, "bad-method", "This endpoint takes "+rec.header.Get("Allow")+".").Write(w)
			return
		}
		problem.New(http.StatusNotFound, "no-endpoint", "There is nothing here. GET / lists what there is.").Write(w)
	})
}

func (s *Server) getReady(w http.ResponseWriter, _ *http.Request) {
	if s.isClosing() {
		closing().Write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "chains": s.names()})
}

// safe sets the headers that every answer carries, and turns a panic into a
// problem.
func (s *Server) safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.o.Log.Error("panic", "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
			problem.New(http.StatusInternalServerError, "panic", "The server made a mistake; its log says which.").Write(w)
		}()
		next.ServeHTTP(w, r)
	})
}

// crossOrigin lets the pages of Options.Origins call, and refuses what any
// other page makes a browser send.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		switch {
		case origin == "", sameOrigin(r, origin):
			next.ServeHTTP(w, r)
			return
		case !slices.Contains(s.o.Origins, origin):
			problem.New(http.StatusForbidden, "bad-origin", "Pages of this origin may not call this server.").Write(w)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", origin)
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Expose-Headers", "Location, Retry-After, Idempotent-Replayed")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer")
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sameOrigin(r *http.Request, origin string) bool {
	_, host, ok := strings.Cut(origin, "://")
	return ok && host == r.Host
}

// logged tells the log of every request, without what it holds.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		out := &counted{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			s.o.Log.Info("request", "method", r.Method, "path", r.URL.Path, "status", out.status, "duration", time.Since(begin))
		}()
		next.ServeHTTP(out, r)
	})
}

// counted remembers the status. Unwrap lets http.ResponseController through.
type counted struct {
	http.ResponseWriter
	status int
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
