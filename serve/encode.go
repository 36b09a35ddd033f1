package serve

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/causeway-go/causeway/chain"
)

// tell appends an event of the run and wakes the readers. Nearly all events are
// pieces of text: those are written by hand, many into one block of memory, and
// allocate nothing of their own.
func (l *live) tell(e chain.Event) {
	if !isText(&e) {
		l.add(e.Kind, e)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.push(stored{e.Kind, l.write(&e)})
	l.wake()
}

// Sizes of the blocks that hold a run's events.
const (
	firstBlock = 1 << 10
	lastBlock  = 16 << 10
)

// write encodes a piece of text into the run's block.
func (l *live) write(e *chain.Event) []byte {
	need := 160 + len(e.RunID) + len(e.Chain) + len(e.Step) + len(e.Text)*9/8
	if cap(l.block)-len(l.block) < need {
		size := min(max(2*cap(l.block), firstBlock), lastBlock)
		l.block = make([]byte, 0, max(size, need))
	}
	from := len(l.block)
	l.block = appendText(l.block, e) // more than needed moves it, and leaves the events before where they are
	return l.block[from:len(l.block):len(l.block)]
}

// isText reports whether an event is no more than a piece of text.
func isText(e *chain.Event) bool {
	year := e.Time.Year()
	return e.Tool == nil && e.Retry == nil && e.Model == "" && e.StopReason == "" && e.Usage == nil && e.Prompt == nil &&
		e.FirstToken == 0 && e.Duration == 0 && e.Attempts == 0 && e.Waited == 0 && !e.Skipped && len(e.Values) == 0 &&
		e.Interrupt == nil && e.Error == "" && len(e.Labels) == 0 && year >= 1 && year <= 9999
}

// appendText appends what encoding/json would write of such an event.
func appendText(b []byte, e *chain.Event) []byte {
	b = appendString(append(b, `{"kind":`...), string(e.Kind))
	b = append(b, `,"time":"`...)
	b = e.Time.AppendFormat(b, time.RFC3339Nano)
	b = appendString(append(b, `","runId":`...), e.RunID)
	b = appendString(append(b, `,"chain":`...), e.Chain)
	if e.Step != "" {
		b = appendString(append(b, `,"step":`...), e.Step)
	}
	if e.Text != "" {
		b = appendString(append(b, `,"text":`...), e.Text)
	}
	if e.Turn != 0 {
		b = strconv.AppendInt(append(b, `,"turn":`...), int64(e.Turn), 10)
	}
	return append(b, '}')
}

// appendString appends a JSON string. What is not plainly itself is left to
// encoding/json.
func appendString(b []byte, s string) []byte {
	from := len(b)
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '"', c == '\\':
			b = append(b, '\\', c)
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
				return appendOdd(b[:from], s)
			}
			b = append(b, s[i:i+size]...)
			i += size - 1
		case c < ' ', c == 0x7f, c == '<', c == '>', c == '&':
			return appendOdd(b[:from], s)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func appendOdd(b []byte, s string) []byte {
	odd, _ := json.Marshal(s) // every string has a form
	return append(b, odd...)
}
