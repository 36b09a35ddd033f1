package localsqs

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// The account and the region that queues are in.
const (
	account = "000000000000"
	region  = "us-east-1"
)

// Server is a set of queues. It is safe for concurrent use.
type Server struct {
	mu          sync.Mutex
	queues      map[string]*queue // by name
	unavailable bool
	twice       bool
	changed     chan struct{} // closed and replaced at each change: who polls looks again
}

// New returns a server without queues.
func New() *Server {
	return &Server{queues: map[string]*queue{}, changed: make(chan struct{})}
}

// SetAvailable has every request answered with status 503, or not any more.
func (s *Server) SetAvailable(yes bool) { s.set(func() { s.unavailable = !yes }) }

// SetDuplicates has the first delivery of each message hide it from nobody, as
// a standard queue of SQS may do.
func (s *Server) SetDuplicates(yes bool) { s.set(func() { s.twice = yes }) }

func (s *Server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.wake()
}

// wake has those who poll look again; s.mu is held.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// fault is an error as SQS tells it.
type fault struct {
	status        int
	code, message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

// legacy are the codes that differ in the older protocol, which SDKs are told
// too (SQS developer guide, "AWS JSON protocol").
var legacy = map[string]string{
	"QueueDoesNotExist":     "AWS.SimpleQueueService.NonExistentQueue",
	"QueueNameExists":       "QueueAlreadyExists",
	"MessageNotInflight":    "AWS.SimpleQueueService.MessageNotInflight",
	"UnsupportedOperation":  "AWS.SimpleQueueService.UnsupportedOperation",
	"InvalidMessageContent": "InvalidMessageContents",
}

func invalid(message string) error {
	return &fault{http.StatusBadRequest, "InvalidParameterValue", message}
}

// maxRequest bounds a request: a message of the largest size, escaped.
const maxRequest = 8 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var out any
	if err == nil {
		out, err = s.answer(r, body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if err == nil {
		_ = json.NewEncoder(w).Encode(out) // the client is gone: nobody is left to tell
		return
	}
	f, ok := errors.AsType[*fault](err)
	if !ok {
		f = &fault{http.StatusBadRequest, "InvalidRequest", err.Error()}
	}
	if old, ok := legacy[f.code]; ok {
		w.Header().Set("X-Amzn-Query-Error", old+";Sender")
	}
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.sqs#" + f.code, "message": f.message})
}

func (s *Server) answer(r *http.Request, body []byte) (any, error) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	if !ok {
		return nil, &fault{http.StatusBadRequest, "MissingAction", "The request has no X-Amz-Target of SQS."}
	}
	s.mu.Lock()
	down := s.unavailable
	s.mu.Unlock()
	if down {
		return nil, &fault{http.StatusServiceUnavailable, "ServiceUnavailable", "The queue is not available."}
	}
	switch operation {
	case "CreateQueue":
		return call(body, func(in createInput) (any, error) { return s.create(in, r.Host) })
	case "GetQueueUrl":
		return call(body, s.url)
	case "GetQueueAttributes":
		return call(body, s.attributes)
	case "SendMessage":
		return call(body, s.send)
	case "ReceiveMessage":
		return call(body, func(in receiveInput) (any, error) { return s.poll(r.Context(), in) })
	case "DeleteMessage":
		return call(body, s.delete)
	case "ChangeMessageVisibility":
		return call(body, s.hide)
	}
	return nil, &fault{http.StatusBadRequest, "InvalidAction", "This server does not know " + operation + "."}
}

func call[In any](body []byte, f func(In) (any, error)) (any, error) {
	var in In
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, &fault{http.StatusBadRequest, "SerializationException", err.Error()}
	}
	return f(in)
}
