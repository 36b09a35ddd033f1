package serve

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// RunResponse is the answer to a run, and to an answer that a run waited for.
type RunResponse struct {
	Chain string `json:"chain"`
	*chain.Result
}

// postRun begins a run of a chain: answered whole, or streamed.
func (s *Server) postRun(w http.ResponseWriter, r *http.Request) {
	c, p := s.chainOf(r)
	var q RunRequest
	if p == nil {
		p = s.readJSON(w, r, &q)
	}
	if p == nil {
		p = q.check()
	}
	if p != nil {
		p.Write(w)
		return
	}
	s.perform(w, r, begins(c, q), q)
}

// perform does a task and answers as the client wants it: streamed, or whole
// and once for each Idempotency-Key. Request is what was asked.
func (s *Server) perform(w http.ResponseWriter, r *http.Request, t task, request any) {
	if streams(r) {
		s.streamRun(w, r, t)
		return
	}
	s.replies.once(w, r, request, func(w http.ResponseWriter) { s.answerRun(w, r, t) })
}

// answerRun does a task and answers when it is done.
func (s *Server) answerRun(w http.ResponseWriter, r *http.Request, t task) {
	result, p := s.whole(r, t)
	if p != nil {
		p.Write(w)
		return
	}
	writeJSON(w, http.StatusOK, RunResponse{Chain: t.chain.Name(), Result: result})
}

// whole does a task for a client who waits until it is done.
func (s *Server) whole(r *http.Request, t task) (*chain.Result, *problem.Problem) {
	if p := s.enter(); p != nil {
		return nil, p
	}
	defer s.leave()
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout(r))
	defer cancel()
	defer s.runs.begin(cancel)()
	t.o.Events = s.o.Metrics.Event
	result, err := t.run(ctx)
	return result, s.ended(t, result, err)
}

// ended notes a run that is over, or waits, and tells the log of a failure. A
// task without a result was refused: there is no such run, or no more than
// there was.
func (s *Server) ended(t task, result *chain.Result, err error) *problem.Problem {
	if result != nil {
		s.runs.end(Record{RunID: t.o.RunID, Chain: t.chain.Name(), Labels: result.Labels, Prompts: result.Prompts})
	}
	if err == nil {
		return nil
	}
	p := problem.Of(err, t.o.RunID)
	s.o.Log.Warn("run failed", "run", t.o.RunID, "chain", t.chain.Name(), "problem", p.Code, "error", err)
	return p
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // a step made a value that JSON has no form for
		problem.New(http.StatusInternalServerError, "not-json", "The result cannot be written as JSON.").Write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone: nobody is left to tell
}
