package bedrock_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

// expressed is a recorded request in the words of a caller of ours.
type expressed struct {
	options  bedrock.Options
	messages []llms.MessageContent
	calls    []llms.CallOption
}

// wireRequest is the body of Converse and ConverseStream. Decoding refuses
// what it does not name, so that nothing is passed over.
type wireRequest struct {
	Messages []struct {
		Role    string
		Content []json.RawMessage
	}
	System          *[]json.RawMessage
	InferenceConfig struct {
		MaxTokens         *int
		Temperature, TopP *float64
		StopSequences     *[]string
	}
	ToolConfig *struct {
		Tools      []struct{ ToolSpec wireToolSpec }
		ToolChoice *struct {
			Auto, Any *struct{}
			Tool      *struct{ Name string }
		}
	}
	GuardrailConfig *struct {
		GuardrailIdentifier, GuardrailVersion, Trace, StreamProcessingMode string
	}
	AdditionalModelRequestFields      map[string]any
	AdditionalModelResponseFieldPaths []string
	OutputConfig                      *struct {
		Effort     string
		TextFormat *struct {
			Type      string
			Structure struct {
				JSONSchema struct{ Name, Schema string }
			}
		}
	}
	PerformanceConfig struct{ Latency string }
	ServiceTier       struct{ Type string }
	RequestMetadata   map[string]string
	PromptVariables   map[string]struct{ Text string }
}

type wireToolSpec struct {
	Name, Description string
	InputSchema       struct{ JSON json.RawMessage }
	Strict            bool
}

// strictDecode decodes b into v and refuses fields that v does not have.
func strictDecode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	d.UseNumber()
	return d.Decode(v)
}

// express turns a recorded body into messages and settings. Its error says
// why that cannot be done.
func express(body []byte) (*expressed, error) {
	var w wireRequest
	if err := strictDecode(body, &w); err != nil {
		return nil, err
	}
	e := &expressed{}
	e.options.AdditionalFields = w.AdditionalModelRequestFields
	e.options.ResponsePaths = w.AdditionalModelResponseFieldPaths
	e.options.Performance, e.options.ServiceTier = w.PerformanceConfig.Latency, w.ServiceTier.Type
	e.options.RequestMetadata = w.RequestMetadata
	if g := w.GuardrailConfig; g != nil {
		e.options.Guardrail = bedrock.Guardrail{
			ID: g.GuardrailIdentifier, Version: g.GuardrailVersion, Trace: g.Trace, StreamMode: g.StreamProcessingMode,
		}
	}
	if o := w.OutputConfig; o != nil {
		e.options.Effort = o.Effort
		if o.TextFormat != nil {
			e.options.OutputName = o.TextFormat.Structure.JSONSchema.Name
			e.options.OutputSchema = json.RawMessage(o.TextFormat.Structure.JSONSchema.Schema)
		}
	}
	for k, v := range w.PromptVariables {
		if e.options.PromptVariables == nil {
			e.options.PromptVariables = map[string]string{}
		}
		e.options.PromptVariables[k] = v.Text
	}
	e.inference(&w)
	e.tools(&w)
	if w.System != nil {
		parts, err := expressParts(*w.System)
		if err != nil {
			return nil, err
		}
		e.messages = append(e.messages, llms.MessageContent{Role: llms.ChatMessageTypeSystem, Parts: parts})
	}
	for _, m := range w.Messages {
		parts, err := expressParts(m.Content)
		if err != nil {
			return nil, err
		}
		role := llms.ChatMessageTypeHuman
		if m.Role == "assistant" {
			role = llms.ChatMessageTypeAI
		}
		e.messages = append(e.messages, llms.MessageContent{Role: role, Parts: parts})
	}
	return e, nil
}

func (e *expressed) inference(w *wireRequest) {
	c := w.InferenceConfig
	if c.MaxTokens != nil {
		e.calls = append(e.calls, llms.WithMaxTokens(*c.MaxTokens))
	}
	if c.Temperature != nil {
		e.calls = append(e.calls, llms.WithTemperature(*c.Temperature))
	}
	if c.TopP != nil {
		e.calls = append(e.calls, llms.WithTopP(*c.TopP))
	}
	if c.StopSequences != nil {
		e.calls = append(e.calls, llms.WithStopWords(*c.StopSequences))
	}
}

func (e *expressed) tools(w *wireRequest) {
	if w.ToolConfig == nil {
		return
	}
	var tools []llms.Tool
	for _, t := range w.ToolConfig.Tools {
		tools = append(tools, llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
			Name: t.ToolSpec.Name, Description: t.ToolSpec.Description,
			Parameters: t.ToolSpec.InputSchema.JSON, Strict: t.ToolSpec.Strict,
		}})
	}
	e.calls = append(e.calls, llms.WithTools(tools))
	switch c := w.ToolConfig.ToolChoice; {
	case c == nil:
	case c.Auto != nil:
		e.calls = append(e.calls, llms.WithToolChoice("auto"))
	case c.Any != nil:
		e.calls = append(e.calls, llms.WithToolChoice("any"))
	case c.Tool != nil:
		e.calls = append(e.calls, llms.WithToolChoice(llms.ToolChoice{
			Type: "function", Function: &llms.FunctionReference{Name: c.Tool.Name},
		}))
	}
}

func expressParts(blocks []json.RawMessage) ([]llms.ContentPart, error) {
	var parts []llms.ContentPart
	for _, b := range blocks {
		p, err := expressPart(b)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// sentBlock is a content block of a request.
type sentBlock struct {
	Text       *string
	CachePoint *struct{ Type, TTL string }
	Image      *struct {
		Format string
		Source wireSource
	}
	Document *struct {
		Name, Format, Context string
		Source                wireSource
		Citations             struct{ Enabled bool }
	}
	GuardContent *struct {
		Text struct {
			Text       string
			Qualifiers []string
		}
	}
	ReasoningContent *struct {
		ReasoningText   struct{ Text, Signature string }
		RedactedContent []byte
	}
	CitationsContent *struct {
		Content   []struct{ Text string }
		Citations []wireCitation
	}
	ToolUse *struct {
		ToolUseID, Name string
		Input           json.RawMessage
	}
	ToolResult *struct {
		ToolUseID string
		Status    string
		Content   []json.RawMessage
	}
	JSON json.RawMessage
}

type wireSource struct {
	Bytes   []byte
	Text    string
	Content []struct{ Text string }
}

type wireCitation struct {
	Title, Source string
	SourceContent []struct{ Text string }
	Location      struct {
		DocumentChar, DocumentChunk, DocumentPage *struct{ DocumentIndex, Start, End int }
	}
}

func expressPart(block json.RawMessage) (llms.ContentPart, error) {
	var b sentBlock
	if err := strictDecode(block, &b); err != nil {
		return nil, err
	}
	switch {
	case b.Text != nil:
		return llms.TextContent{Text: *b.Text}, nil
	case b.JSON != nil:
		return message.JSON{Value: b.JSON}, nil
	case b.CachePoint != nil:
		return message.CachePoint{}, nil
	case b.Image != nil:
		return message.Image{MIMEType: "image/" + b.Image.Format, Data: b.Image.Source.Bytes}, nil
	case b.GuardContent != nil:
		return message.Guarded{Text: b.GuardContent.Text.Text, Qualifiers: b.GuardContent.Text.Qualifiers}, nil
	case b.ReasoningContent != nil:
		r := b.ReasoningContent
		return message.Reasoning{Text: r.ReasoningText.Text, Signature: r.ReasoningText.Signature, Redacted: r.RedactedContent}, nil
	case b.ToolUse != nil:
		return llms.ToolCall{ID: b.ToolUse.ToolUseID, Type: "function", FunctionCall: &llms.FunctionCall{
			Name: b.ToolUse.Name, Arguments: string(b.ToolUse.Input),
		}}, nil
	case b.ToolResult != nil:
		return expressResult(b)
	case b.CitationsContent != nil:
		return expressCited(b)
	case b.Document != nil:
		return expressDocument(b), nil
	}
	return nil, fmt.Errorf("a block no part expresses: %.80s", block)
}

func expressResult(b sentBlock) (llms.ContentPart, error) {
	r := b.ToolResult
	if r.Status == "success" {
		return nil, errSuccess
	}
	parts, err := expressParts(r.Content)
	return message.ToolResult{ToolCallID: r.ToolUseID, Parts: parts, IsError: r.Status == "error"}, err
}

func expressDocument(b sentBlock) llms.ContentPart {
	mime := map[string]string{"pdf": "application/pdf", "txt": "text/plain"}
	d := message.Document{
		Name: b.Document.Name, MIMEType: mime[b.Document.Format], Context: b.Document.Context,
		Citations: b.Document.Citations.Enabled, Text: b.Document.Source.Text, Data: b.Document.Source.Bytes,
	}
	for _, c := range b.Document.Source.Content {
		d.Chunks = append(d.Chunks, c.Text)
	}
	return d
}

func expressCited(b sentBlock) (llms.ContentPart, error) {
	if len(b.CitationsContent.Content) != 1 {
		return nil, fmt.Errorf("cited content of %d pieces", len(b.CitationsContent.Content))
	}
	cited := message.Cited{Text: b.CitationsContent.Content[0].Text}
	for _, c := range b.CitationsContent.Citations {
		from := message.Citation{Title: c.Title, Source: c.Source}
		for _, q := range c.SourceContent {
			from.Quotes = append(from.Quotes, q.Text)
		}
		for kind, l := range map[message.LocationKind]*struct{ DocumentIndex, Start, End int }{
			message.LocationChar: c.Location.DocumentChar, message.LocationChunk: c.Location.DocumentChunk,
			message.LocationPage: c.Location.DocumentPage,
		} {
			if l != nil {
				from.Location = message.Location{Kind: kind, Index: l.DocumentIndex, Start: l.Start, End: l.End}
			}
		}
		cited.Citations = append(cited.Citations, from)
	}
	return cited, nil
}
