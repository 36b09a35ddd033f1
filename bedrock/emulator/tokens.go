package emulator

import (
	"strings"
	"unicode/utf8"
)

// The estimate: a token is four bytes of UTF-8. Every message costs four more,
// every picture, sound, video and document that is not plain text 1500.
const (
	bytesPerToken = 4
	perMessage    = 4
	perMedia      = 1500
)

// EstimateTokens is the number of tokens the emulator counts for a text: its
// bytes divided by four, rounded up. Bedrock's models count otherwise; the
// estimate is close enough for quotas and honest about being one.
func EstimateTokens(text string) int { return (len(text) + bytesPerToken - 1) / bytesPerToken }

// InputTokens is the estimate for the whole request: messages, system prompt,
// tool definitions.
func (r *Request) InputTokens() int {
	if r.inputTokens > 0 {
		return r.inputTokens
	}
	n := blockTokens(r.System)
	for _, m := range r.Messages {
		n += perMessage + blockTokens(m.Content)
	}
	for _, t := range r.Tools() {
		n += EstimateTokens(t.Name) + EstimateTokens(string(t.InputSchema.JSON))
		if t.Description != nil {
			n += EstimateTokens(*t.Description)
		}
	}
	return max(n, 1)
}

func outputTokens(blocks []Block) int { return max(blockTokens(blocks), 1) }

func blockTokens(blocks []Block) int {
	n := 0
	for _, b := range blocks {
		n += EstimateTokens(b.text())
		switch {
		case b.Reasoning != nil && b.Reasoning.Text != nil:
			n += EstimateTokens(b.Reasoning.Text.Text)
		case b.ToolUse != nil:
			n += EstimateTokens(b.ToolUse.Name) + EstimateTokens(string(b.ToolUse.Input))
		case b.ToolResult != nil:
			n += blockTokens(b.ToolResult.Content)
		case b.Image != nil, b.Video != nil, b.Audio != nil:
			n += perMedia
		case b.Document != nil:
			n += documentTokens(b.Document)
		case b.SearchResult != nil:
			for _, c := range b.SearchResult.Content {
				n += EstimateTokens(c.Text)
			}
		}
	}
	return n
}

func documentTokens(d *Document) int {
	switch {
	case d.Source.Text != nil:
		return EstimateTokens(*d.Source.Text)
	case len(d.Source.Content) > 0:
		return EstimateTokens(string(d.Source.Content))
	case d.Format == "txt" || d.Format == "md" || d.Format == "csv" || d.Format == "html":
		return (len(d.Source.Bytes) + bytesPerToken - 1) / bytesPerToken
	}
	return perMedia
}

// limit obeys maxTokens and stopSequences: it cuts the reply's text and says
// so in StopReason. Blocks behind the cut are dropped.
func (r *Reply) limit(set *Inference) {
	left := -1
	if set.MaxTokens != nil {
		left = *set.MaxTokens * bytesPerToken
	}
	for i := range r.Content {
		b := &r.Content[i]
		if b.Text == nil {
			left = spend(left, blockTokens(r.Content[i:i+1])*bytesPerToken)
			continue
		}
		text, reason := cut(*b.Text, set.StopSequences, left)
		if reason != "" {
			b.Text, r.StopReason = &text, reason
			r.Content, r.Chunks = r.Content[:i+1], clip(r.Chunks, len(text))
			return
		}
		left = spend(left, len(text))
	}
}

func spend(left, n int) int {
	if left < 0 {
		return left
	}
	return max(left-n, 0)
}

// cut shortens text at the first stop sequence and to limit bytes, whichever
// comes first, and names the reason. A negative limit is none.
func cut(text string, stops []string, limit int) (string, string) {
	reason := ""
	for _, s := range stops {
		if i := strings.Index(text, s); s != "" && i >= 0 {
			text, reason = text[:i], "stop_sequence"
		}
	}
	if limit >= 0 && len(text) > limit {
		for limit > 0 && !utf8.RuneStart(text[limit]) {
			limit--
		}
		text, reason = text[:limit], "max_tokens"
	}
	return text, reason
}

// clip shortens chunks to n bytes in all.
func clip(chunks []string, n int) []string {
	for i, c := range chunks {
		if len(c) >= n {
			return append(append([]string(nil), chunks[:i]...), c[:n])
		}
		n -= len(c)
	}
	return chunks
}
