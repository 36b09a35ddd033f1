package serve

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// RunResponse is the answer to a run.
type RunResponse struct {
	Chain string `json:"chain"`
	*chain.Result
}

// postRun runs a chain: answered whole, or streamed.
func (s *Server) postRun(w http.ResponseWriter, r *http.Request) {
	c, p := s.chainOf(r)
	if p != nil {
		p.Write(w)
		return
	}
	var q RunRequest
	if p = s.readJSON(w, r, &q); p == nil {
		p = q.check()
	}
	if p != nil {
		p.Write(w)
		return
	}
	if streams(r) {
		s.streamRun(w, r, c, q)
		return
	}
	s.replies.once(w, r, q, func(w http.ResponseWriter) { s.answerRun(w, r, c, q) })
}

// answerRun runs the chain and answers when it is done.
func (s *Server) answerRun(w http.ResponseWriter, r *http.Request, c *chain.Chain, q RunRequest) {
	if p := s.enter(); p != nil {
		p.Write(w)
		return
	}
	defer s.leave()
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout(r))
	defer cancel()
	o := s.options(q)
	s.runs.begin(o.RunID, cancel)
	result, err := c.Run(ctx, q.Input, o)
	s.ended(c, o, result, err)
	if err != nil {
		problem.Of(err, o.RunID).Write(w)
		return
	}
	writeJSON(w, http.StatusOK, RunResponse{Chain: c.Name(), Result: result})
}

// options makes a run of a request.
func (s *Server) options(q RunRequest) *chain.RunOptions {
	return &chain.RunOptions{RunID: rand.Text(), Session: q.Session, Labels: q.Labels}
}

// ended notes a run that is over, and tells the log of a failure.
func (s *Server) ended(c *chain.Chain, o *chain.RunOptions, result *chain.Result, err error) {
	record := Record{RunID: o.RunID, Chain: c.Name(), Labels: o.Labels}
	if result != nil {
		record.Prompts, record.Labels = result.Prompts, result.Labels
	}
	s.runs.end(record)
	if err != nil {
		s.o.Log.Warn("run failed", "run", o.RunID, "chain", c.Name(), "problem", problem.Of(err, o.RunID).Code, "error", err)
	}
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
