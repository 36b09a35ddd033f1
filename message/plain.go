package message

import (
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Plain returns msgs in langchaingo's own parts, for models that do not know
// ours. What has no counterpart is left out (reasoning, cache points, files in
// S3) or told in words (a tool's error). Several results of one turn become
// several messages, as langchaingo's providers expect them. msgs is not changed.
func Plain(msgs []llms.MessageContent) []llms.MessageContent {
	plain := make([]llms.MessageContent, 0, len(msgs))
	for _, m := range msgs {
		rest := llms.MessageContent{Role: m.Role}
		for _, p := range m.Parts {
			if r, ok := p.(ToolResult); ok {
				plain = append(plain, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{plainResult(r)}})
				continue
			}
			if q, ok := plainPart(p); ok {
				rest.Parts = append(rest.Parts, q)
			}
		}
		if len(rest.Parts) > 0 {
			plain = append(plain, rest)
		}
	}
	return plain
}

// plainPart returns p as a part of langchaingo's, and false where there is none.
func plainPart(p llms.ContentPart) (llms.ContentPart, bool) {
	switch p := p.(type) {
	case Reasoning, CachePoint:
		return nil, false
	case Image:
		return llms.BinaryContent{MIMEType: p.MIMEType, Data: p.Data}, p.Data != nil
	case Video:
		return llms.BinaryContent{MIMEType: p.MIMEType, Data: p.Data}, p.Data != nil
	case Audio:
		return llms.BinaryContent{MIMEType: p.MIMEType, Data: p.Data}, p.Data != nil
	case Guarded:
		if p.Data != nil {
			return llms.BinaryContent{MIMEType: p.MIMEType, Data: p.Data}, true
		}
	case Document:
		if p.Data != nil && !strings.HasPrefix(p.MIMEType, "text/") {
			return llms.BinaryContent{MIMEType: p.MIMEType, Data: p.Data}, true
		}
	}
	if text, ok := Text(p); ok {
		return llms.TextContent{Text: text}, true
	}
	return p, true // one of langchaingo's own
}

// plainResult folds a result into the one string that langchaingo knows.
func plainResult(r ToolResult) llms.ToolCallResponse {
	var texts []string
	for _, p := range r.Parts {
		if text, ok := Text(p); ok {
			texts = append(texts, text)
		}
	}
	content := strings.Join(texts, "\n")
	if r.IsError {
		content = "Error: " + content
	}
	return llms.ToolCallResponse{ToolCallID: r.ToolCallID, Name: r.Name, Content: content}
}

// Text returns the text a part has for a reader, and false for parts that
// have none (pictures, tool calls, reasoning).
func Text(p llms.ContentPart) (string, bool) {
	switch p := p.(type) {
	case llms.TextContent:
		return p.Text, true
	case llms.CachedContent:
		return Text(p.ContentPart)
	case Cited:
		return p.Text, true
	case Guarded:
		return p.Text, p.Data == nil
	case JSON:
		return string(p.Value), true
	case SearchResult:
		return p.Title + "\n" + strings.Join(p.Content, "\n"), true
	case Document:
		return documentText(p)
	}
	return "", false
}

func documentText(d Document) (string, bool) {
	switch {
	case d.Text != "":
		return d.Text, true
	case len(d.Chunks) > 0:
		return strings.Join(d.Chunks, "\n"), true
	case d.Data != nil && (d.MIMEType == "" || strings.HasPrefix(d.MIMEType, "text/")):
		return string(d.Data), true
	}
	return "", false
}
