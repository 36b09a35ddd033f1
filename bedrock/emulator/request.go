package emulator

import (
	"encoding/json"
	"strings"
)

// Operation is one of Bedrock's runtime operations.
type Operation string

// The operations the emulator imitates.
const (
	Converse                      Operation = "Converse"
	ConverseStream                Operation = "ConverseStream"
	InvokeModel                   Operation = "InvokeModel"
	InvokeModelWithResponseStream Operation = "InvokeModelWithResponseStream"
	CountTokens                   Operation = "CountTokens"
	ApplyGuardrail                Operation = "ApplyGuardrail"
)

// Streaming tells whether the operation answers with an event stream.
func (o Operation) Streaming() bool { return strings.HasSuffix(string(o), "Stream") }

// Request is what a model is asked, in Converse's terms whatever the operation.
// A Responder reads it and must not change it.
type Request struct {
	Operation Operation `json:"-"`
	ModelID   string    `json:"-"` // unescaped: a model id, a profile id or an ARN
	Number    int       `json:"-"` // of the calls this emulator received, from 1
	Body      []byte    `json:"-"` // as it was sent

	Messages          []Message                  `json:"messages"`
	System            []Block                    `json:"system"`
	InferenceConfig   Inference                  `json:"inferenceConfig"`
	ToolConfig        *ToolConfig                `json:"toolConfig"`
	GuardrailConfig   *GuardrailConfig           `json:"guardrailConfig"`
	AdditionalFields  json.RawMessage            `json:"additionalModelRequestFields"`
	AdditionalPaths   []string                   `json:"additionalModelResponseFieldPaths"`
	PromptVariables   map[string]json.RawMessage `json:"promptVariables"`
	RequestMetadata   map[string]string          `json:"requestMetadata"`
	PerformanceConfig *Performance               `json:"performanceConfig"`
	ServiceTier       *ServiceTier               `json:"serviceTier"`
	OutputConfig      json.RawMessage            `json:"outputConfig"`

	inputTokens int // the estimate; 0 when it was not made yet
}

// Message is one turn of the conversation.
type Message struct {
	Role    string  `json:"role"` // user, assistant or system
	Content []Block `json:"content"`
}

// Inference holds the settings of the answer; nil means unset.
type Inference struct {
	MaxTokens     *int     `json:"maxTokens"`
	Temperature   *float64 `json:"temperature"`
	TopP          *float64 `json:"topP"`
	StopSequences []string `json:"stopSequences"`
}

// ToolConfig offers tools.
type ToolConfig struct {
	Tools      []Tool                     `json:"tools"`
	ToolChoice map[string]json.RawMessage `json:"toolChoice"` // one key: auto, any or tool
}

// Tool is one entry of a ToolConfig.
type Tool struct {
	Spec       *ToolSpec       `json:"toolSpec"`
	CachePoint *CachePoint     `json:"cachePoint"`
	System     json.RawMessage `json:"systemTool"`
}

// ToolSpec declares a tool.
type ToolSpec struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
	InputSchema struct {
		JSON json.RawMessage `json:"json"`
	} `json:"inputSchema"`
	Strict bool `json:"strict"`
}

// GuardrailConfig names the guardrail to apply.
type GuardrailConfig struct {
	ID         string `json:"guardrailIdentifier"`
	Version    string `json:"guardrailVersion"`
	Trace      string `json:"trace"`
	StreamMode string `json:"streamProcessingMode"`
}

// Performance says how fast the answer is wanted: standard or optimized.
type Performance struct {
	Latency string `json:"latency"`
}

// ServiceTier says how the answer is to be served: priority, default, flex or
// reserved.
type ServiceTier struct {
	Type string `json:"type"`
}

// Turn is 1 for the first call of a conversation and one more for each reply
// of the assistant in the history.
func (r *Request) Turn() int {
	n := 1
	for _, m := range r.Messages {
		if m.Role == "assistant" {
			n++
		}
	}
	return n
}

// Text is the text of the last message, its blocks joined by newlines. It is
// empty when the last message holds tool results and nothing else.
func (r *Request) Text() string {
	if len(r.Messages) == 0 {
		return ""
	}
	return textOf(r.Messages[len(r.Messages)-1].Content)
}

// Question is the newest text of a user: Text, or what was asked before the
// tool results that ended the conversation.
func (r *Request) Question() string {
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if m := r.Messages[i]; m.Role == "user" {
			if t := textOf(m.Content); t != "" {
				return t
			}
		}
	}
	return ""
}

// SystemText is the text of the system prompt.
func (r *Request) SystemText() string { return textOf(r.System) }

// Conversation is the text of every message, oldest first.
func (r *Request) Conversation() string {
	var parts []string
	for _, m := range r.Messages {
		if t := textOf(m.Content); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, "\n")
}

// Tools are the tools on offer, without cache points and system tools.
func (r *Request) Tools() []*ToolSpec {
	if r.ToolConfig == nil {
		return nil
	}
	var specs []*ToolSpec
	for _, t := range r.ToolConfig.Tools {
		if t.Spec != nil {
			specs = append(specs, t.Spec)
		}
	}
	return specs
}

// Results are the tool results of the last message.
func (r *Request) Results() []*ToolResult {
	if len(r.Messages) == 0 {
		return nil
	}
	var results []*ToolResult
	for _, b := range r.Messages[len(r.Messages)-1].Content {
		if b.ToolResult != nil {
			results = append(results, b.ToolResult)
		}
	}
	return results
}

// ToolName is the tool that the call with this id asked for, "" when the
// history holds no such call.
func (r *Request) ToolName(id string) string {
	for i := len(r.Messages) - 1; i >= 0; i-- {
		for _, b := range r.Messages[i].Content {
			if b.ToolUse != nil && b.ToolUse.ID == id {
				return b.ToolUse.Name
			}
		}
	}
	return ""
}

// textOf joins the text of blocks, what is guarded and cited included.
func textOf(blocks []Block) string {
	var parts []string
	for _, b := range blocks {
		if t := b.text(); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, "\n")
}
