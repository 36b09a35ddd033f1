package eventstream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Frame is one frame read back.
type Frame struct {
	Headers map[string]string
	Payload []byte
	Size    int // bytes the whole frame takes
}

// ErrShort says that the bytes end within a frame.
var ErrShort = errors.New("eventstream: the bytes end within a frame")

// MaxFrame is the largest frame Read accepts, as AWS's own decoders do.
const MaxFrame = 16 << 20

// Read reads the first frame of b. Only string headers are understood, which
// is all Bedrock sends.
func Read(b []byte) (Frame, error) {
	if len(b) < preludeLen+trailerLen {
		return Frame{}, ErrShort
	}
	total, headers := int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:]))
	switch {
	case crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]):
		return Frame{}, errors.New("eventstream: wrong checksum of the prelude")
	case total > MaxFrame || total < preludeLen+trailerLen || headers > total-preludeLen-trailerLen:
		return Frame{}, fmt.Errorf("eventstream: a frame of %d bytes with %d bytes of headers", total, headers)
	case len(b) < total:
		return Frame{}, ErrShort
	case crc32.ChecksumIEEE(b[:total-trailerLen]) != binary.BigEndian.Uint32(b[total-trailerLen:]):
		return Frame{}, errors.New("eventstream: wrong checksum of the frame")
	}
	f := Frame{Payload: b[preludeLen+headers : total-trailerLen], Size: total}
	var err error
	f.Headers, err = readHeaders(b[preludeLen : preludeLen+headers])
	return f, err
}

func readHeaders(b []byte) (map[string]string, error) {
	headers := make(map[string]string, 3)
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n+3 {
			return nil, errors.New("eventstream: a header is cut short")
		}
		name, kind := string(b[1:1+n]), b[1+n]
		if kind != stringType {
			return nil, fmt.Errorf("eventstream: header %q has type %d, want a string", name, kind)
		}
		size := int(binary.BigEndian.Uint16(b[2+n:]))
		if b = b[4+n:]; len(b) < size {
			return nil, errors.New("eventstream: a header is cut short")
		}
		headers[name], b = string(b[:size]), b[size:]
	}
	return headers, nil
}
