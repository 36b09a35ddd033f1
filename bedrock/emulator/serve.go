package emulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxBody is the largest request Bedrock takes: 25 MB.
const maxBody = 25_000_000

// ServeHTTP answers as bedrock-runtime does. Below /_emulator/ it tells about
// itself; see docs/emulator.md.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.serveSelf(w, r) {
		return
	}
	op, id := route(r)
	body, err := readBody(r)
	if err != nil {
		return // the client went away in the middle of its request
	}
	x := &exchange{e: e, w: w, ctx: r.Context()}
	x.call, x.random = e.begin(op, id, body)
	w.Header()["x-amzn-RequestId"] = []string{x.random.requestID()}
	defer func() {
		e.note(x.call, func(c *Call) { c.Duration = time.Since(c.Time) })
	}()
	if len(body) > maxBody {
		x.fail(&Failure{Code: "RequestEntityTooLargeException", Message: "Request Entity Too Large"})
		return
	}
	if f := e.auth.check(r, body); f != nil {
		x.fail(f)
		return
	}
	x.serve(op, id, body)
}

// readBody reads one byte more than is allowed, so that too much shows.
func readBody(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n >= 0 && n <= maxBody {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(r.Body, maxBody+1))
}

// exchange is one call while it is answered.
type exchange struct {
	e      *Emulator
	w      http.ResponseWriter
	ctx    context.Context
	call   *Call
	random source
}

func (x *exchange) serve(op Operation, id string, body []byte) {
	switch op {
	case "":
		x.fail(&Failure{Code: "UnknownOperationException", Message: "Unable to determine service/operation name to be authorized"})
	case CountTokens:
		x.countTokens(id, body)
	case ApplyGuardrail:
		x.applyGuardrail(id, body)
	default:
		x.ask(op, id, body)
	}
}

// ask answers the operations that talk to a model.
func (x *exchange) ask(op Operation, model string, body []byte) {
	if x.replayed(op, model, body) {
		return
	}
	if emb := embedderOf(model); emb != nil && op == InvokeModel {
		x.embed(emb, model, body)
		return
	}
	req, dialect, failure := open(op, model, body)
	if failure != nil {
		x.fail(failure)
		return
	}
	g, brk, ok := x.pass(req)
	if !ok {
		return
	}
	var used *Usage
	defer func() { g.settle(used) }()
	reply, failure := x.respond(req, dialect)
	switch {
	case failure != nil:
		x.fail(failure)
	case reply.raw != nil:
		used = &Usage{Input: req.InputTokens(), Output: EstimateTokens(string(reply.raw.answer()))}
		x.verbatim(reply.raw, brk)
	default:
		used = reply.Usage
		x.e.note(x.call, func(c *Call) { c.Status, c.StopReason, c.Usage = http.StatusOK, reply.StopReason, *used })
		x.reply(reply, req, dialect, brk)
	}
}

// pass notes what is asked, lets a fault happen to it and asks the quota;
// false when the call is answered by that. The break is for its stream.
func (x *exchange) pass(req *Request) (*grant, *Break, bool) {
	x.e.note(x.call, func(c *Call) { req.Number, c.Request = c.Number, req })
	fault := x.e.fault(x.call, x.random)
	if !x.suffer(fault) {
		return nil, nil, false
	}
	g, failure := x.e.admit(req)
	if failure != nil {
		x.fail(failure)
		return nil, nil, false
	}
	if fault == nil {
		return g, nil, true
	}
	return g, fault.Stream, true
}

// suffer lets a fault happen; false when it took the place of an answer.
func (x *exchange) suffer(f *Fault) bool {
	switch {
	case f == nil:
		return true
	case !x.wait(f.Delay):
		return false
	case f.Reset:
		x.e.note(x.call, func(c *Call) { c.Error = "reset" })
		reset(x.w)
		return false
	case f.Error != nil:
		x.fail(f.Error)
		return false
	}
	return true
}

// fail answers an error.
func (x *exchange) fail(f *Failure) {
	x.e.note(x.call, func(c *Call) { c.Status, c.Error = f.status(), f.Code })
	h := x.w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["x-amzn-ErrorType"] = []string{f.errorType()}
	body := append(appendString([]byte(`{"message":`), f.Message), '}')
	x.w.WriteHeader(f.status())
	_, _ = x.w.Write(body) // a client that is gone need not be told
}

// failureOf is what a responder's error looks like on the wire.
func failureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return internal(msgReplyFail)
}

// wait sleeps and tells whether the client is still there.
func (x *exchange) wait(d time.Duration) bool {
	if d <= 0 {
		return x.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-x.ctx.Done():
		return false
	}
}
