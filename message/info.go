package message

import (
	"encoding/json"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Info is what a model tells about one answer beyond its text. A model
// attaches it with [Attach]; callers read it with [InfoOf].
type Info struct {
	Message   llms.MessageContent // the whole reply, every part in order
	Usage     Usage
	Model     string        // who really answered: after a failover, not who was asked
	RequestID string        // the service's id of the request
	Latency   time.Duration // as the service measured it

	FirstToken time.Duration // from the call to its first content; 0 when not streamed
	Attempts   int           // requests sent for this answer, by retry; 0 where nobody counted
	Waited     time.Duration // time retry spent waiting

	Trace            json.RawMessage // guardrail and router trace
	AdditionalFields json.RawMessage // the response fields asked for by path
	ServiceTier      string
	Performance      string
}

// Usage counts tokens. Input excludes CacheRead and CacheWrite, as Bedrock
// counts them; Output includes Reasoning. The zero value means unknown.
type Usage struct {
	Input      int `json:"input"`
	Output     int `json:"output"`
	CacheRead  int `json:"cacheRead,omitempty"`
	CacheWrite int `json:"cacheWrite,omitempty"`
	Reasoning  int `json:"reasoning,omitempty"`

	CacheWrite5m int `json:"cacheWrite5m,omitempty"` // of CacheWrite, kept 5 minutes
	CacheWrite1h int `json:"cacheWrite1h,omitempty"` // of CacheWrite, kept an hour
}

// Add returns the sum of both.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		Input:        u.Input + v.Input,
		Output:       u.Output + v.Output,
		CacheRead:    u.CacheRead + v.CacheRead,
		CacheWrite:   u.CacheWrite + v.CacheWrite,
		Reasoning:    u.Reasoning + v.Reasoning,
		CacheWrite5m: u.CacheWrite5m + v.CacheWrite5m,
		CacheWrite1h: u.CacheWrite1h + v.CacheWrite1h,
	}
}

// Sub returns what u has more than v.
func (u Usage) Sub(v Usage) Usage {
	return Usage{
		Input:        u.Input - v.Input,
		Output:       u.Output - v.Output,
		CacheRead:    u.CacheRead - v.CacheRead,
		CacheWrite:   u.CacheWrite - v.CacheWrite,
		Reasoning:    u.Reasoning - v.Reasoning,
		CacheWrite5m: u.CacheWrite5m - v.CacheWrite5m,
		CacheWrite1h: u.CacheWrite1h - v.CacheWrite1h,
	}
}

// infoKey is the one key of GenerationInfo that is ours.
const infoKey = "causeway"

// Attach puts i on c, in place of what was attached before.
func Attach(c *llms.ContentChoice, i Info) {
	if c.GenerationInfo == nil {
		c.GenerationInfo = make(map[string]any, 1)
	}
	c.GenerationInfo[infoKey] = i
}

// InfoOf returns what was attached to c. From a model that attaches nothing it
// returns the usage, as far as the model told it in GenerationInfo.
func InfoOf(c *llms.ContentChoice) Info {
	if c == nil {
		return Info{}
	}
	if i, ok := c.GenerationInfo[infoKey].(Info); ok {
		return i
	}
	return Info{Usage: foreignUsage(c.GenerationInfo)}
}

// UsageOf returns the tokens of c, from any model that tells them.
func UsageOf(c *llms.ContentChoice) Usage { return InfoOf(c).Usage }

// Assistant returns the whole reply as a message ready to append to a
// history, from any model.
func Assistant(c *llms.ContentChoice) llms.MessageContent {
	if c == nil {
		return llms.MessageContent{Role: llms.ChatMessageTypeAI}
	}
	if m := InfoOf(c).Message; len(m.Parts) > 0 {
		return m
	}
	m := llms.MessageContent{Role: llms.ChatMessageTypeAI}
	if c.ReasoningContent != "" {
		m.Parts = append(m.Parts, Reasoning{Text: c.ReasoningContent})
	}
	if c.Content != "" {
		m.Parts = append(m.Parts, llms.TextContent{Text: c.Content})
	}
	for _, call := range c.ToolCalls {
		m.Parts = append(m.Parts, call)
	}
	if len(c.ToolCalls) == 0 && c.FuncCall != nil {
		m.Parts = append(m.Parts, llms.ToolCall{Type: "function", FunctionCall: c.FuncCall})
	}
	return m
}

// foreignUsage reads the keys that langchaingo v0.1.14's providers use:
// OpenAI's and its followers', Anthropic's, and the Bedrock adapter's.
func foreignUsage(info map[string]any) Usage {
	return Usage{
		Input:      firstInt(info, "PromptTokens", "InputTokens", "input_tokens", "prompt_tokens"),
		Output:     firstInt(info, "CompletionTokens", "OutputTokens", "output_tokens", "completion_tokens"),
		CacheRead:  firstInt(info, "CacheReadInputTokens", "PromptCachedTokens", "cache_read_input_tokens"),
		CacheWrite: firstInt(info, "CacheCreationInputTokens", "cache_creation_input_tokens"),
		Reasoning:  firstInt(info, "ReasoningTokens", "CompletionReasoningTokens", "ThinkingTokens"),
	}
}

func firstInt(info map[string]any, keys ...string) int {
	for _, k := range keys {
		switch n := info[k].(type) {
		case int:
			return n
		case int32:
			return int(n)
		case int64:
			return int(n)
		case float64:
			return int(n)
		}
	}
	return 0
}
