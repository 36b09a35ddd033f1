package serve

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/problem"
)

// JobRequest is the body of a job.
type JobRequest struct {
	RunRequest
	Callback string `json:"callback,omitempty"` // told when the job is over: see jobs.Callbacks
}

// backendTime bounds what a backend may take for one request.
const backendTime = 20 * time.Second

// jobRoutes adds the endpoints of jobs.
func (s *Server) jobRoutes(mux *table) {
	mux.HandleFunc("POST /v1/chains/{name}/jobs", s.postJob)
	mux.HandleFunc("GET /v1/jobs/{id}", s.aJob(func(ctx context.Context, r *http.Request) (*jobs.Job, error) {
		return s.o.Jobs.Load(ctx, r.PathValue("id"))
	}))
	mux.HandleFunc("DELETE /v1/jobs/{id}", s.aJob(func(ctx context.Context, r *http.Request) (*jobs.Job, error) {
		return jobs.Cancel(ctx, s.o.Jobs, r.PathValue("id"))
	}))
	mux.HandleFunc("POST /v1/jobs/{id}/answer", s.answerJob)
}

// aJob answers with the status of the job that do returns.
func (s *Server) aJob(do func(context.Context, *http.Request) (*jobs.Job, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.o.Jobs == nil {
			noJobs.Write(w)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), backendTime)
		defer cancel()
		j, err := do(ctx, r)
		if err != nil {
			s.jobProblem(err).Write(w)
			return
		}
		writeStatus(w, http.StatusOK, j)
	}
}

var noJobs = problem.New(http.StatusNotFound, "no-jobs", "This server keeps no jobs.")

// writeStatus answers with a job; one that is not over may be asked for again
// in a while.
func writeStatus(w http.ResponseWriter, status int, j *jobs.Job) {
	if !j.State.Final() {
		w.Header().Set("Retry-After", "2")
	}
	writeJSON(w, status, j.Status)
}

// postJob accepts a job: 202 means that it is kept, and will be done.
func (s *Server) postJob(w http.ResponseWriter, r *http.Request) {
	c, p := s.chainOf(r)
	if p == nil && s.o.Jobs == nil {
		p = noJobs
	}
	var q JobRequest
	if p == nil {
		p = s.readJSON(w, r, &q)
	}
	if p == nil {
		p = s.checkJob(c, &q)
	}
	if p == nil && s.isClosing() {
		p = s.refuse(closing())
	}
	if p != nil {
		p.Write(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), backendTime)
	defer cancel()
	j, err := jobs.Submit(ctx, s.o.Jobs, &jobs.Job{
		Status: jobs.Status{ID: jobID(r), Chain: c.Name()},
		Input:  q.Input, Session: q.Session, Labels: q.Labels, Callback: q.Callback,
	})
	if err != nil {
		s.jobProblem(err).Write(w)
		return
	}
	w.Header().Set("Location", "/v1/jobs/"+j.ID)
	writeStatus(w, http.StatusAccepted, j)
}

// checkJob finds what is wrong with a job before it is accepted.
func (s *Server) checkJob(c *chain.Chain, q *JobRequest) *problem.Problem {
	if p := q.check(); p != nil {
		return p
	}
	if err := c.CheckInput(q.Input); err != nil {
		return problem.Of(err, "")
	}
	if q.Callback == "" {
		return nil
	}
	var err error
	if s.o.Callbacks == nil {
		err = errors.New("this server calls nobody back")
	} else {
		err = s.o.Callbacks.Check(q.Callback)
	}
	if err == nil {
		return nil
	}
	p := problem.New(http.StatusUnprocessableEntity, "bad-input", "The callback cannot be used.")
	p.Errors = []string{"callback: " + err.Error()}
	return p
}

// jobID is the id of a new job. One that is asked for with an Idempotency-Key
// has the same id each time, on every server of the backend.
func jobID(r *http.Request) string {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(r.Header.Get("Authorization") + "\x00" + r.URL.Path + "\x00" + key))
	return strings.TrimRight(base32.StdEncoding.EncodeToString(sum[:]), "=")[:26]
}

// answerJob gives a waiting job its answer.
func (s *Server) answerJob(w http.ResponseWriter, r *http.Request) {
	s.aJob(func(ctx context.Context, r *http.Request) (*jobs.Job, error) {
		var q AnswerRequest
		if p := s.readJSON(w, r, &q); p != nil {
			return nil, p
		}
		return jobs.Answer(ctx, s.o.Jobs, r.PathValue("id"), q.To, q.Answer)
	})(w, r)
}

// jobProblem says what went wrong with a job, and tells the log when it was the
// backend.
func (s *Server) jobProblem(err error) *problem.Problem {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p
	}
	if _, ok := errors.AsType[*chain.InputError](err); ok {
		return problem.Of(err, "")
	}
	switch {
	case errors.Is(err, jobs.ErrNoJob):
		return problem.New(http.StatusNotFound, "no-job", "There is no job of this id.")
	case errors.Is(err, jobs.ErrOther):
		return problem.New(http.StatusUnprocessableEntity, "key-reused", "This Idempotency-Key came with another request before.")
	case errors.Is(err, chain.ErrNotWaiting):
		return problem.New(http.StatusConflict, "not-waiting", "The job does not wait for an answer.")
	}
	s.o.Log.Error("jobs cannot be reached", "error", err)
	return problem.New(http.StatusServiceUnavailable, "no-backend", "Jobs cannot be kept or asked for at the moment; ask again.").RetryAfter(5)
}

// recordOf returns what is known of an ended run: one of this server's, or a
// job's.
func (s *Server) recordOf(ctx context.Context, id string) (Record, bool) {
	if r, known := s.runs.record(id); known || s.o.Jobs == nil {
		return r, known
	}
	ctx, cancel := context.WithTimeout(ctx, backendTime)
	defer cancel()
	j, err := s.o.Jobs.Load(ctx, id)
	if err != nil || j.Result == nil {
		return Record{}, false
	}
	return Record{RunID: j.ID, Chain: j.Chain, Labels: j.Result.Labels, Prompts: j.Result.Prompts}, true
}
