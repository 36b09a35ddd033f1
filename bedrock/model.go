package bedrock

import (
	"context"
	"errors"
	"maps"
	"slices"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Model is one foundation model behind Converse and ConverseStream. It is an
// llms.Model, an llms.ReasoningModel and a message.Aware, and safe for
// concurrent use.
type Model struct {
	client  Client
	id      string
	family  family
	options Options
}

var (
	_ llms.ReasoningModel = (*Model)(nil)
	_ message.Aware       = (*Model)(nil)
)

// New returns the model of that id, asked through client: a model id, the id
// or ARN of an inference profile, or the ARN of a managed prompt. It asks the
// service nothing; a wrong id shows at the first call.
func New(client Client, modelID string, o *Options) (*Model, error) {
	switch {
	case client == nil:
		return nil, errors.New("bedrock: New: the client is nil; NewClient makes one")
	case modelID == "":
		return nil, errors.New("bedrock: New: no model id")
	}
	m := &Model{client: client, id: modelID}
	if o != nil {
		m.options = *o
		m.options.RequestMetadata = maps.Clone(o.RequestMetadata)
		m.options.AdditionalFields = maps.Clone(o.AdditionalFields)
		m.options.PromptVariables = maps.Clone(o.PromptVariables)
		m.options.ResponsePaths = slices.Clone(o.ResponsePaths)
	}
	if m.options.StreamIdleTimeout == 0 {
		m.options.StreamIdleTimeout = defaultStreamIdleTimeout
	}
	m.family = familyOf(modelID)
	if m.options.BaseModel != "" {
		m.family = familyOf(m.options.BaseModel)
	}
	return m, nil
}

// ID returns the model's id as it was given to [New].
func (m *Model) ID() string { return m.id }

// MessageAware marks a model that reads package message's parts.
func (m *Model) MessageAware() {}

// SupportsReasoning reports whether models of this family think before they
// answer when llms.WithThinking asks them to.
func (m *Model) SupportsReasoning() bool {
	name := m.id
	if m.options.BaseModel != "" {
		name = m.options.BaseModel
	}
	return reasons(m.family, name)
}

// Call asks with a single prompt.
//
// Deprecated: langchaingo keeps it for older callers; use GenerateContent or
// llms.GenerateFromSinglePrompt.
func (m *Model) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}

// GenerateContent asks the model once. The response has one choice; its
// StopReason is Bedrock's own word, and a reply that was cut short (max_tokens,
// guardrail_intervened, content_filtered, ...) is an answer and no error.
// message.InfoOf gives the whole reply, usage, latency and trace.
//
// It streams when a streaming option is set or ctx has an observer of deltas:
// those hear the answer as it comes, in order, on this goroutine. An error of
// theirs ends the call and is returned, wrapped. Every other error is an *Error.
func (m *Model) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	r, err := m.newRequest(ctx, "Converse", msgs, opts)
	if err != nil {
		return nil, err
	}
	if r.streams(ctx) {
		return m.stream(ctx, r)
	}
	out, err := m.client.Converse(ctx, &r.in)
	if err != nil {
		return nil, callError("Converse", r.model, err)
	}
	a, err := r.answerOf(out)
	if err != nil {
		return nil, callError("Converse", r.model, err)
	}
	a.info.RequestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return a.response(), nil
}
