package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"runtime"
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
	maxDepth   = 64      // of nested JSON
	maxValues  = 100_000 // in it: each takes many times the bytes it is written in
	maxNumber  = 64      // characters of a number, and three digits of its exponent: 1e999999 is a megabyte to calculate with
	maxLabels  = 16      // a run
	maxName    = 256     // bytes of a session, a label, a key
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
	if coded := r.Header.Get("Content-Encoding"); coded != "" && !strings.EqualFold(coded, "identity") {
		return nil, problem.New(http.StatusUnsupportedMediaType, "encoded", "Send the body as it is, without Content-Encoding.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.o.MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, problem.New(http.StatusRequestEntityTooLarge, "too-large", "The body is larger than "+strconv.FormatInt(s.o.MaxBody, 10)+" bytes.")
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return nil, problem.New(http.StatusRequestTimeout, "too-slow", "The body did not come in time.")
	}
	if err != nil {
		return nil, problem.New(http.StatusBadRequest, "cut-short", "The body ended early.")
	}
	return body, nil
}

// decoding is held while a body is decoded: how much memory that takes at once
// must not depend on how many clients send.
var decoding = make(chan struct{}, runtime.GOMAXPROCS(0))

// decode reads one JSON value whose fields v knows, within the limits.
func decode(body []byte, v any) *problem.Problem {
	if p := measure(body); p != nil {
		return p
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	d := json.NewDecoder(bytes.NewReader(body))
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
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok && len(name) <= maxFieldName {
		return "there is no field " + name
	}
	return "it has a field that is not known"
}

// maxFieldName is how long a name may be that is told back.
const maxFieldName = 40

// measure holds a body against the limits before anything is made of it.
// Strings are left out; what is no JSON is found later.
func measure(body []byte) *problem.Problem {
	now, values, number := 0, 0, 0
	exponent := -1 // where it began in the number
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || number > 0 && (c == 'e' || c == 'E') {
			if number++; c == 'e' || c == 'E' {
				exponent = number
			}
			if number > maxNumber || exponent >= 0 && number > exponent+4 {
				return problem.New(http.StatusBadRequest, "bad-number", "The body holds a number that is too long.")
			}
			continue
		}
		number, exponent = 0, -1
		switch c {
		case '"':
			i = afterString(body, i)
		case '{', '[':
			now++
			values++
		case '}', ']':
			now--
		case ',':
			values++
		}
		if now > maxDepth {
			return problem.New(http.StatusBadRequest, "too-deep", "The body is nested deeper than "+strconv.Itoa(maxDepth)+" levels.")
		}
		if values > maxValues {
			return problem.New(http.StatusRequestEntityTooLarge, "too-many", "The body holds more than "+strconv.Itoa(maxValues)+" values.")
		}
	}
	return nil
}

// afterString returns where the string ends that begins at i.
func afterString(body []byte, i int) int {
	for i++; i < len(body) && body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
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
