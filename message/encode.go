package message

import (
	"fmt"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// encodePart returns the stored form of p.
func encodePart(p llms.ContentPart) (wirePart, error) {
	switch p := p.(type) {
	case Reasoning:
		return wirePart{Type: "reasoning", Text: p.Text, Signature: p.Signature, Redacted: p.Redacted}, nil
	case ToolResult:
		parts, err := encodeParts(p.Parts)
		return wirePart{Type: "tool_result", ID: p.ToolCallID, Name: p.Name, Parts: parts, IsError: p.IsError}, err
	case Image:
		return encodeMedia("image", p.MIMEType, p.Data, p.Source, p.BucketOwner), nil
	case Video:
		return encodeMedia("video", p.MIMEType, p.Data, p.Source, p.BucketOwner), nil
	case Audio:
		return encodeMedia("audio", p.MIMEType, p.Data, p.Source, p.BucketOwner), nil
	case Document:
		w := encodeMedia("document", p.MIMEType, p.Data, p.Source, p.BucketOwner)
		w.Name, w.Text, w.Chunks, w.Context, w.Cite = p.Name, p.Text, p.Chunks, p.Context, p.Citations
		return w, nil
	case SearchResult:
		return wirePart{Type: "search_result", Source: p.Source, Title: p.Title, Content: p.Content, Cite: p.Citations}, nil
	case JSON:
		return wirePart{Type: "json", Value: p.Value}, nil
	case Cited:
		return wirePart{Type: "cited", Text: p.Text, Citations: p.Citations}, nil
	case CachePoint:
		return wirePart{Type: "cache_point", TTL: encodeTTL(p.TTL)}, nil
	case Guarded:
		return wirePart{Type: "guarded", Text: p.Text, Qualifiers: p.Qualifiers, MIMEType: p.MIMEType, Data: p.Data}, nil
	}
	return encodeForeign(p)
}

// encodeForeign returns the stored form of langchaingo's own parts.
func encodeForeign(p llms.ContentPart) (wirePart, error) {
	switch p := p.(type) {
	case llms.TextContent:
		return wirePart{Type: "text", Text: p.Text}, nil
	case llms.BinaryContent:
		return wirePart{Type: "binary", MIMEType: p.MIMEType, Data: p.Data}, nil
	case llms.ImageURLContent:
		return wirePart{Type: "image_url", URL: p.URL, Detail: p.Detail}, nil
	case llms.ToolCall:
		w := wirePart{Type: "tool_call", ID: p.ID, CallType: p.Type}
		if p.FunctionCall != nil {
			w.Name, w.Arguments = p.FunctionCall.Name, &p.FunctionCall.Arguments
		}
		return w, nil
	case llms.ToolCallResponse:
		return wirePart{Type: "tool_response", ID: p.ToolCallID, Name: p.Name, Text: p.Content}, nil
	case llms.CachedContent:
		return encodeCached(p)
	}
	return wirePart{}, fmt.Errorf("%T is not a part this version knows", p)
}

func encodeMedia(kind, mime string, data []byte, source, owner string) wirePart {
	return wirePart{Type: kind, MIMEType: mime, Data: data, Source: source, BucketOwner: owner}
}

func encodeCached(p llms.CachedContent) (wirePart, error) {
	inner, err := encodePart(p.ContentPart)
	if err != nil {
		return wirePart{}, err
	}
	w := wirePart{Type: "cached", Parts: []wirePart{inner}}
	if c := p.CacheControl; c != nil {
		w.Cache, w.TTL = c.Type, encodeTTL(c.Duration)
	}
	return w, nil
}

func encodeTTL(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
