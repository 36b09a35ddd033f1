package eventstream

import (
	"encoding/binary"
	"hash/crc32"
)

// ContentType is the media type of a response that holds frames.
const ContentType = "application/vnd.amazon.eventstream"

const (
	preludeLen = 12 // total length, header length, their CRC
	trailerLen = 4  // the CRC of everything
	stringType = 7  // the header value type of a string
)

// AppendEvent appends a frame that carries one event with a JSON payload.
func AppendEvent(dst []byte, eventType string, payload []byte) []byte {
	return appendFrame(dst, ":event-type", eventType, "event", payload)
}

// AppendException appends a frame that carries a modelled exception, such as
// throttlingException, with a JSON payload.
func AppendException(dst []byte, exceptionType string, payload []byte) []byte {
	return appendFrame(dst, ":exception-type", exceptionType, "exception", payload)
}

func appendFrame(dst []byte, nameHeader, name, messageType string, payload []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, preludeLen)...)
	dst = appendHeader(dst, nameHeader, name)
	dst = appendHeader(dst, ":content-type", "application/json")
	dst = appendHeader(dst, ":message-type", messageType)
	headerLen := len(dst) - start - preludeLen
	dst = append(dst, payload...)

	frame := dst[start:]
	binary.BigEndian.PutUint32(frame[0:], uint32(len(frame)+trailerLen))
	binary.BigEndian.PutUint32(frame[4:], uint32(headerLen))
	binary.BigEndian.PutUint32(frame[8:], crc32.ChecksumIEEE(frame[:8]))
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(frame))
}

func appendHeader(dst []byte, name, value string) []byte {
	dst = append(dst, byte(len(name)))
	dst = append(dst, name...)
	dst = append(dst, stringType)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(value)))
	return append(dst, value...)
}
