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
		return req, nil, invalid("The Causeway emulator does not imitate %s of this model: it speaks the bodies of Anthropic Claude and Amazon Nova, and of the embeddings of Titan, Cohere and Nova.", op)
	}
	failure := dialect.decode(req)
	if failure == nil {
		req.inputTokens = req.InputTokens()
		failure = checkSize(req)
	}
	return req, dialect, failure
}

// reply writes what the model answered.
func (x *exchange) reply(r *Reply, req *Request, dialect format, brk *Break) {
	r.waits = x.e.latency.plan(r, r.countDeltas, x.random)
	dialect.header(x.w.Header(), r, req.Operation.Streaming())
	if req.Operation.Streaming() {
		x.stream(dialect.events(r, req, x.random), r, brk)
		return
	}
	if !x.wait(total(r.waits)) {
		return
	}
	body, err := dialect.body(r, req, x.random)
	if err != nil {
		x.fail(internal(msgReplyFail))
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
		for range deltas(r, i) {
			n++
		}
	}
	return n
}

// total is how long a reply with these waits takes.
func total(waits []time.Duration) time.Duration {
	var sum time.Duration
	for _, w := range waits {
		sum += w
	}
	return sum
}
