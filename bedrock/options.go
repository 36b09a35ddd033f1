package bedrock

import (
	"encoding/json"
	"time"
)

// Options are the settings of a [Model]. Those of a call (llms.CallOption,
// message.Call) win over them. The zero value of every field leaves the choice
// to the service, unless the field says otherwise.
type Options struct {
	// MaxTokens bounds the answer, in tokens. An unset bound reserves the
	// model's whole maximum from the account's tokens per minute.
	MaxTokens int

	Guardrail       Guardrail
	Performance     string            // latency: standard, optimized
	ServiceTier     string            // priority, default, flex, reserved
	RequestMetadata map[string]string // tags kept in the invocation log

	// AdditionalFields are model-specific request fields, such as Claude's
	// anthropic_beta. They are laid over what the model's family needs for
	// top-k and thinking (see [llms.WithThinking]), objects key by key.
	AdditionalFields map[string]any
	// ResponsePaths are JSON pointers into the model's own response; what they
	// find comes back in message.Info.AdditionalFields.
	ResponsePaths []string

	// PromptVariables fill a prompt of Bedrock Prompt Management, whose ARN is
	// then the model id.
	PromptVariables map[string]string

	// OutputSchema is a JSON Schema the answer must follow, sent as it is, and
	// OutputName what the schema is called; no name is sent when that is empty.
	// message.Call.OutputSchema, which prompts set, wins over it and is fitted
	// to the model: closed and without bounds for one that Bedrock holds to a
	// schema, put into words for any other.
	OutputSchema json.RawMessage
	OutputName   string
	// Effort is how hard the model should work: low, medium, high, xhigh, max.
	Effort string

	// StreamIdleTimeout ends a stream that is silent for so long, its first
	// event included. 0 means 5 minutes, negative never: the SDK has no such
	// limit, and a stalled stream would block until the context ends.
	StreamIdleTimeout time.Duration

	// Caching puts cache points where they pay.
	Caching Caching

	// BaseModel is the model behind an ARN that does not tell it, such as an
	// application inference profile's: anthropic.claude-sonnet-4-5, say. It
	// decides only how model-specific fields are written.
	BaseModel string

	// Strict turns every repair of a history (docs/bedrock.md lists them), and
	// every call option that Converse has no field for, into an error.
	Strict bool
}

// Guardrail names the guardrail that looks at requests and answers. The zero
// value is none.
type Guardrail struct {
	ID      string // id or ARN
	Version string // a number, or DRAFT, which is the default
	Trace   string // enabled, disabled, enabled_full
	// StreamMode is sync (look before sending, the default) or async. It
	// concerns streamed answers only.
	StreamMode string
}

// Caching says which parts of a request end in a cache point of ours. Points
// that the messages hold themselves are kept, and come first when the four
// that Bedrock allows are given out.
type Caching struct {
	System   bool          // after the last system block
	Tools    bool          // after the last tool
	Messages bool          // after the last user turn
	TTL      time.Duration // 0: the service's default, 5m or 1h
}

// defaultStreamIdleTimeout is long enough for a model that thinks before its
// first token.
const defaultStreamIdleTimeout = 5 * time.Minute
