package bedrock

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// Deltas and what they point to, allocated at once.
type (
	textDelta struct {
		types.ContentBlockDeltaEvent
		index int32
		delta types.ContentBlockDeltaMemberText
	}
	toolDelta struct {
		types.ContentBlockDeltaEvent
		index int32
		delta types.ContentBlockDeltaMemberToolUse
		input string
	}
	thoughtDelta struct {
		types.ContentBlockDeltaEvent
		index int32
		delta types.ContentBlockDeltaMemberReasoningContent
		text  types.ReasoningContentBlockDeltaMemberText
	}
)

// decodeDelta reads a frame that holds a delta of text, reasoning or tool
// input, and returns nil for every other: the SDK reads those.
func decodeDelta(frame []byte) *types.ContentBlockDeltaEvent {
	payload := payloadOf(frame, "contentBlockDelta")
	if payload == nil {
		return nil
	}
	s := scanner{rest: payload}
	var index int32
	var kind, value string
	hasIndex := false
	for more := s.open(); more; more = s.next() {
		switch string(s.key()) {
		case "contentBlockIndex":
			index, hasIndex = s.integer(), true
		case "delta":
			if kind != "" {
				return nil
			}
			kind, value = s.delta()
		case "p": // padding, against guessing a text by its length
			s.skipString()
		default:
			return nil
		}
	}
	if s.bad || len(s.rest) > 0 || !hasIndex {
		return nil
	}
	return newDelta(kind, index, value)
}

func newDelta(kind string, index int32, value string) *types.ContentBlockDeltaEvent {
	switch kind {
	case "text":
		d := &textDelta{index: index}
		d.delta.Value = value
		d.ContentBlockIndex, d.Delta = &d.index, &d.delta
		return &d.ContentBlockDeltaEvent
	case "toolUse":
		d := &toolDelta{index: index, input: value}
		d.delta.Value.Input = &d.input
		d.ContentBlockIndex, d.Delta = &d.index, &d.delta
		return &d.ContentBlockDeltaEvent
	case "reasoningContent":
		d := &thoughtDelta{index: index}
		d.text.Value = value
		d.delta.Value = &d.text
		d.ContentBlockIndex, d.Delta = &d.index, &d.delta
		return &d.ContentBlockDeltaEvent
	}
	return nil
}

// delta reads {"text":"…"}, {"toolUse":{"input":"…"}} or
// {"reasoningContent":{"text":"…"}}.
func (s *scanner) delta() (kind, value string) {
	if !s.open() {
		s.bad = true
		return "", ""
	}
	switch key := s.key(); string(key) {
	case "text":
		kind, value = "text", s.string()
	case "toolUse":
		kind, value = "toolUse", s.only("input")
	case "reasoningContent":
		kind, value = "reasoningContent", s.only("text")
	default:
		s.bad = true
	}
	if s.next() {
		s.bad = true
	}
	return kind, value
}

// only reads an object that has that key alone.
func (s *scanner) only(key string) string {
	if !s.open() || string(s.key()) != key {
		s.bad = true
		return ""
	}
	value := s.string()
	if s.next() {
		s.bad = true
	}
	return value
}

// scanner reads the JSON of small objects as Bedrock writes it: without white
// space and without escapes in keys. Anything else sets bad, and everything
// after that is idle.
type scanner struct {
	rest []byte
	bad  bool
}

// take reads one byte, and whether it is c.
func (s *scanner) take(c byte) bool {
	if s.bad || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// open enters an object and reports whether it has a member.
func (s *scanner) open() bool {
	if !s.take('{') {
		s.bad = true
		return false
	}
	return !s.take('}')
}

// next goes to the next member, or leaves the object and returns false.
func (s *scanner) next() bool {
	if s.take(',') {
		return true
	}
	if !s.take('}') {
		s.bad = true
	}
	return false
}

// key reads a member's name and its colon.
func (s *scanner) key() []byte {
	token, plain := s.token()
	if !plain || !s.take(':') {
		s.bad = true
		return nil
	}
	return token
}

// token reads a string's inside, and reports whether it means what it says:
// no escapes, nothing that JSON forbids, and valid UTF-8.
func (s *scanner) token() (inside []byte, plain bool) {
	if !s.take('"') {
		s.bad = true
		return nil, false
	}
	plain = true
	ascii := true
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			inside, s.rest = s.rest[:i], s.rest[i+1:]
			return inside, plain && (ascii || utf8.Valid(inside))
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			s.bad = true
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	s.bad = true
	return nil, false
}

// string reads a string value.
func (s *scanner) string() string {
	before := s.rest
	inside, plain := s.token()
	if s.bad {
		return ""
	}
	if plain {
		return string(inside)
	}
	var value string
	if !utf8.Valid(inside) || json.Unmarshal(before[:len(before)-len(s.rest)], &value) != nil {
		s.bad = true
	}
	return value
}

// skipString reads a string that nobody wants. It must be plain, so that what
// is no JSON is never passed over.
func (s *scanner) skipString() {
	if _, plain := s.token(); !plain {
		s.bad = true
	}
}

// integer reads a small number without sign, fraction or exponent.
func (s *scanner) integer() int32 {
	var n int32
	digits := 0
	leadingZero := len(s.rest) > 1 && s.rest[0] == '0' && s.rest[1] >= '0' && s.rest[1] <= '9'
	for len(s.rest) > 0 && s.rest[0] >= '0' && s.rest[0] <= '9' {
		n = n*10 + int32(s.rest[0]-'0')
		s.rest = s.rest[1:]
		digits++
	}
	if digits == 0 || digits > 6 || leadingZero {
		s.bad = true
	}
	return n
}
