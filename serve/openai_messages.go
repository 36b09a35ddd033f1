package serve

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// chatMessage is one message of OpenAI's form.
type chatMessage struct {
	Role       string      `json:"role"`
	Content    chatContent `json:"content"`
	ToolCalls  []chatCall  `json:"tool_calls"`
	ToolCallID string      `json:"tool_call_id"`
}

// chatCall is a tool call of an earlier answer, of another model then.
type chatCall struct {
	ID       string `json:"id"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// chatContent is a string, or parts.
type chatContent []chatPart

type chatPart struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Refusal  string `json:"refusal"`
	ImageURL struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// UnmarshalJSON takes a string, an array of parts, or null.
func (c *chatContent) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*c = chatContent{{Type: "text"}}
		return json.Unmarshal(raw, &(*c)[0].Text)
	}
	return json.Unmarshal(raw, (*[]chatPart)(c))
}

// conversation is what the messages of a request come to.
type conversation struct {
	words   string                // the user's last
	system  string                // what the client says as the system or developer
	history []llms.MessageContent // what was said before, never nil
	pieces  []llms.ContentPart    // images beside the last words
}

// converse reads the messages of a request.
func (q *chatRequest) converse() (*conversation, *openAIError) {
	last := len(q.Messages) - 1
	if last < 0 || q.Messages[last].Role != "user" {
		return nil, refuse("messages", "The last message must be the user's.")
	}
	c := &conversation{history: []llms.MessageContent{}}
	calls := map[string]string{} // tools' names by the ids of their calls
	for i, m := range q.Messages {
		at := fmt.Sprintf("messages[%d]", i)
		parts, e := m.parts(at)
		if e != nil {
			return nil, e
		}
		switch {
		case m.Role == "system" || m.Role == "developer":
			c.system = strings.TrimSpace(c.system + "\n\n" + textOf(parts))
		case i == last:
			c.words, c.pieces = textOf(parts), imagesOf(parts)
		default:
			said, e := m.earlier(at, parts, calls)
			if e != nil {
				return nil, e
			}
			c.history = append(c.history, said...)
		}
	}
	if strings.TrimSpace(c.words) == "" {
		return nil, refuse(fmt.Sprintf("messages[%d].content", last), "The user's last message has no text.")
	}
	return c, nil
}

// earlier is a message of the conversation so far, or none where it says
// nothing.
func (m *chatMessage) earlier(at string, parts []llms.ContentPart, calls map[string]string) ([]llms.MessageContent, *openAIError) {
	role := llms.ChatMessageTypeHuman
	switch m.Role {
	case "user":
	case "assistant":
		role = llms.ChatMessageTypeAI
		for _, c := range m.ToolCalls {
			calls[c.ID] = c.Function.Name
			parts = append(parts, llms.ToolCall{ID: c.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: c.Function.Name, Arguments: c.Function.Arguments}})
		}
	case "tool":
		role = llms.ChatMessageTypeTool
		name, called := calls[m.ToolCallID]
		if !called {
			return nil, refuse(at+".tool_call_id", "No earlier message calls a tool under this id.")
		}
		parts = []llms.ContentPart{llms.ToolCallResponse{ToolCallID: m.ToolCallID, Name: name, Content: textOf(parts)}}
	default:
		return nil, refuse(at+".role", "role must be system, developer, user, assistant or tool.")
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return []llms.MessageContent{{Role: role, Parts: parts}}, nil
}

// parts are a message's content as models read it.
func (m *chatMessage) parts(at string) ([]llms.ContentPart, *openAIError) {
	var parts []llms.ContentPart
	for i, p := range m.Content {
		switch p.Type {
		case "text":
			if p.Text != "" {
				parts = append(parts, llms.TextContent{Text: p.Text})
			}
		case "refusal":
			parts = append(parts, llms.TextContent{Text: p.Refusal})
		case "image_url":
			image, ok := inlineImage(p.ImageURL.URL)
			if !ok || m.Role != "user" {
				return nil, refuse(fmt.Sprintf("%s.content[%d].image_url", at, i), "Only the user sends images, and only inside the request: data:image/png;base64,… (or jpeg, gif, webp).")
			}
			parts = append(parts, image)
		default:
			return nil, refuse(fmt.Sprintf("%s.content[%d].type", at, i), "A part of a message is text or image_url here.")
		}
	}
	return parts, nil
}

// imageKinds are the pictures that models read.
var imageKinds = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// inlineImage reads a data: URL (RFC 2397). Others are not fetched: a server
// that fetches what its callers name reaches where they cannot.
func inlineImage(url string) (message.Image, bool) {
	header, data, ok := strings.Cut(url, ",")
	kind, isData := strings.CutPrefix(header, "data:")
	kind, isBase64 := strings.CutSuffix(kind, ";base64")
	if !ok || !isData || !isBase64 || !slices.Contains(imageKinds, kind) {
		return message.Image{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	return message.Image{MIMEType: kind, Data: raw}, err == nil && len(raw) > 0
}

// textOf joins the texts of a message, as its author saw them: apart.
func textOf(parts []llms.ContentPart) string {
	var texts []string
	for _, p := range parts {
		if t, ok := p.(llms.TextContent); ok {
			texts = append(texts, t.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func imagesOf(parts []llms.ContentPart) []llms.ContentPart {
	var images []llms.ContentPart
	for _, p := range parts {
		if i, ok := p.(message.Image); ok {
			images = append(images, i)
		}
	}
	return images
}
