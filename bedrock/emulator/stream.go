package emulator

import (
	"iter"
	"net/http"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator/internal/eventstream"
)

// stream writes events, the first and each delta but the first after its wait.
func (x *exchange) stream(events iter.Seq[event], r *Reply, brk *Break) {
	x.w.Header()["Content-Type"] = []string{eventstream.ContentType}
	x.w.WriteHeader(http.StatusOK)
	s := &frames{x: x, brk: brk, flush: flusher(x.w)}
	s.flush() // the headers go out before the first token, as Bedrock's do
	waits := r.waits
	first := true
	for ev := range events {
		pause := time.Duration(0)
		if (first || ev.later) && len(waits) > 0 {
			pause, waits = waits[0], waits[1:]
		}
		first = false
		if pause > 0 && !x.wait(pause) || !s.send(ev) {
			return
		}
	}
	s.finish()
}

// frames sends events and breaks the stream where it is told to.
type frames struct {
	x       *exchange
	brk     *Break
	flush   func()
	sent    int
	payload []byte
	buf     []byte
}

// send frames one event; false when the stream is over.
func (s *frames) send(ev event) bool {
	s.payload = ev.appendPayload(s.payload[:0], s.x.random.padding())
	s.buf = eventstream.AppendEvent(s.buf[:0], ev.kind, s.payload)
	return s.frame(s.buf)
}

// frame writes one frame, or breaks the stream at it.
func (s *frames) frame(b []byte) bool {
	if s.brk != nil && s.sent == s.brk.After && !s.snap(b) {
		return false
	}
	s.sent++
	return s.write(b)
}

// finish breaks a stream that had fewer events than the fault waited for.
func (s *frames) finish() {
	if s.brk != nil && s.sent <= s.brk.After {
		s.snap(s.buf)
	}
}

func (s *frames) write(b []byte) bool {
	if _, err := s.x.w.Write(b); err != nil {
		return false
	}
	s.flush()
	return true
}

// flusher pushes out what was written. A client that is gone shows at the next
// write.
func flusher(w http.ResponseWriter) func() {
	if f, ok := w.(http.Flusher); ok {
		return f.Flush
	}
	return func() {}
}

// snap breaks the stream before the frame b, or in it; true when the stream
// goes on.
func (s *frames) snap(b []byte) bool {
	s.x.e.note(s.x.call, func(c *Call) { c.Error = string(s.brk.Kind) })
	switch s.brk.Kind {
	case BreakMidFrame:
		s.write(b[:len(b)/2])
	case BreakReset:
		reset(s.x.w)
	case BreakAbort:
		panic(http.ErrAbortHandler) // which net/http takes as the wish to close the connection
	case BreakStall:
		<-s.x.ctx.Done()
	case BreakException:
		s.exception(s.brk.Error)
	case BreakChecksum:
		s.write(corrupted(b))
	case BreakMalformed:
		s.write(eventstream.AppendEvent(nil, "contentBlockDelta", []byte(`{"contentBlockIndex":0,"delta":{"te`)))
	case BreakUnknownEvent:
		return s.write(eventstream.AppendEvent(nil, "causewayNews", []byte(`{"p":"abc"}`)))
	case BreakUnknownBlock:
		return s.write(eventstream.AppendEvent(nil, "contentBlockDelta",
			[]byte(`{"contentBlockIndex":0,"delta":{"causewayNews":{}},"p":"abc"}`)))
	}
	return false
}

// exception ends the stream with an error event. Its name is the code with a
// small first letter, as recorded.
func (s *frames) exception(f *Failure) {
	if f == nil {
		f = internal(msgReplyFail)
	}
	s.x.e.note(s.x.call, func(c *Call) { c.Error = f.Code })
	s.write(eventstream.AppendException(nil, lowerFirst(f.Code), append(appendString([]byte(`{"message":`), f.Message), '}')))
}

// corrupted is a copy of a frame with its last byte turned round.
func corrupted(b []byte) []byte {
	b = append([]byte(nil), b...)
	if len(b) > 0 {
		b[len(b)-1] ^= 0xff
	}
	return b
}

func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
