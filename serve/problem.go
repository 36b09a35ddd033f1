package serve

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
)

// Problem is a fault as RFC 9457 writes it. It says what the client can do
// about it and never holds what a prompt, a model or a tool said.
type Problem struct {
	Type   string `json:"type"`   // urn:causeway: and Code
	Title  string `json:"title"`  // of the status
	Status int    `json:"status"` // HTTP
	Detail string `json:"detail"`

	Code   string   `json:"code"`             // stable, for programs
	Errors []string `json:"errors,omitempty"` // bad-input: everything that is wrong
	RunID  string   `json:"runId,omitempty"`  // of the run that failed
	Step   string   `json:"step,omitempty"`   // where it failed

	seconds int // Retry-After; 0 is none
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

func problem(status int, code, detail string) *Problem {
	return &Problem{Type: "urn:causeway:" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

func (p *Problem) retryAfter(seconds int) *Problem {
	p.seconds = seconds
	return p
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if p.seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(p.seconds))
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone: nobody is left to tell
}

// statusGone is what a client that went away would be answered. No server
// sends it; it stands in logs, as nginx writes it.
const statusGone = 499

// problemOf says what a failed run means for the client.
func problemOf(err error, runID string) *Problem {
	p := classify(err)
	p.RunID = runID
	if e, ok := errors.AsType[*chain.StepError](err); ok {
		p.Step = e.Step
	}
	return p
}

func classify(err error) *Problem {
	if e, ok := errors.AsType[*Problem](err); ok {
		return e
	}
	if e, ok := errors.AsType[*chain.InputError](err); ok {
		p := problem(http.StatusUnprocessableEntity, "bad-input", "The input does not fit the chain's schema.")
		p.Errors = e.Problems
		return p
	}
	if e, ok := errors.AsType[*retry.Error](err); ok {
		switch {
		case e.Class.Throttled(), e.Class == retry.DailyQuota:
			return problem(http.StatusServiceUnavailable, "throttled", "The model's quota is used up and did not free up in time.").retryAfter(10)
		case e.Class == retry.Transient:
			return problem(http.StatusBadGateway, "model-unavailable", "The model's service is not available at the moment.").retryAfter(5)
		case e.Class == retry.Overflow:
			return problem(http.StatusRequestEntityTooLarge, "context-overflow", "The conversation is longer than the model can read.")
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusGatewayTimeout, "timeout", "The run was not done before its deadline.")
	case errors.Is(err, context.Canceled):
		return problem(statusGone, "cancelled", "The run was cancelled.")
	case errors.Is(err, chain.ErrConflict):
		return problem(http.StatusConflict, "conflict", "Another request works on this run.")
	case errors.Is(err, chain.ErrNoRun):
		return problem(http.StatusNotFound, "no-run", "There is no such run.")
	case errors.Is(err, chain.ErrNotWaiting):
		return problem(http.StatusConflict, "not-waiting", "The run does not wait for an answer.")
	}
	return problem(http.StatusInternalServerError, "run-failed", "The run failed. The server's log says why, under the run id.")
}
