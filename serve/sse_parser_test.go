package serve_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// eventStream reads an event stream by the rules of the HTML standard, section
// 9.2.6 "Interpreting an event stream", and by nothing else. It is fed bytes as
// they come.
type eventStream struct {
	bom   int  // bytes of a byte order mark seen; 3: past it, or there is none
	wasCR bool // the last byte ended a line; an LF now belongs to it
	line  []byte

	data, kind, id string // the buffers of the event that is coming
	lastID         string // of the source
	retry          string
	events         []sseEvent
}

const byteOrderMark = "\xef\xbb\xbf"

func (s *eventStream) feed(b []byte) {
	for _, c := range b {
		if s.bom < 3 {
			if c == byteOrderMark[s.bom] {
				s.bom++
				continue
			}
			held := byteOrderMark[:s.bom]
			s.bom = 3
			s.line = append(s.line, held...)
		}
		switch {
		case c == '\n' && s.wasCR:
			s.wasCR = false
		case c == '\n' || c == '\r':
			s.wasCR = c == '\r'
			s.process(strings.ToValidUTF8(string(s.line), "\uFFFD"))
			s.line = s.line[:0]
		default:
			s.wasCR = false
			s.line = append(s.line, c)
		}
	}
}

func (s *eventStream) process(line string) {
	if line == "" {
		s.dispatch()
		return
	}
	field, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch field {
	case "event":
		s.kind = value
	case "data":
		s.data += value + "\n"
	case "id":
		if !strings.Contains(value, "\x00") {
			s.id = value
		}
	case "retry":
		if value != "" && strings.Trim(value, "0123456789") == "" {
			s.retry = value
		}
	}
}

func (s *eventStream) dispatch() {
	s.lastID = s.id
	data, kind := s.data, s.kind
	s.data, s.kind = "", ""
	if data == "" {
		return
	}
	if kind == "" {
		kind = "message"
	}
	s.events = append(s.events, sseEvent{s.lastID, kind, strings.TrimSuffix(data, "\n")})
}

// parseSSE reads events until n have come (all, for 0) or the stream ends.
func parseSSE(t *testing.T, r io.Reader, n int) []sseEvent {
	t.Helper()
	var s eventStream
	one := make([]byte, 1)
	if n == 0 {
		one = make([]byte, 4096)
	}
	for n == 0 || len(s.events) < n {
		got, err := r.Read(one)
		s.feed(one[:got])
		if err != nil {
			break
		}
	}
	return s.events
}

// The examples of the standard, and its corners.
func TestTheParserOfTheseTests(t *testing.T) {
	for _, tt := range []struct {
		name, stream string
		want         []sseEvent
	}{
		{"lines of data", "data: YHOO\ndata: +2\ndata: 10\n\n", []sseEvent{{"", "message", "YHOO\n+2\n10"}}},
		{"comments, ids, a reset id, one space", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event", []sseEvent{{"1", "message", "first event"}, {"", "message", "second event"}}},
		{"empty data", "data\n\ndata\ndata\n\ndata:", []sseEvent{{"", "message", ""}, {"", "message", "\n"}}},
		{"the space is optional", "data:test\n\ndata: test\n\n", []sseEvent{{"", "message", "test"}, {"", "message", "test"}}},
		{"a byte order mark, once", "\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n", []sseEvent{{"", "message", "a"}}},
		{"half a byte order mark", "\xef\xbbdata: a\n\ndata: b\n\n", []sseEvent{{"", "message", "b"}}},
		{"line ends of all kinds", "data: a\rdata: b\r\ndata: c\n\r\n\rdata: d\r\r", []sseEvent{{"", "message", "a\nb\nc"}, {"", "message", "d"}}},
		{"U+2028 ends no line", "data: a\u2028b\n\n", []sseEvent{{"", "message", "a\u2028b"}}},
		{"an id with NUL", "id: 1\ndata: a\n\nid: 2\x00\ndata: b\n\n", []sseEvent{{"1", "message", "a"}, {"1", "message", "b"}}},
		{"ids stay", "id: 1\ndata: a\n\ndata: b\n\n", []sseEvent{{"1", "message", "a"}, {"1", "message", "b"}}},
		{"types do not", "event: x\ndata: a\n\ndata: b\n\nevent: y\n\ndata: c\n\n", []sseEvent{{"", "x", "a"}, {"", "message", "b"}, {"", "message", "c"}}},
		{"unknown fields, and case", "Data: a\nfoo: b\ndata: c\n\n", []sseEvent{{"", "message", "c"}}},
		{"the last event without its end", "data: a\n\ndata: b\n", []sseEvent{{"", "message", "a"}}},
		{"only comments", ": a\n\n: b\n\n", nil},
	} {
		sameAtEveryBoundary(t, tt.name, []byte(tt.stream), tt.want)
	}
	var s eventStream
	s.feed([]byte("retry: 100\nretry: 1x\nretry:\n"))
	if s.retry != "100" {
		t.Errorf("retry is %q", s.retry)
	}
}

// sameAtEveryBoundary parses a stream whole, byte for byte, and in two pieces
// wherever it can be cut.
func sameAtEveryBoundary(t *testing.T, name string, raw []byte, want []sseEvent) {
	t.Helper()
	cut := func(pieces ...[]byte) {
		t.Helper()
		var s eventStream
		for _, piece := range pieces {
			s.feed(piece)
		}
		if !slices.Equal(want, s.events) {
			t.Fatalf("%s, in %d pieces, the first of %d bytes:\n%.2000q, want\n%.2000q", name, len(pieces), len(pieces[0]), s.events, want)
		}
	}
	cut(raw)
	cut(bytes.SplitAfter(raw, nil)...)
	if len(raw) > 1<<13 {
		return
	}
	for i := range raw {
		cut(raw[:i], raw[i:])
	}
}
