package retry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// Options are the settings of [Wrap]. The zero value suits most programs.
type Options struct {
	// Gates returns the gate of a model, by the id given with llms.WithModel,
	// "" for the model's own. Give it when several wrapped models share a
	// quota. Nil makes one gate for each id, for this wrapped model alone.
	Gates func(modelID string) *Gate

	// Quota is where the rates of the gates made here start.
	Quota Quota
	// Breaker says when the gates made here take the service for down.
	Breaker Breaker

	// Fallbacks are asked when the model cannot answer, or not in time, in
	// this order; Prefer says when.
	Fallbacks []Fallback
	Prefer    Prefer

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
// is safe for concurrent use when the models inside are.
type Model struct {
	inner llms.Model
	o     Options

	mu    sync.Mutex
	gates map[string]*Gate // those made here
}

var (
	_ message.Aware       = (*Model)(nil)
	_ llms.ReasoningModel = (*Model)(nil)
)

// Wrap returns m with retries around every call. Nil options are the defaults.
// It must be the only layer that retries: switch the SDK's own retries off
// (bedrock.NewClient does). A model that is wrapped twice answers every call
// with [ErrLayers].
func Wrap(m llms.Model, o *Options) *Model {
	w := &Model{inner: m, gates: make(map[string]*Gate)}
	if o != nil {
		w.o = *o
	}
	w.o.Fallbacks = slices.Clone(w.o.Fallbacks)
	for i := range w.o.Fallbacks {
		f := &w.o.Fallbacks[i]
		if f.Gate == nil {
			f.Gate = NewGate(&GateOptions{Breaker: w.o.Breaker, Rand: w.o.Rand})
		}
	}
	return w
}

// Gate returns the gate that calls for modelID go through, "" for the model's
// own: for its Stats.
func (m *Model) Gate(modelID string) *Gate {
	if m.o.Gates != nil {
		if g := m.o.Gates(modelID); g != nil {
			return g
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g, ok := m.gates[modelID]
	if !ok {
		g = NewGate(&GateOptions{Quota: m.o.Quota, Breaker: m.o.Breaker, Rand: m.o.Rand})
		m.gates[modelID] = g
	}
	return g
}

// routes returns where a call for modelID may go, in order.
func (m *Model) routes(modelID string) []route {
	routes := make([]route, 1, 1+len(m.o.Fallbacks))
	routes[0] = route{name: cmp.Or(modelID, m.ID()), model: m.inner, gate: m.Gate(modelID)}
	for _, f := range m.o.Fallbacks {
		routes = append(routes, route{name: f.Name, model: f.Model, gate: f.Gate, backup: true})
	}
	return routes
}

// Unwrap returns the model inside.
func (m *Model) Unwrap() llms.Model { return m.inner }

// MessageAware marks m as a model that takes message's parts: for an inner
// model that does not, they are turned into langchaingo's.
func (m *Model) MessageAware() {}

// ID returns the inner model's id, "" for one that does not say.
func (m *Model) ID() string {
	if i, ok := m.inner.(interface{ ID() string }); ok {
		return i.ID()
	}
	return ""
}

// CountTokens asks the inner model how many input tokens msgs are to it, with
// plain retries: the service counts such requests apart. The error of a model
// that cannot count is errors.ErrUnsupported.
func (m *Model) CountTokens(ctx context.Context, msgs []llms.MessageContent) (int, error) {
	c, ok := m.inner.(interface {
		CountTokens(context.Context, []llms.MessageContent) (int, error)
	})
	if !ok {
		return 0, fmt.Errorf("retry: %T cannot count tokens: %w", m.inner, errors.ErrUnsupported)
	}
	return Do(ctx, Policy{Rand: m.o.Rand}, func(ctx context.Context) (int, error) { return c.CountTokens(ctx, msgs) })
}

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
	c := &call{routes: m.routes(asked.Model), prefer: m.o.Prefer, cost: estimate(msgs, &asked), rand: m.o.Rand}
	c.begin(ctx, m.o.MaxElapsed)
	resp, err := run(ctx, c, func(ctx context.Context, r *route) (*llms.ContentResponse, message.Usage, error) {
		ctx, opts := c.out.attach(ctx, &asked, opts)
		if r.backup {
			opts = append(opts, llms.WithModel(""))
		}
		resp, err := message.Generate(ctx, r.model, msgs, opts...)
		return resp, usageOf(resp), err
	})
	if err != nil {
		return nil, err
	}
	for _, choice := range resp.Choices {
		info := message.InfoOf(choice)
		info.Attempts, info.Waited = c.failure.Attempts, c.failure.Waited
		if info.Model == "" {
			info.Model = c.current.name
		}
		message.Attach(choice, info)
	}
	return resp, nil
}

// usageOf returns the tokens of a response: models put them on its first
// choice, or the same on each.
func usageOf(resp *llms.ContentResponse) message.Usage {
	if resp == nil || len(resp.Choices) == 0 {
		return message.Usage{}
	}
	return message.UsageOf(resp.Choices[0])
}

// Call asks with one text and returns the answer's text.
//
// Deprecated: it is here because llms.Model demands it; use GenerateContent.
func (m *Model) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}
