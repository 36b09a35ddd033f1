package message

import (
	"fmt"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// decodePart returns the part whose stored form is w.
func decodePart(w wirePart) (llms.ContentPart, error) {
	switch w.Type {
	case "reasoning":
		return Reasoning{Text: w.Text, Signature: w.Signature, Redacted: w.Redacted}, nil
	case "tool_result":
		parts, err := decodeParts(w.Parts)
		return ToolResult{ToolCallID: w.ID, Name: w.Name, Parts: parts, IsError: w.IsError}, err
	case "image":
		return Image{MIMEType: w.MIMEType, Data: w.Data, Source: w.Source, BucketOwner: w.BucketOwner}, nil
	case "video":
		return Video{MIMEType: w.MIMEType, Data: w.Data, Source: w.Source, BucketOwner: w.BucketOwner}, nil
	case "audio":
		return Audio{MIMEType: w.MIMEType, Data: w.Data, Source: w.Source, BucketOwner: w.BucketOwner}, nil
	case "document":
		return Document{
			Name: w.Name, MIMEType: w.MIMEType, Data: w.Data, Text: w.Text, Chunks: w.Chunks,
			Source: w.Source, BucketOwner: w.BucketOwner, Context: w.Context, Citations: w.Cite,
		}, nil
	case "search_result":
		return SearchResult{Source: w.Source, Title: w.Title, Content: w.Content, Citations: w.Cite}, nil
	case "json":
		return JSON{Value: w.Value}, nil
	case "cited":
		return Cited{Text: w.Text, Citations: w.Citations}, nil
	case "cache_point":
		ttl, err := decodeTTL(w.TTL)
		return CachePoint{TTL: ttl}, err
	case "guarded":
		return Guarded{Text: w.Text, Qualifiers: w.Qualifiers, MIMEType: w.MIMEType, Data: w.Data}, nil
	}
	return decodeForeign(w)
}

// decodeForeign returns langchaingo's own parts.
func decodeForeign(w wirePart) (llms.ContentPart, error) {
	switch w.Type {
	case "text":
		return llms.TextContent{Text: w.Text}, nil
	case "binary":
		return llms.BinaryContent{MIMEType: w.MIMEType, Data: w.Data}, nil
	case "image_url":
		return llms.ImageURLContent{URL: w.URL, Detail: w.Detail}, nil
	case "tool_call":
		c := llms.ToolCall{ID: w.ID, Type: w.CallType}
		if w.Arguments != nil {
			c.FunctionCall = &llms.FunctionCall{Name: w.Name, Arguments: *w.Arguments}
		}
		return c, nil
	case "tool_response":
		return llms.ToolCallResponse{ToolCallID: w.ID, Name: w.Name, Content: w.Text}, nil
	case "cached":
		return decodeCached(w)
	}
	return nil, fmt.Errorf("unknown type of part %q", w.Type)
}

func decodeCached(w wirePart) (llms.ContentPart, error) {
	if len(w.Parts) != 1 {
		return nil, fmt.Errorf("a cached part holds one part, not %d", len(w.Parts))
	}
	inner, err := decodePart(w.Parts[0])
	if err != nil {
		return nil, err
	}
	ttl, err := decodeTTL(w.TTL)
	if err != nil {
		return nil, err
	}
	p := llms.CachedContent{ContentPart: inner}
	if w.Cache != "" || ttl != 0 {
		p.CacheControl = &llms.CacheControl{Type: w.Cache, Duration: ttl}
	}
	return p, nil
}

func decodeTTL(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("ttl %q is not a duration", s)
	}
	return d, nil
}
