package emulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody is the largest request Bedrock takes: 25 MB.
const maxBody = 25_000_000

// ServeHTTP answers as bedrock-runtime does.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, model, ok := route(r)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return // the client went away in the middle of its request
	}
	x := &exchange{e: e, w: w, ctx: r.Context()}
	x.call, x.random = e.begin(op, model, body)
	x.start = x.call.Time
	w.Header()["x-amzn-RequestId"] = []string{x.random.requestID()}
	defer func() {
		e.note(x.call, func(c *Call) { c.Duration = time.Since(x.start) })
	}()
	switch {
	case !ok:
		x.fail(&Failure{Code: "UnknownOperationException", Message: "Unable to determine service/operation name to be authorized"})
	case len(body) > maxBody:
		x.fail(&Failure{Code: "RequestEntityTooLargeException", Message: "Request Entity Too Large"})
	default:
		x.converse(op, model, body)
	}
}

// route reads the operation and the model from the path. The model id is one
// escaped segment: an ARN's slashes arrive as %2F, and some clients send its
// colons raw.
func route(r *http.Request) (Operation, string, bool) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/model/")
	if !ok || r.Method != http.MethodPost {
		return "", "", false
	}
	i := strings.LastIndexByte(rest, '/')
	if i < 0 {
		return "", "", false
	}
	model, err := url.PathUnescape(rest[:i])
	if err != nil {
		return "", "", false
	}
	switch rest[i+1:] {
	case "converse":
		return Converse, model, true
	case "converse-stream":
		return ConverseStream, model, true
	}
	return "", "", false
}

// exchange is one call while it is answered.
type exchange struct {
	e      *Emulator
	w      http.ResponseWriter
	ctx    context.Context
	call   *Call
	random source
	start  time.Time
}

func (x *exchange) converse(op Operation, model string, body []byte) {
	req, failure := decode(op, model, body)
	if failure != nil {
		x.fail(failure)
		return
	}
	x.e.note(x.call, func(c *Call) { req.Number, c.Request = c.Number, req })
	fault := x.e.fault(x.call, x.random)
	if fault != nil && !x.suffer(fault) {
		return
	}
	reply, err := x.e.responder.Respond(x.ctx, req)
	if err != nil {
		x.fail(failureOf(err))
		return
	}
	if reply.raw != nil {
		x.verbatim(reply.raw)
		return
	}
	reply = reply.finish(req, x.random)
	x.e.note(x.call, func(c *Call) { c.Status, c.StopReason, c.Usage = http.StatusOK, reply.StopReason, *reply.Usage })
	if op.Streaming() {
		var b *Break
		if fault != nil {
			b = fault.Stream
		}
		x.stream(reply, b)
		return
	}
	x.answer(reply)
}

// suffer lets a fault happen; false when it took the place of an answer.
func (x *exchange) suffer(f *Fault) bool {
	if !x.wait(f.Delay) {
		return false
	}
	switch {
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
	x.w.Write(body) //nolint:errcheck // the client is gone: nobody is left to tell
}

// failureOf is what a responder's error looks like on the wire.
func failureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Code: "InternalServerException", Message: msgReplyFail}
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
