package bedrock

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"
)

// Sizes of a frame's parts, from the event stream encoding of the AWS
// documentation: total length, headers' length, checksum of both; at the end
// the checksum of all.
const (
	preludeLen  = 12
	checksumLen = 4
	maxFrameLen = 1 << 20 // larger ones are left to the SDK and its own limits
	maxKeptLen  = 1 << 14 // larger buffers are not kept
)

// DeserializeEventMessage reads one event. io.EOF is the end of the stream, as
// it is from the SDK, also within a frame: who reads on decides by messageStop.
func (p *fastProtocol) DeserializeEventMessage(schema *smithy.Schema, types *smithy.TypeRegistry, r io.Reader) (smithy.Deserializable, error) {
	buf := p.frames.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= maxKeptLen {
			p.frames.Put(buf)
		}
	}()
	buf.Reset()
	err := readFrame(buf, r)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	frame := buf.Bytes()
	switch {
	case err != nil: // cut off: the SDK says whether that, or what came before, is what is wrong
		return p.delegate(schema, types, bytes.NewReader(frame))
	case len(frame) == preludeLen: // its length is out of bounds
		return p.delegate(schema, types, io.MultiReader(bytes.NewReader(frame), r))
	case schema == schemas.ConverseStreamOutput:
		if event := decodeDelta(frame); event != nil {
			return event, nil
		}
	}
	return p.delegate(schema, types, bytes.NewReader(frame))
}

func (p *fastProtocol) delegate(schema *smithy.Schema, types *smithy.TypeRegistry, r io.Reader) (smithy.Deserializable, error) {
	d := p.decoder.Get().(*restjson1.Protocol)
	defer p.decoder.Put(d)
	return d.DeserializeEventMessage(schema, types, r)
}

// readFrame reads a whole frame into buf, or only its prelude when the length
// that this names is not one to trust. After an error buf holds what came.
func readFrame(buf *bytes.Buffer, r io.Reader) error {
	buf.Grow(512)
	prelude := buf.AvailableBuffer()[:preludeLen]
	n, err := io.ReadFull(r, prelude)
	buf.Write(prelude[:n])
	if err != nil {
		return err
	}
	total := binary.BigEndian.Uint32(prelude)
	if total < preludeLen+checksumLen || total > maxFrameLen || crc32.ChecksumIEEE(prelude[:8]) != binary.BigEndian.Uint32(prelude[8:]) {
		return nil
	}
	rest := int(total) - preludeLen
	buf.Grow(rest)
	body := buf.AvailableBuffer()[:rest]
	n, err = io.ReadFull(r, body)
	buf.Write(body[:n])
	return err
}

// payloadOf returns the JSON of a frame that is an event of that type and
// whose checksum is right; nil for any other.
func payloadOf(frame []byte, eventType string) []byte {
	end := len(frame) - checksumLen
	headersEnd := preludeLen + int(binary.BigEndian.Uint32(frame[4:]))
	if headersEnd > end || crc32.ChecksumIEEE(frame[:end]) != binary.BigEndian.Uint32(frame[end:]) {
		return nil
	}
	isEvent, isType := false, false
	for h := frame[preludeLen:headersEnd]; len(h) > 0; {
		name, value, rest, ok := stringHeader(h)
		switch {
		case !ok:
			return nil
		case string(name) == ":message-type":
			isEvent = string(value) == "event"
		case string(name) == ":event-type":
			isType = string(value) == eventType
		}
		h = rest
	}
	if !isEvent || !isType {
		return nil
	}
	return frame[headersEnd:end]
}

// stringHeader takes a header off h. Only strings, type 7, are taken: Bedrock
// sends no others.
func stringHeader(h []byte) (name, value, rest []byte, ok bool) {
	n := int(h[0])
	if len(h) < 1+n+3 || h[1+n] != 7 {
		return nil, nil, nil, false
	}
	name = h[1 : 1+n]
	size := int(binary.BigEndian.Uint16(h[2+n:]))
	value = h[4+n:]
	if len(value) < size {
		return nil, nil, nil, false
	}
	return name, value[:size], value[size:], true
}
