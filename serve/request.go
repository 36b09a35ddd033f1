package serve

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// RunRequest is the body of a run.
type RunRequest struct {
	Input   chain.Values      `json:"input"`
	Session string            `json:"session,omitempty"` // the conversation to go on with
	Labels  map[string]string `json:"labels,omitempty"`
}

// Limits of a request beyond Options.MaxBody.
const (
	maxDepth   = 64  // of nested JSON
	maxLabels  = 16  // a run
	maxName    = 256 // bytes of a session, a label, a key
	maxComment = 4096
)

// readJSON decodes the body into v, strictly.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, v any) *problem.Problem {
	body, p := s.readBody(w, r)
	if p != nil {
		return p
	}
	return decode(body, v)
}

// readBody reads what must be JSON, no more of it than Options.MaxBody.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *problem.Problem) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, problem.New(http.StatusUnsupportedMediaType, "not-json", "Send the body as Content-Type: application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.o.MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, problem.New(http.StatusRequestEntityTooLarge, "too-large", "The body is larger than "+strconv.FormatInt(s.o.MaxBody, 10)+" bytes.")
	}
	if err != nil {
		return nil, problem.New(http.StatusBadRequest, "cut-short", "The body ended early.")
	}
	return body, nil
}

// decode reads one JSON value whose fields v knows, no deeper than maxDepth.
func decode(body []byte, v any) *problem.Problem {
	if depth(body) > maxDepth {
		return problem.New(http.StatusBadRequest, "too-deep", "The body is nested deeper than "+strconv.Itoa(maxDepth)+" levels.")
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return problem.New(http.StatusBadRequest, "bad-json", "The body does not decode: "+jsonFault(err)+".")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return problem.New(http.StatusBadRequest, "bad-json", "The body goes on after its JSON value.")
	}
	return nil
}

// jsonFault says where the JSON is wrong, without repeating any of it but the
// names of unknown fields.
func jsonFault(err error) string {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return "syntax error at byte " + strconv.FormatInt(e.Offset, 10)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e.Field + " must not be a " + e.Value
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends early"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// depth returns how deep brackets nest, strings left out.
func depth(body []byte) int {
	deepest, now := 0, 0
	inString := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// check bounds what a request names.
func (q *RunRequest) check() *problem.Problem {
	var wrong []string
	if len(q.Session) > maxName {
		wrong = append(wrong, "session is longer than 256 bytes")
	}
	if len(q.Labels) > maxLabels {
		wrong = append(wrong, "there are more than 16 labels")
	}
	for k, v := range q.Labels {
		if len(k)+len(v) > maxName {
			wrong = append(wrong, "a label is longer than 256 bytes")
		}
	}
	if wrong == nil {
		return nil
	}
	p := problem.New(http.StatusUnprocessableEntity, "bad-input", "The request names too much.")
	p.Errors = wrong
	return p
}

// timeout returns how long a run may take: what the client is ready to wait
// (Prefer: wait=seconds, RFC 7240), at most the server's own bound.
func (s *Server) timeout(r *http.Request) time.Duration {
	for _, line := range r.Header.Values("Prefer") {
		for preference := range strings.SplitSeq(line, ",") {
			value, ok := strings.CutPrefix(strings.TrimSpace(preference), "wait=")
			if !ok {
				continue
			}
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return min(s.o.Timeout, time.Duration(min(n, 1<<20))*time.Second)
			}
		}
	}
	return s.o.Timeout
}

// streams reports whether the client asks for SSE.
func streams(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept") {
		for accepted := range strings.SplitSeq(line, ",") {
			if kind, _, err := mime.ParseMediaType(accepted); err == nil && kind == "text/event-stream" {
				return true
			}
		}
	}
	return false
}
