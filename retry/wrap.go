package retry

import (
	"context"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// Options are the settings of [Wrap]. The zero value suits most programs.
type Options struct {
	// MaxElapsed is how long after its begin a call may still start an
	// attempt. 0 means two minutes for calls whose context has no deadline,
	// and no limit but the deadline for those that have one. Negative means no
	// limit at all.
	MaxElapsed time.Duration

	// Rand returns numbers in [0,1), for tests that repeat. Nil means
	// math/rand/v2's; it must be safe for concurrent use.
	Rand func() float64
}

// Model is an llms.Model whose calls survive throttling and short outages. It
// is safe for concurrent use when the model inside is.
type Model struct {
	inner llms.Model
	o     Options
}

var (
	_ message.Aware       = (*Model)(nil)
	_ llms.ReasoningModel = (*Model)(nil)
)

// Wrap returns m with retries around every call. Nil options are the defaults.
// It must be the only layer that retries: switch the SDK's own retries off
// (bedrock.NewClient does).
func Wrap(m llms.Model, o *Options) *Model {
	w := &Model{inner: m}
	if o != nil {
		w.o = *o
	}
	return w
}

// Unwrap returns the model inside.
func (m *Model) Unwrap() llms.Model { return m.inner }

// MessageAware marks m as a model that takes message's parts: for an inner
// model that does not, they are turned into langchaingo's.
func (m *Model) MessageAware() {}

// SupportsReasoning reports what the inner model reports, and false for one
// that does not say.
func (m *Model) SupportsReasoning() bool {
	r, ok := m.inner.(llms.ReasoningModel)
	return ok && r.SupportsReasoning()
}

// GenerateContent asks the inner model until it answers, until it fails for a
// reason that waiting does not cure, or until the deadline. A stream is asked
// for again only as long as nothing of it has reached the caller. Every
// failure is an *[Error]. The answer's message.Info tells the attempts and the
// time waited.
func (m *Model) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	var asked llms.CallOptions
	for _, o := range opts {
		o(&asked)
	}
	c := newCall(m, asked.Model)
	attemptCtx, opts := c.out.attach(ctx, &asked, opts)
	resp, err := c.run(ctx, func() (*llms.ContentResponse, error) {
		return message.Generate(attemptCtx, m.inner, msgs, opts...)
	})
	if err != nil {
		return nil, err
	}
	for _, choice := range resp.Choices {
		info := message.InfoOf(choice)
		info.Attempts, info.Waited = c.failure.Attempts, c.failure.Waited
		message.Attach(choice, info)
	}
	return resp, nil
}

// Call asks with one text and returns the answer's text.
//
// Deprecated: it is here because llms.Model demands it; use GenerateContent.
func (m *Model) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}
