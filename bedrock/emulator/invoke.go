package emulator

import (
	"net/http"
	"strconv"
	"time"
)

// open reads a request. The failure, if any, is what Bedrock would refuse.
func open(op Operation, model string, body []byte) (*Request, format, *Failure) {
	req := &Request{Operation: op, ModelID: model, Body: body}
	if f := checkModelID(model); f != nil {
		return req, nil, f
	}
	dialect := formatOf(op, model)
	if dialect == nil {
		return req, nil, invalid("The Causeway emulator does not imitate %s of this model: it speaks the bodies of Anthropic Claude and Amazon Nova, and of the Titan and Cohere embeddings.", op)
	}
	return req, dialect, dialect.decode(req)
}

// reply writes what the model answered.
func (x *exchange) reply(r *Reply, req *Request, dialect format, brk *Break) {
	n := r.countDeltas()
	latency := r.latency(n)
	dialect.header(x.w.Header(), r, req.Operation.Streaming(), latency)
	if req.Operation.Streaming() {
		x.stream(dialect.events(r, req, x.random), r, brk)
		return
	}
	if !x.wait(latency) {
		return
	}
	body, err := dialect.body(r, req, x.random, latency)
	if err != nil {
		x.fail(&Failure{Code: "InternalServerException", Message: msgReplyFail})
		return
	}
	x.send(body)
}

// send writes a JSON answer.
func (x *exchange) send(body []byte) {
	h := x.w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(body) // a client that is gone need not be told
}

func (r *Reply) countDeltas() int {
	n := 0
	for i := range r.Content {
		n += len(deltas(r, i))
	}
	return n
}

// latency is how long a reply with n deltas takes.
func (r *Reply) latency(n int) time.Duration { return r.First + r.Chunk*time.Duration(max(n-1, 0)) }
