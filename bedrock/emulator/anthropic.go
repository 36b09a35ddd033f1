package emulator

import (
	"bytes"
	"encoding/json"
	"strings"
)

// anthropicFormat is the Messages API of Anthropic as InvokeModel takes it.
type anthropicFormat struct{ invoked }

func (anthropicFormat) toolUseID(id source) string { return "toolu_bdrk_01" + id.letters(22) }

// anthropicRequest is the body. Members that change nothing here are read so
// that unknown ones can be refused, as the service does.
type anthropicRequest struct {
	Version       string            `json:"anthropic_version"`
	Beta          json.RawMessage   `json:"anthropic_beta"`
	MaxTokens     *int              `json:"max_tokens"`
	Messages      []anthropicTurn   `json:"messages"`
	System        anthropicContent  `json:"system"`
	Temperature   *float64          `json:"temperature"`
	TopP          *float64          `json:"top_p"`
	TopK          *int              `json:"top_k"`
	StopSequences []string          `json:"stop_sequences"`
	Tools         []anthropicTool   `json:"tools"`
	ToolChoice    *anthropicChoice  `json:"tool_choice"`
	Thinking      json.RawMessage   `json:"thinking"`
	Metadata      json.RawMessage   `json:"metadata"`
	OutputConfig  json.RawMessage   `json:"output_config"`
	OutputFormat  json.RawMessage   `json:"output_format"`
	Context       json.RawMessage   `json:"context_management"`
	CacheControl  json.RawMessage   `json:"cache_control"`
	ServiceTier   string            `json:"service_tier"`
	MCPServers    []json.RawMessage `json:"mcp_servers"`
	Container     json.RawMessage   `json:"container"`
}

type anthropicTurn struct {
	Role    string           `json:"role"`
	Content anthropicContent `json:"content"`
}

// anthropicContent is a list of blocks, or a string that stands for one.
type anthropicContent []anthropicBlock

func (c *anthropicContent) UnmarshalJSON(data []byte) error {
	if s := strings.TrimSpace(string(data)); strings.HasPrefix(s, `"`) {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*c = anthropicContent{{Type: "text", Text: text}}
		return nil
	}
	var blocks []anthropicBlock
	if err := json.Unmarshal(data, &blocks); err != nil {
		return err
	}
	*c = blocks
	return nil
}

type anthropicBlock struct {
	Type      string           `json:"type"`
	Text      string           `json:"text"`
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Input     json.RawMessage  `json:"input"`
	ToolUseID string           `json:"tool_use_id"`
	Content   json.RawMessage  `json:"content"`
	IsError   bool             `json:"is_error"`
	Thinking  string           `json:"thinking"`
	Signature string           `json:"signature"`
	Data      string           `json:"data"`
	Source    *anthropicSource `json:"source"`
	Title     string           `json:"title"`
	Cache     json.RawMessage  `json:"cache_control"`
}

type anthropicSource struct {
	Type      string `json:"type"`
	MediaType string `json:"media_type"`
	Data      string `json:"data"`
}

type anthropicTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"input_schema"`
}

type anthropicChoice struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

func (anthropicFormat) decode(r *Request) *Failure {
	var in anthropicRequest
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			// The decoder names no path, but all but the top level are lenient enough.
			return invalid("%s: Extra inputs are not permitted", strings.Trim(name, `"`))
		}
		return malformed("%s", decodeMessage(err))
	}
	if f := in.required(); f != nil {
		return f
	}
	r.InferenceConfig = Inference{MaxTokens: in.MaxTokens, Temperature: in.Temperature, TopP: in.TopP, StopSequences: in.StopSequences}
	r.System = in.System.blocks()
	for _, t := range in.Messages {
		r.Messages = append(r.Messages, Message{Role: t.Role, Content: t.Content.blocks()})
	}
	r.ToolConfig = in.toolConfig()
	if in.Thinking != nil {
		r.AdditionalFields = append(append([]byte(`{"thinking":`), in.Thinking...), '}')
	}
	if f := in.check(); f != nil {
		return f
	}
	return plain(checkClaude(r))
}

// plain drops the words that Converse puts before what the model says.
func plain(f *Failure) *Failure {
	if f != nil {
		f.Message = strings.TrimPrefix(f.Message, modelSays)
	}
	return f
}

func (in *anthropicRequest) required() *Failure {
	switch {
	case in.Version == "":
		return invalid("anthropic_version: Field required")
	case in.MaxTokens == nil:
		return invalid("max_tokens: Field required")
	case *in.MaxTokens < 1:
		return invalid("max_tokens: Input should be greater than or equal to 1")
	case in.Messages == nil:
		return invalid("messages: Field required")
	case in.Temperature != nil && (*in.Temperature < 0 || *in.Temperature > 1):
		return invalid("temperature: range: 0..1")
	}
	return nil
}

func (in *anthropicRequest) toolConfig() *ToolConfig {
	if len(in.Tools) == 0 {
		return nil
	}
	c := &ToolConfig{}
	if in.ToolChoice != nil {
		if in.ToolChoice.Type == "none" {
			return nil
		}
		c.ToolChoice = map[string]json.RawMessage{in.ToolChoice.Type: append(appendString([]byte(`{"name":`), in.ToolChoice.Name), '}')}
	}
	for _, t := range in.Tools {
		if t.InputSchema == nil {
			continue // a tool of the provider's own
		}
		spec := &ToolSpec{Name: t.Name}
		if t.Description != "" {
			spec.Description = &t.Description
		}
		spec.InputSchema.JSON = t.InputSchema
		c.Tools = append(c.Tools, Tool{Spec: spec})
	}
	return c
}
