package problem

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

// New returns the problem of a status and a code, with what the client can do.
func New(status int, code, detail string) *Problem {
	return &Problem{Type: "urn:causeway:" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// RetryAfter says after how many seconds asking again is worth it.
func (p *Problem) RetryAfter(seconds int) *Problem {
	p.seconds = seconds
	return p
}

// Write answers with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if p.seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(p.seconds))
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone: nobody is left to tell
}

// StatusGone is what a client that went away would be answered. No server
// sends it; it stands in logs, as nginx writes it.
const StatusGone = 499

// Of says what the failure of a run means for the client.
func Of(err error, runID string) *Problem {
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
		p := New(http.StatusUnprocessableEntity, "bad-input", "The input does not fit the chain's schema.")
		if e.Chain == "" {
			p.Detail = "The answer does not fit what was asked for."
		}
		p.Errors = e.Problems
		return p
	}
	if e, ok := errors.AsType[*retry.Error](err); ok {
		switch {
		case e.Class.Throttled(), e.Class == retry.DailyQuota:
			return New(http.StatusServiceUnavailable, "throttled", "The model's quota is used up and did not free up in time.").RetryAfter(10)
		case e.Class == retry.Transient:
			return New(http.StatusBadGateway, "model-unavailable", "The model's service is not available at the moment.").RetryAfter(5)
		case e.Class == retry.Overflow:
			return New(http.StatusRequestEntityTooLarge, "context-overflow", "The conversation is longer than the model can read.")
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return New(http.StatusGatewayTimeout, "timeout", "The run was not done before its deadline.")
	case errors.Is(err, context.Canceled):
		return New(StatusGone, "cancelled", "The run was cancelled.")
	case errors.Is(err, chain.ErrConflict):
		return New(http.StatusConflict, "conflict", "Another request works on this run.")
	case errors.Is(err, chain.ErrNoRun):
		return New(http.StatusNotFound, "no-run", "There is no such run.")
	case errors.Is(err, chain.ErrChanged):
		return New(http.StatusConflict, "changed", "The chain is not the one that the run began with.")
	case errors.Is(err, chain.ErrNotWaiting):
		return New(http.StatusConflict, "not-waiting", "The run does not wait for an answer.")
	}
	if p := refusal(err); p != nil {
		return p
	}
	return New(http.StatusInternalServerError, "run-failed", "The run failed. The server's log says why, under the run id.")
}

// refusal tells of a service that will not do what it is asked, by the codes
// that AWS's services have in common. Asking again does not help, and the
// service's words may repeat what it was asked.
func refusal(err error) *Problem {
	var coded interface {
		error
		ErrorCode() string
	}
	if !errors.As(err, &coded) {
		return nil
	}
	switch coded.ErrorCode() {
	case "ValidationException":
		return New(http.StatusInternalServerError, "model-refused", "The model's service refused the request. The server's log says why, under the run id.")
	case "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException":
		return New(http.StatusInternalServerError, "no-access", "The server may not use the model, or its credentials have expired.")
	}
	return nil
}
