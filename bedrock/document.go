package bedrock

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	smithydocument "github.com/aws/smithy-go/document"
)

// rawDocument is a Smithy document that holds its JSON ready made. The SDK's
// own encoder writes json.RawMessage as a list of bytes, quotes json.Number,
// writes a nil map as null and a time as nothing at all, and does not know
// json tags; and it encodes again on every call.
type rawDocument struct {
	document.Interface // nil; its unexported method is what makes a document
	json               []byte
}

// MarshalSmithyDocument returns the JSON.
func (d *rawDocument) MarshalSmithyDocument() ([]byte, error) { return d.json, nil }

// UnmarshalSmithyDocument decodes the JSON into v, for fakes of a Client that
// look at what they are asked.
func (d *rawDocument) UnmarshalSmithyDocument(v any) error { return json.Unmarshal(d.json, v) }

var emptyObject = []byte("{}")

// documentOf returns v as a document, encoded as encoding/json does. nil
// becomes an empty object: Bedrock takes nothing else.
func documentOf(v any) (*rawDocument, error) {
	b, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(b, []byte("null")) {
		b = emptyObject
	}
	return &rawDocument{json: b}, nil
}

// encodeJSON encodes without escaping <, > and &: models read it.
func encodeJSON(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok {
		if !json.Valid(raw) {
			return nil, errors.New("not valid JSON")
		}
		return raw, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// documentJSON returns the JSON of a document the service sent, numbers exact.
// nil gives nil.
func documentJSON(d smithydocument.Marshaler) (json.RawMessage, error) {
	if d == nil {
		return nil, nil
	}
	if v, ok := d.(interface{ Value() any }); ok {
		return encodeJSON(v.Value()) // its numbers are json.Number: exact, and never escaped
	}
	return d.MarshalSmithyDocument()
}
