package message

import (
	"encoding/json"
	"fmt"

	"github.com/tmc/langchaingo/llms"
)

// Marshal returns msgs as a JSON array that [Unmarshal] turns back into the
// same messages, every part of this package's and of langchaingo's included.
//
//	[{"role":"human","parts":[{"type":"text","text":"Where is my order?"}]}]
func Marshal(msgs []llms.MessageContent) ([]byte, error) {
	wire := make([]wireMessage, len(msgs))
	for i, m := range msgs {
		parts, err := encodeParts(m.Parts)
		if err != nil {
			return nil, fmt.Errorf("message: encode message %d: %w", i, err)
		}
		wire[i] = wireMessage{Role: m.Role, Parts: parts}
	}
	return json.Marshal(wire)
}

// Unmarshal reads what [Marshal] wrote. Unknown types of part are errors: a
// newer program wrote them, and dropping them would change the conversation.
func Unmarshal(data []byte) ([]llms.MessageContent, error) {
	var wire []wireMessage
	if err := json.Unmarshal(data, &wire); err != nil {
		return nil, fmt.Errorf("message: decode: %w", err)
	}
	msgs := make([]llms.MessageContent, len(wire))
	for i, w := range wire {
		parts, err := decodeParts(w.Parts)
		if err != nil {
			return nil, fmt.Errorf("message: decode message %d: %w", i, err)
		}
		msgs[i] = llms.MessageContent{Role: w.Role, Parts: parts}
	}
	return msgs, nil
}

// wireMessage is the stored form of a message.
type wireMessage struct {
	Role  llms.ChatMessageType `json:"role"`
	Parts []wirePart           `json:"parts"`
}

// wirePart is the stored form of every part: Type says which, and which of the
// other fields mean something.
type wirePart struct {
	Type string `json:"type"`

	Text      string          `json:"text,omitempty"`
	Signature string          `json:"signature,omitempty"`
	Redacted  []byte          `json:"redacted,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	CallType  string          `json:"callType,omitempty"`
	Arguments *string         `json:"arguments,omitempty"`
	Content   []string        `json:"content,omitempty"`
	Parts     []wirePart      `json:"parts,omitempty"`
	IsError   bool            `json:"isError,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"`

	MIMEType    string   `json:"mimeType,omitempty"`
	Data        []byte   `json:"data,omitempty"`
	Source      string   `json:"source,omitempty"`
	BucketOwner string   `json:"bucketOwner,omitempty"`
	Chunks      []string `json:"chunks,omitempty"`
	Context     string   `json:"context,omitempty"`
	Cite        bool     `json:"cite,omitempty"`

	URL        string     `json:"url,omitempty"`
	Detail     string     `json:"detail,omitempty"`
	Title      string     `json:"title,omitempty"`
	Citations  []Citation `json:"citations,omitempty"`
	Qualifiers []string   `json:"qualifiers,omitempty"`
	Cache      string     `json:"cache,omitempty"` // langchaingo's cache type
	TTL        string     `json:"ttl,omitempty"`   // a Go duration
}

func encodeParts(parts []llms.ContentPart) ([]wirePart, error) {
	wire := make([]wirePart, len(parts))
	for i, p := range parts {
		w, err := encodePart(p)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		wire[i] = w
	}
	return wire, nil
}

func decodeParts(wire []wirePart) ([]llms.ContentPart, error) {
	if wire == nil {
		return nil, nil
	}
	parts := make([]llms.ContentPart, len(wire))
	for i, w := range wire {
		p, err := decodePart(w)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		parts[i] = p
	}
	return parts, nil
}

// marshalPart is the MarshalJSON of every part.
func marshalPart(p llms.ContentPart) ([]byte, error) {
	w, err := encodePart(p)
	if err != nil {
		return nil, err
	}
	return json.Marshal(w)
}

// Each part has a MarshalJSON of its own: without it, the embedded interface
// would be written as a field named ContentPart.

// MarshalJSON writes the form that Marshal writes.
func (p Reasoning) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p ToolResult) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Image) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Video) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Audio) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Document) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p SearchResult) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p JSON) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Cited) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p CachePoint) MarshalJSON() ([]byte, error) { return marshalPart(p) }

// MarshalJSON writes the form that Marshal writes.
func (p Guarded) MarshalJSON() ([]byte, error) { return marshalPart(p) }
