package message

import (
	"encoding/json"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Every part embeds llms.ContentPart and leaves it nil. The interface is
// sealed by an unexported method, so embedding it is the only way in;
// embedding llms.TextContent instead would promote its MarshalJSON and lose
// every other field.

// Reasoning is what a model thought before it answered. It is replayed
// verbatim: Bedrock checks Signature, and refuses the next turn of a tool loop
// when it is missing. Either Text or Redacted is set.
type Reasoning struct {
	llms.ContentPart
	Text      string
	Signature string // opaque; belongs to Text
	Redacted  []byte // encrypted by the provider; means nothing to us
}

// ToolResult answers one tool call. Unlike llms.ToolCallResponse it can say
// that the tool failed, and it can hold more than text.
type ToolResult struct {
	llms.ContentPart
	ToolCallID string
	Name       string             // the tool's name; not sent to Bedrock
	Parts      []llms.ContentPart // text, JSON, Image, Video, Document, SearchResult
	IsError    bool
}

// Image is a picture, inline (Data) or in S3 (Source).
type Image struct {
	llms.ContentPart
	MIMEType    string // image/png, image/jpeg, image/gif, image/webp
	Data        []byte
	Source      string // s3://bucket/key
	BucketOwner string // the account that owns the bucket, when it is another's
}

// Video is a moving picture, inline (Data) or in S3 (Source).
type Video struct {
	llms.ContentPart
	MIMEType    string // video/mp4, video/quicktime, video/webm, ...
	Data        []byte
	Source      string // s3://bucket/key
	BucketOwner string
}

// Audio is sound, inline (Data) or in S3 (Source).
type Audio struct {
	llms.ContentPart
	MIMEType    string // audio/mpeg, audio/wav, audio/ogg, ...
	Data        []byte
	Source      string // s3://bucket/key
	BucketOwner string
}

// Document is a file the model reads. Exactly one of Data, Text, Chunks and
// Source holds its content.
type Document struct {
	llms.ContentPart
	Name        string // shown to the model; unique within a conversation
	MIMEType    string // application/pdf, text/csv, text/markdown, ...; empty means text/plain
	Data        []byte
	Text        string   // plain text, sent as such
	Chunks      []string // plain text cut where citations may point
	Source      string   // s3://bucket/key
	BucketOwner string
	Context     string // what the model should know about the document
	Citations   bool   // ask for citations into it
}

// SearchResult is a passage found elsewhere that the model may cite.
type SearchResult struct {
	llms.ContentPart
	Source    string // where it was found, often a URL
	Title     string
	Content   []string // its text blocks
	Citations bool     // ask for citations into it
}

// JSON is a structured part of a tool result.
type JSON struct {
	llms.ContentPart
	Value json.RawMessage
}

// Cited is a piece of an answer with the sources it rests on.
type Cited struct {
	llms.ContentPart
	Text      string
	Citations []Citation
}

// Citation points at what a statement rests on.
type Citation struct {
	Title    string   `json:"title,omitempty"`
	Source   string   `json:"source,omitempty"`
	Quotes   []string `json:"quotes,omitempty"` // the cited text itself
	Location Location `json:"location,omitzero"`
}

// Location is a place within a source. Which fields mean something depends on
// Kind; Start is inclusive and End as the service sends it.
type Location struct {
	Kind   LocationKind `json:"kind"`
	Index  int          `json:"index,omitempty"` // of the document or search result in the request
	Start  int          `json:"start,omitempty"`
	End    int          `json:"end,omitempty"`
	URL    string       `json:"url,omitempty"`
	Domain string       `json:"domain,omitempty"`
}

// LocationKind is the unit a Location counts in.
type LocationKind string

// The kinds of location, one for each member of Bedrock's CitationLocation.
const (
	LocationChar   LocationKind = "char"   // characters of a document
	LocationChunk  LocationKind = "chunk"  // chunks of a document
	LocationPage   LocationKind = "page"   // pages of a document
	LocationSearch LocationKind = "search" // content blocks of a search result
	LocationWeb    LocationKind = "web"    // a web page: URL and Domain
)

// CachePoint ends a prefix that the service should keep. It stands in a
// message after what it caches; TTL is 0 (the service's default), 5m or 1h.
type CachePoint struct {
	llms.ContentPart
	TTL time.Duration
}

// Guarded is text, or an image, that a guardrail looks at. Where a request holds any,
// Bedrock's guardrail looks at nothing else.
type Guarded struct {
	llms.ContentPart
	Text       string
	Qualifiers []string // of text: grounding_source, query, guard_content
	MIMEType   string   // of Data: image/png, image/jpeg
	Data       []byte   // an image in place of Text
}
