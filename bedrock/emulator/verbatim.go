package emulator

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/bedrock/emulator/internal/eventstream"
)

// replayed answers InvokeModel from recordings whatever the model, for the
// bodies of most models are known there and nowhere else here.
func (x *exchange) replayed(op Operation, model string, body []byte) bool {
	r, ok := x.e.responder.(*replay)
	if !ok || op != InvokeModel && op != InvokeModelWithResponseStream {
		return false
	}
	req := &Request{Operation: op, ModelID: model, Body: body, inputTokens: EstimateTokens(string(body))}
	t := r.find(req)
	if t == nil {
		return false
	}
	if g, brk, ok := x.pass(req); ok {
		rec := r.next(t)
		defer g.settle(&Usage{Input: req.inputTokens, Output: EstimateTokens(string(rec.answer()))})
		x.verbatim(rec, brk)
	}
	return true
}

// redacted stands in recordings for header values that were removed.
const redacted = "**REDACTED**"

// verbatim writes a recorded answer: its status, its headers, its bytes, a
// stream frame by frame, at the emulator's pace.
func (x *exchange) verbatim(rec *recorded, brk *Break) {
	streams := rec.Operation.Streaming() && rec.Status == http.StatusOK
	h := x.w.Header()
	h["Content-Type"] = []string{"application/json"}
	if streams {
		h["Content-Type"] = []string{eventstream.ContentType}
	}
	code := ""
	for k, v := range rec.Headers {
		switch http.CanonicalHeaderKey(k) {
		case "Connection", "Content-Length", "Transfer-Encoding", "Date", "X-Amzn-Requestid":
			// They belong to the connection and to this call.
		case "Content-Type":
			if v != redacted {
				h["Content-Type"] = []string{v}
			}
		case "X-Amzn-Errortype":
			code, h[k] = codeOf(v), []string{v}
		default:
			h[k] = []string{v}
		}
	}
	x.e.note(x.call, func(c *Call) { c.Status, c.Error = rec.Status, code })
	answer := rec.answer()
	if !x.wait(x.e.latency.First.draw(x.random)) {
		return
	}
	if streams {
		x.w.WriteHeader(rec.Status)
		x.recordedFrames(answer, brk)
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(answer))}
	x.w.WriteHeader(rec.Status)
	_, _ = x.w.Write(answer) // a client that is gone need not be told
}

// recordedFrames writes recorded frames one by one; bytes that are no frame
// follow as they are.
func (x *exchange) recordedFrames(b []byte, brk *Break) {
	s := &frames{x: x, brk: brk, flush: flusher(x.w)}
	for first := true; len(b) > 0; first = false {
		n := len(b)
		if f, err := eventstream.Read(b); err == nil {
			n = f.Size
		}
		if !first && !x.wait(x.e.latency.Chunk.draw(x.random)) || !s.frame(b[:n]) {
			return
		}
		b = b[n:]
	}
	s.finish()
}

// codeOf is the code in an x-amzn-ErrorType header.
func codeOf(errorType string) string {
	code, _, _ := strings.Cut(errorType, ":")
	return code
}
