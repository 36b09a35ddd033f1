package emulator

import (
	"encoding/json"
	"strings"
)

// Block is one piece of a message, as Converse writes it: exactly one field is
// set. In a reply these count: Text, Reasoning, ToolUse, Citations.
type Block struct {
	Text         *string         `json:"text,omitempty"`
	Reasoning    *Reasoning      `json:"reasoningContent,omitempty"`
	ToolUse      *ToolUse        `json:"toolUse,omitempty"`
	ToolResult   *ToolResult     `json:"toolResult,omitempty"`
	Image        *Media          `json:"image,omitempty"`
	Video        *Media          `json:"video,omitempty"`
	Audio        *Media          `json:"audio,omitempty"`
	Document     *Document       `json:"document,omitempty"`
	CachePoint   *CachePoint     `json:"cachePoint,omitempty"`
	Guarded      *Guarded        `json:"guardContent,omitempty"`
	Citations    *Cited          `json:"citationsContent,omitempty"`
	SearchResult *SearchResult   `json:"searchResult,omitempty"`
	JSON         json.RawMessage `json:"json,omitempty"` // in a tool result only
	ToolAddition json.RawMessage `json:"toolAddition,omitempty"`
	ToolRemoval  json.RawMessage `json:"toolRemoval,omitempty"`
}

// Reasoning is what the model thought: text with its signature, or bytes that
// only the provider can read.
type Reasoning struct {
	Text     *ReasoningText `json:"reasoningText,omitempty"`
	Redacted []byte         `json:"redactedContent,omitempty"`
}

// ReasoningText is readable reasoning.
type ReasoningText struct {
	Signature string `json:"signature,omitempty"`
	Text      string `json:"text"`
}

// ToolUse is a tool call. In a reply an empty ID is filled and a nil Input is
// an empty object.
type ToolUse struct {
	Input json.RawMessage `json:"input"`
	Name  string          `json:"name"`
	ID    string          `json:"toolUseId"`
	Type  string          `json:"type,omitempty"`
}

// ToolResult answers a tool call.
type ToolResult struct {
	Content []Block `json:"content"`
	Status  string  `json:"status,omitempty"` // success or error
	ID      string  `json:"toolUseId"`
	Type    string  `json:"type,omitempty"`
}

// Text is the result's text, its JSON parts as they are.
func (t *ToolResult) Text() string { return textOf(t.Content) }

// Source is where the bytes of an image, a video, a sound or a document are.
// Exactly one field is set; Text and Content are for documents.
type Source struct {
	Bytes   []byte          `json:"bytes,omitempty"`
	S3      *S3Location     `json:"s3Location,omitempty"`
	Text    *string         `json:"text,omitempty"`
	Content json.RawMessage `json:"content,omitempty"`
}

// S3Location is an object in S3.
type S3Location struct {
	URI   string `json:"uri"`
	Owner string `json:"bucketOwner,omitempty"`
}

// Media is an image, a video or a sound.
type Media struct {
	Format string `json:"format"`
	Source Source `json:"source"`
}

// Document is a file.
type Document struct {
	Format    string `json:"format,omitempty"`
	Name      string `json:"name"`
	Source    Source `json:"source"`
	Context   string `json:"context,omitempty"`
	Citations *struct {
		Enabled bool `json:"enabled"`
	} `json:"citations,omitempty"`
}

// CachePoint ends a prefix to be cached.
type CachePoint struct {
	Type string `json:"type"`
	TTL  string `json:"ttl,omitempty"`
}

// Guarded is content that a guardrail looks at.
type Guarded struct {
	Text *struct {
		Text       string   `json:"text"`
		Qualifiers []string `json:"qualifiers,omitempty"`
	} `json:"text,omitempty"`
	Image *Media `json:"image,omitempty"`
}

// Cited is text with the sources it rests on.
type Cited struct {
	Citations []json.RawMessage `json:"citations"` // Converse's Citation objects
	Content   []CitedText       `json:"content"`
}

// CitedText is a piece of cited text.
type CitedText struct {
	Text string `json:"text"`
}

// SearchResult is a passage found elsewhere.
type SearchResult struct {
	Source  string `json:"source"`
	Title   string `json:"title"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
	Citations json.RawMessage `json:"citations,omitempty"`
}

// kinds counts the fields that are set; a block must have one.
func (b *Block) kinds() int {
	n := 0
	for _, set := range [...]bool{
		b.Text != nil, b.Reasoning != nil, b.ToolUse != nil, b.ToolResult != nil,
		b.Image != nil, b.Video != nil, b.Audio != nil, b.Document != nil,
		b.CachePoint != nil, b.Guarded != nil, b.Citations != nil, b.SearchResult != nil,
		b.JSON != nil, b.ToolAddition != nil, b.ToolRemoval != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

// text is what a reader would read in the block: text, guarded and cited text,
// JSON as it is written. Tool results are not text of their message.
func (b *Block) text() string {
	switch {
	case b.Text != nil:
		return *b.Text
	case b.Guarded != nil && b.Guarded.Text != nil:
		return b.Guarded.Text.Text
	case b.Citations != nil:
		var s strings.Builder
		for _, c := range b.Citations.Content {
			s.WriteString(c.Text)
		}
		return s.String()
	case b.JSON != nil:
		return string(b.JSON)
	}
	return ""
}
