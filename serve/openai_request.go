package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"

	"github.com/tmc/langchaingo/llms"
)

// chatRequest is the body of a chat completion: OpenAI's, as far as it means
// something to a chain. Fields that are not here are passed over, for clients
// send many: what they ask for (store, service_tier, reasoning_effort,
// prediction, verbosity, parallel_tool_calls, …) leaves the meaning of the
// answer as it is.
type chatRequest struct {
	Model    string        `json:"model"`
	Messages []chatMessage `json:"messages"`

	Stream        bool `json:"stream"`
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`

	Temperature         *float64  `json:"temperature"`
	TopP                *float64  `json:"top_p"`
	FrequencyPenalty    float64   `json:"frequency_penalty"`
	PresencePenalty     float64   `json:"presence_penalty"`
	MaxTokens           *int      `json:"max_tokens"`
	MaxCompletionTokens *int      `json:"max_completion_tokens"`
	Stop                stopWords `json:"stop"`
	Seed                int       `json:"seed"`

	User     string            `json:"user"`
	Metadata map[string]string `json:"metadata"`

	chatRefused
}

// chatRefused are the fields that would change what the answer is, and that no
// chain can honour.
type chatRefused struct {
	N                int             `json:"n"`
	Tools            []chatIgnored   `json:"tools"`
	Functions        []chatIgnored   `json:"functions"`
	ToolChoice       json.RawMessage `json:"tool_choice"`
	FunctionCall     json.RawMessage `json:"function_call"`
	ResponseFormat   *chatType       `json:"response_format"`
	Logprobs         bool            `json:"logprobs"`
	TopLogprobs      int             `json:"top_logprobs"`
	LogitBias        map[string]any  `json:"logit_bias"`
	Modalities       []string        `json:"modalities"`
	Audio            json.RawMessage `json:"audio"`
	WebSearchOptions json.RawMessage `json:"web_search_options"`
}

type (
	chatIgnored struct{}
	chatType    struct {
		Type string `json:"type"`
	}
)

// stopWords are one or several.
type stopWords []string

// UnmarshalJSON takes a string, an array of strings, or null.
func (s *stopWords) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*s = make(stopWords, 1)
		return json.Unmarshal(raw, &(*s)[0])
	}
	return json.Unmarshal(raw, (*[]string)(s))
}

// decodeChat reads a request and checks all of it but the model.
func decodeChat(body []byte) (*chatRequest, *openAIError) {
	if p := measure(body); p != nil {
		return nil, &openAIError{Message: p.Detail, Code: "invalid_json"}
	}
	var q chatRequest
	if err := json.Unmarshal(body, &q); err != nil {
		e := &openAIError{Message: "The body does not decode: " + jsonFault(err) + ".", Code: "invalid_json"}
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			e.Param = wrong.Field
		}
		return nil, e
	}
	if q.Model == "" {
		return nil, refuse("model", "Say which model: GET /v1/models lists those there are.")
	}
	for _, check := range []func() *openAIError{q.refused, q.checkNumbers, q.checkLabels} {
		if e := check(); e != nil {
			return nil, e
		}
	}
	return &q, nil
}

// refused finds a field that cannot be honoured.
func (q *chatRequest) refused() *openAIError {
	for _, f := range []struct {
		name string
		set  bool
		why  string
	}{
		{"n", q.N > 1, "A chain answers once: n must be 1."},
		{"tools", len(q.Tools) > 0, "A chain brings its own tools and calls them itself."},
		{"functions", len(q.Functions) > 0, "A chain brings its own tools and calls them itself."},
		{"tool_choice", !among(q.ToolChoice, `"none"`, `"auto"`), "A chain brings its own tools and calls them itself."},
		{"function_call", !among(q.FunctionCall, `"none"`, `"auto"`), "A chain brings its own tools and calls them itself."},
		{"response_format", q.ResponseFormat != nil && q.ResponseFormat.Type != "text", "The form of the answer is the chain's: only text can be asked for."},
		{"logprobs", q.Logprobs, "Log probabilities are not to be had."},
		{"top_logprobs", q.TopLogprobs > 0, "Log probabilities are not to be had."},
		{"logit_bias", len(q.LogitBias) > 0, "Single tokens cannot be made likelier."},
		{"modalities", len(q.Modalities) > 0 && (len(q.Modalities) > 1 || q.Modalities[0] != "text"), "A chain answers with text only."},
		{"audio", !among(q.Audio), "A chain answers with text only."},
		{"web_search_options", !among(q.WebSearchOptions), "Searching is up to the chain's own tools."},
	} {
		if f.set {
			return &openAIError{Message: f.why, Param: f.name, Code: "unsupported_parameter"}
		}
	}
	return nil
}

// among reports whether raw is absent, null, or one of values.
func among(raw json.RawMessage, values ...string) bool {
	for _, v := range append(values, "", "null") {
		if string(bytes.TrimSpace(raw)) == v {
			return true
		}
	}
	return false
}

// checkNumbers holds the settings of the model against OpenAI's bounds.
func (q *chatRequest) checkNumbers() *openAIError {
	within := func(p *float64, low, high float64) bool { return p == nil || *p >= low && *p <= high }
	positive := func(n *int) bool { return n == nil || *n > 0 }
	for _, f := range []struct {
		name string
		ok   bool
		want string
	}{
		{"temperature", within(q.Temperature, 0, 2), "from 0 to 2"},
		{"top_p", within(q.TopP, 0, 1), "from 0 to 1"},
		{"frequency_penalty", within(&q.FrequencyPenalty, -2, 2), "from -2 to 2"},
		{"presence_penalty", within(&q.PresencePenalty, -2, 2), "from -2 to 2"},
		{"max_tokens", positive(q.MaxTokens), "at least 1"},
		{"max_completion_tokens", positive(q.MaxCompletionTokens), "at least 1"},
	} {
		if !f.ok {
			return refuse(f.name, f.name+" must be "+f.want+".")
		}
	}
	return nil
}

// checkLabels bounds user and metadata, which become the run's labels.
func (q *chatRequest) checkLabels() *openAIError {
	if len(q.User) > maxName {
		return refuse("user", "user is longer than 256 bytes.")
	}
	if (&RunRequest{Labels: q.labels()}).check() != nil {
		return refuse("metadata", "metadata takes 16 entries, with user, of 256 bytes each.")
	}
	return nil
}

func (q *chatRequest) labels() map[string]string {
	if q.User == "" {
		return q.Metadata
	}
	labels := map[string]string{}
	maps.Copy(labels, q.Metadata)
	labels["user"] = q.User
	return labels
}

// options are the settings of the model calls that write the reply. Bedrock has
// no field for seed and penalties; other models may.
func (q *chatRequest) options() []llms.CallOption {
	var o []llms.CallOption
	if q.Temperature != nil {
		o = append(o, llms.WithTemperature(*q.Temperature))
	}
	if q.TopP != nil && *q.TopP < 1 { // 1 leaves nothing out, and some models refuse it beside a temperature
		o = append(o, llms.WithTopP(*q.TopP))
	}
	if n := orElse(q.MaxCompletionTokens, q.MaxTokens); n != nil {
		o = append(o, llms.WithMaxTokens(*n))
	}
	if len(q.Stop) > 0 {
		o = append(o, llms.WithStopWords(q.Stop))
	}
	if q.Seed != 0 {
		o = append(o, llms.WithSeed(q.Seed))
	}
	if q.FrequencyPenalty != 0 {
		o = append(o, llms.WithFrequencyPenalty(q.FrequencyPenalty))
	}
	if q.PresencePenalty != 0 {
		o = append(o, llms.WithPresencePenalty(q.PresencePenalty))
	}
	return o
}

func orElse(a, b *int) *int {
	if a != nil {
		return a
	}
	return b
}
