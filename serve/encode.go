package serve

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/causeway-go/causeway/chain"
)

// stored is one event. Nearly all are pieces of text, and there may be thousands
// in a run: of those only what differs is kept.
type stored struct {
	text  string // the words of a piece, or JSON
	piece *piece
	at    int64 // nanoseconds since 1970, of a piece
}

// piece is what a piece of text has in common with those before it.
type piece struct {
	kind               chain.Kind
	whole              bool // text is the event, as JSON; nothing below is set
	runID, chain, step string
	turn               int
}

func (e *stored) kind() chain.Kind { return e.piece.kind }

// bytes is about what an event takes.
func (e *stored) bytes() int { return len(e.text) + 64 }

// encode writes an event down, once for all readers.
func (l *live) encode(kind chain.Kind, event any) stored {
	data, err := json.Marshal(event)
	if err != nil { // a step made a value that JSON has no form for
		data, _ = json.Marshal(chain.Event{Kind: kind, RunID: l.id, Error: "the event cannot be written as JSON"})
	}
	return stored{text: string(data), piece: &piece{kind: kind, whole: true}}
}

// tell appends an event of the run and wakes the readers.
func (l *live) tell(e chain.Event) {
	if !isText(&e) {
		l.add(e.Kind, e)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if same := (piece{e.Kind, false, e.RunID, e.Chain, e.Step, e.Turn}); l.piece == nil || *l.piece != same {
		l.piece = &piece{e.Kind, false, e.RunID, e.Chain, e.Step, e.Turn}
	}
	l.push(stored{l.words(e.Text), l.piece, e.Time.UnixNano()})
	l.wake()
}

// Sizes of the blocks that hold the words of a run.
const (
	firstBlock = 256
	lastBlock  = 16 << 10
)

// words copies text into the run's block: what a model's client says may be a
// part of something larger.
func (l *live) words(text string) string {
	if size := l.block.Cap(); size-l.block.Len() < len(text) {
		l.block = strings.Builder{}
		l.block.Grow(max(min(2*size, lastBlock), firstBlock, len(text)))
	}
	from := l.block.Len()
	l.block.WriteString(text)
	return l.block.String()[from:]
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
	if e.piece.whole {
		return append(b, e.text...)
	}
	b = appendString(append(b, `{"kind":`...), string(e.piece.kind))
	b = append(b, `,"time":"`...)
	b = time.Unix(0, e.at).AppendFormat(b, time.RFC3339Nano)
	b = appendString(append(b, `","runId":`...), e.piece.runID)
	b = appendString(append(b, `,"chain":`...), e.piece.chain)
	if e.piece.step != "" {
		b = appendString(append(b, `,"step":`...), e.piece.step)
	}
	if e.text != "" {
		b = appendString(append(b, `,"text":`...), e.text)
	}
	if e.piece.turn != 0 {
		b = strconv.AppendInt(append(b, `,"turn":`...), int64(e.piece.turn), 10)
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
