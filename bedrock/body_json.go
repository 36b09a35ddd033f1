package bedrock

import (
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
)

// jsonWriter appends JSON. Once bad is set, what was written is of no use.
type jsonWriter struct {
	buf []byte
	bad bool
}

// buffers holds what long requests were written into. Larger ones than
// maxBuffer are left to the garbage collector.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxBuffer = 1 << 20

// takeBuffer returns an empty buffer of at least that capacity.
func takeBuffer(size int) []byte {
	b := *buffers.Get().(*[]byte)
	if cap(b) < size {
		b = make([]byte, 0, size)
	}
	return b[:0]
}

func giveBuffer(b []byte) {
	if b != nil && cap(b) <= maxBuffer {
		buffers.Put(&b)
	}
}

func (w *jsonWriter) raw(s string) { w.buf = append(w.buf, s...) }

// str writes a string. Bytes that are no UTF-8 become the replacement
// character, as they do in encoding/json and in the SDK.
func (w *jsonWriter) str(s string) {
	w.buf = append(w.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		escaped := ""
		switch {
		case c == '"':
			escaped = `\"`
		case c == '\\':
			escaped = `\\`
		case c == '\n':
			escaped = `\n`
		case c < ' ':
			escaped = `\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
		default:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
				escaped = `\ufffd`
			}
		}
		if escaped != "" {
			w.buf = append(append(w.buf, s[start:i]...), escaped...)
			start = i + size
		}
		i += size
	}
	w.buf = append(append(w.buf, s[start:]...), '"')
}

// member writes a member that has to be there, with its key.
func (w *jsonWriter) member(key string, s *string) {
	if s == nil {
		w.bad = true // the SDK checked that what is required is there
		return
	}
	w.raw(key)
	w.str(*s)
}

// document writes a document of ours.
func (w *jsonWriter) document(d document.Interface) {
	raw, ok := d.(*rawDocument)
	if !ok {
		w.bad = true
		return
	}
	w.buf = append(w.buf, raw.json...)
}

// list writes n items between brackets.
func (w *jsonWriter) list(n int, item func(i int)) {
	w.raw("[")
	for i := range n {
		if i > 0 {
			w.raw(",")
		}
		item(i)
	}
	w.raw("]")
}
