package serve

import (
	"net/http"
	"path"

	"github.com/causeway-go/causeway/serve/problem"
)

// table is a mux that remembers what it was told to serve.
type table struct {
	http.ServeMux
	patterns []string
}

// HandleFunc serves a pattern such as "GET /healthz".
func (t *table) HandleFunc(pattern string, h http.HandlerFunc) {
	t.patterns = append(t.patterns, pattern)
	t.ServeMux.HandleFunc(pattern, h)
}

// routes puts the endpoints behind what every request passes.
func (s *Server) routes() http.Handler {
	api, open := &s.api, &s.open
	api.HandleFunc("POST /v1/chains/{name}/runs", s.postRun)
	api.HandleFunc("GET /v1/chains/{name}/runs/{id}/question", s.getQuestion)
	api.HandleFunc("POST /v1/chains/{name}/runs/{id}/answer", s.postAnswer)
	api.HandleFunc("GET /v1/chains/{name}/ws", s.socket)
	api.HandleFunc("GET /v1/runs/{id}/events", s.getEvents)
	api.HandleFunc("DELETE /v1/runs/{id}", s.deleteRun)
	api.HandleFunc("POST /v1/runs/{id}/feedback", s.postFeedback)
	s.jobRoutes(api)
	api.HandleFunc("POST /v1/chat/completions", s.postChat)
	api.HandleFunc("GET /v1/models", s.getModels)
	api.HandleFunc("GET /v1/models/{id...}", s.getModel)
	api.HandleFunc("GET /metrics", s.o.Metrics.Handler().ServeHTTP)
	api.HandleFunc("GET /openapi.json", s.getOpenAPI)
	api.HandleFunc("GET /{$}", s.getPage)
	guarded := strict(&api.ServeMux)
	if s.o.Auth != nil {
		guarded = s.o.Auth(guarded)
	}
	open.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	open.HandleFunc("GET /readyz", s.getReady)
	open.Handle("/", guarded)
	return s.envelope(inOpenAIWords(s.crossOrigin(canonical(open))))
}

// routeOf returns the pattern of the endpoint that a request is for, "" for
// none. It asks the tables, not the request: whatever Auth does to that, and if
// it lets nobody through, the endpoint is the same.
func (s *Server) routeOf(r *http.Request) string {
	_, pattern := s.open.Handler(r)
	if pattern == "/" {
		_, pattern = s.api.Handler(r)
	}
	return pattern
}

// canonical answers paths that are not written the one way: the mux would
// redirect to what it takes them for.
func canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Clean(r.URL.Path) != r.URL.Path {
			noEndpoint(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func noEndpoint(w http.ResponseWriter) {
	problem.New(http.StatusNotFound, "no-endpoint", "There is nothing here. GET / lists what there is.").Write(w)
}

// strict answers what no pattern matches as problems: the mux would write text.
func strict(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			out := &streamer{ResponseWriter: w}
			mux.ServeHTTP(out, r)
			if out.stream != nil {
				out.stream()
			}
			return
		}
		rec := &recorder{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			problem.New(rec.status, "bad-method", "This endpoint takes "+rec.header.Get("Allow")+".").Write(w)
			return
		}
		noEndpoint(w)
	})
}

func (s *Server) getReady(w http.ResponseWriter, _ *http.Request) {
	if s.isClosing() {
		closing().Write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "chains": s.names()})
}
