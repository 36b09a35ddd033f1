package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/serve/problem"
)

// openAIError is a fault as OpenAI's clients read it. They choose their
// exception by the status.
type openAIError struct {
	Message string
	Param   string // the field of the request that is wrong
	Code    string // stable, for programs
	kind    string // empty: invalid_request_error
}

// MarshalJSON writes what is empty as null, as OpenAI does.
func (e *openAIError) MarshalJSON() ([]byte, error) {
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	kind := e.kind
	if kind == "" {
		kind = "invalid_request_error"
	}
	return json.Marshal(object{"message": e.Message, "type": kind, "param": orNull(e.Param), "code": orNull(e.Code)})
}

func (e *openAIError) write(w http.ResponseWriter, status int) {
	writeJSON(w, status, object{"error": e})
}

// refuse is the fault of a field of the request.
func refuse(param, message string) *openAIError {
	return &openAIError{Message: message, Param: param, Code: "invalid_value"}
}

// openAIOf says a problem in OpenAI's words. Where they have a word for it, it
// is used: clients look for it.
func openAIOf(p *problem.Problem) (status int, e *openAIError) {
	status, e = p.Status, &openAIError{Message: p.Detail, Code: p.Code}
	switch p.Code {
	case "no-key":
		e.Code = "invalid_api_key"
	case "throttled", "busy":
		status, e.Code = http.StatusTooManyRequests, "rate_limit_exceeded"
	case "context-overflow":
		status, e.Code, e.Param = http.StatusBadRequest, "context_length_exceeded", "messages"
	case "bad-input":
		status, e.Param = http.StatusBadRequest, "messages"
		e.Message = strings.Join(append([]string{p.Detail}, p.Errors...), " ")
	}
	switch {
	case status == http.StatusTooManyRequests:
		e.kind = "rate_limit_error"
	case status >= http.StatusInternalServerError || status == problem.StatusGone:
		e.kind = "server_error"
	}
	if p.RunID != "" {
		e.Message += " (run " + p.RunID + ")"
	}
	return status, e
}

// inOpenAIWords translates the problems of OpenAI's endpoints, whoever has
// written them: authentication, limits, runs.
func inOpenAIWords(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/chat/completions" && r.URL.Path != "/v1/models" && !strings.HasPrefix(r.URL.Path, "/v1/models/") {
			next.ServeHTTP(w, r)
			return
		}
		t := &translator{ResponseWriter: w}
		defer t.finish()
		next.ServeHTTP(t, r)
	})
}

// translator holds back what is an error and not yet in OpenAI's words.
type translator struct {
	http.ResponseWriter
	status int // of what is held back; 0: nothing is
	held   bytes.Buffer
}

func (t *translator) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *translator) WriteHeader(status int) {
	if status >= http.StatusBadRequest && t.Header().Get("Content-Type") != "application/json" {
		t.status = status
		return
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *translator) Write(b []byte) (int, error) {
	if t.status != 0 {
		return t.held.Write(b)
	}
	return t.ResponseWriter.Write(b)
}

func (t *translator) finish() {
	if t.status == 0 {
		return
	}
	p := problem.New(t.status, "http_"+strconv.Itoa(t.status), http.StatusText(t.status)+".")
	if t.Header().Get("Content-Type") == "application/problem+json" {
		_ = json.Unmarshal(t.held.Bytes(), p) // it is one of ours
	}
	status, e := openAIOf(p)
	if p.Code == "run-failed" {
		t.Header().Set("X-Should-Retry", "false") // OpenAI's clients would, on a 500: all steps, and what they do, again
	}
	t.status = 0
	t.Header().Del("Content-Length")
	e.write(t.ResponseWriter, status)
}
