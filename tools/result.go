package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// maxFile is how large a picture or document of a result may be. Bedrock
// refuses documents over 4.5 MB (API_runtime_DocumentBlock) and smaller
// pictures; a result that is refused would end the whole conversation.
const maxFile = 4_500_000

// outcome is what a function returned, in parts.
type outcome struct {
	parts   []llms.ContentPart
	isError bool
}

// outcomeOf turns what a function returned into parts.
func outcomeOf(out any) (outcome, error) {
	switch out := out.(type) {
	case nil, struct{}:
		return outcome{}, nil
	case string:
		return outcome{parts: []llms.ContentPart{llms.TextContent{Text: out}}}, nil
	case llms.ContentPart: // a part of any kind, a message.ToolResult too
		if r, ok := out.(message.ToolResult); ok {
			return outcome{parts: r.Parts, isError: r.IsError}, nil
		}
		return outcome{parts: []llms.ContentPart{out}}, nil
	case []llms.ContentPart:
		return outcome{parts: out}, nil
	}
	raw, err := marshal(out)
	if err != nil {
		return outcome{}, fmt.Errorf("encode the result: %w", err)
	}
	return outcome{parts: []llms.ContentPart{jsonPart(raw)}}, nil
}

// marshal is json.Marshal that leaves <, > and & readable for the model.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// jsonPart holds raw as JSON if it is an object, else as text: Bedrock takes
// nothing but an object for a JSON block.
func jsonPart(raw json.RawMessage) llms.ContentPart {
	if raw[0] == '{' {
		return message.JSON{Value: raw}
	}
	return llms.TextContent{Text: string(raw)}
}

// fit makes parts ready to send: within the limits, and never blank, which
// Bedrock refuses.
func fit(parts []llms.ContentPart, limit int) []llms.ContentPart {
	fitted := make([]llms.ContentPart, 0, max(1, len(parts)))
	for _, p := range parts {
		if p == nil {
			continue
		}
		if size := fileSize(p); size > maxFile {
			note := fmt.Sprintf("[left out: a file of %d bytes; the limit is %d]", size, maxFile)
			fitted = append(fitted, llms.TextContent{Text: note})
			continue
		}
		text, isText := message.Text(p)
		if plain, ok := p.(llms.TextContent); ok && strings.TrimSpace(plain.Text) == "" {
			continue
		}
		if isText && limit >= 0 {
			if len(text) > limit {
				p = llms.TextContent{Text: cut(text, limit)}
			}
			limit = max(0, limit-len(text))
		}
		fitted = append(fitted, p)
	}
	if len(fitted) == 0 {
		fitted = append(fitted, llms.TextContent{Text: "done; the tool returned nothing"})
	}
	return fitted
}

// cut keeps the beginning of text and marks what is missing.
func cut(text string, limit int) string {
	kept := text[:limit]
	for len(kept) > 0 && !utf8.RuneStart(text[len(kept)]) {
		kept = kept[:len(kept)-1]
	}
	return fmt.Sprintf("%s\n[cut: these are the first %d of %d bytes; ask for less to see the rest]", kept, len(kept), len(text))
}

func fileSize(p llms.ContentPart) int {
	switch p := p.(type) {
	case message.Image:
		return len(p.Data)
	case message.Video:
		return len(p.Data)
	case message.Audio:
		return len(p.Data)
	case message.Document:
		return len(p.Data)
	case llms.BinaryContent:
		return len(p.Data)
	}
	return 0
}
