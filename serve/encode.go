package serve

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/causeway-go/causeway/chain"
)

// stored is one event. Nearly all are pieces of text, and there may be thousands
// in a run: of those only what differs is kept.
type stored struct {
	kind  chain.Kind
	data  []byte // JSON, or the words of a piece
	piece *piece // nil of JSON
	at    int64  // nanoseconds since 1970
}

// piece is what pieces of text have in common with those before them.
type piece struct {
	runID, chain, step string
	turn               int
}

// tell appends an event of the run and wakes the readers.
func (l *live) tell(e chain.Event) {
	if !isText(&e) {
		l.add(e.Kind, e)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.piece; p == nil || p.step != e.Step || p.turn != e.Turn || p.runID != e.RunID || p.chain != e.Chain {
		l.piece = &piece{e.RunID, e.Chain, e.Step, e.Turn}
	}
	l.push(stored{e.Kind, l.words(e.Text), l.piece, e.Time.UnixNano()})
	l.wake()
}

// Sizes of the blocks that hold the words of a run.
const (
	firstBlock = 256
	lastBlock  = 16 << 10
)

// words copies text into the run's block: what a model's client says may be a
// part of something larger.
func (l *live) words(text string) []byte {
	if cap(l.block)-len(l.block) < len(text) {
		l.block = make([]byte, 0, max(min(2*cap(l.block), lastBlock), firstBlock, len(text)))
	}
	from := len(l.block)
	l.block = append(l.block, text...)
	return l.block[from:len(l.block):len(l.block)]
}

// isText reports whether an event is no more than a piece of text.
func isText(e *chain.Event) bool {
	year := e.Time.Year()
	return year > 1700 && year < 2200 && e.Time.Location() == time.Local && e.Tool == nil && e.Retry == nil && e.Model == "" && e.StopReason == "" && e.Usage == nil && e.Prompt == nil &&
		e.FirstToken == 0 && e.Duration == 0 && e.Attempts == 0 && e.Waited == 0 && !e.Skipped && len(e.Values) == 0 &&
		e.Interrupt == nil && e.Error == "" && len(e.Labels) == 0
}

// appendJSON appends the event as encoding/json writes it.
func (e *stored) appendJSON(b []byte) []byte {
	if e.piece == nil {
		return append(b, e.data...)
	}
	b = appendString(append(b, `{"kind":`...), string(e.kind))
	b = append(b, `,"time":"`...)
	b = time.Unix(0, e.at).AppendFormat(b, time.RFC3339Nano)
	b = appendString(append(b, `","runId":`...), e.piece.runID)
	b = appendString(append(b, `,"chain":`...), e.piece.chain)
	if e.piece.step != "" {
		b = appendString(append(b, `,"step":`...), e.piece.step)
	}
	if len(e.data) > 0 {
		b = appendString(append(b, `,"text":`...), e.data)
	}
	if e.piece.turn != 0 {
		b = strconv.AppendInt(append(b, `,"turn":`...), int64(e.piece.turn), 10)
	}
	return append(b, '}')
}

// appendString appends a JSON string. What is not plainly itself is left to
// encoding/json.
func appendString[T string | []byte](b []byte, s T) []byte {
	from := len(b)
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '"', c == '\\':
			b = append(b, '\\', c)
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
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

func appendOdd[T string | []byte](b []byte, s T) []byte {
	odd, _ := json.Marshal(string(s)) // every string has a form
	return append(b, odd...)
}
