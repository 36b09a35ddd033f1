package retry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

// plain is a model that knows nothing of message.
type plain struct{}

func (plain) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, plain{}, prompt, opts...)
}

func (plain) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "ok"}}}, nil
}

func TestTwoLayersAreRefused(t *testing.T) {
	m := &scripted{turns: fails(100, errUnavailable)}
	_, err := retry.Wrap(retry.Wrap(m, nil), nil).GenerateContent(t.Context(), hello)
	if !errors.Is(err, retry.ErrLayers) || m.calls != 0 {
		t.Errorf("%d calls, %v", m.calls, err)
	}
	_, err = retry.Through(t.Context(), retry.NewGate(nil), retry.Cost{}, func(ctx context.Context) (int, message.Usage, error) {
		if !retry.Within(ctx) {
			t.Error("an attempt does not know that it is one")
		}
		_, err := retry.Wrap(m, nil).GenerateContent(ctx, hello)
		return 0, message.Usage{}, err
	})
	if !errors.Is(err, retry.ErrLayers) || m.calls != 0 {
		t.Errorf("%d calls, %v", m.calls, err)
	}
	if retry.Within(t.Context()) {
		t.Error("a plain context is taken for an attempt's")
	}
}

func TestThrough(t *testing.T) {
	g := retry.NewGate(nil)
	var calls int
	got, err := retry.Through(t.Context(), g, retry.Cost{Input: 100}, func(context.Context) (string, message.Usage, error) {
		calls++
		if calls == 1 {
			return "", message.Usage{}, &apiError{code: "ThrottlingException", message: "Too many tokens", status: 429, after: time.Millisecond}
		}
		return "vector", message.Usage{Input: 100}, nil
	})
	if err != nil || got != "vector" || calls != 2 {
		t.Errorf("%q after %d calls, %v", got, calls, err)
	}
	if s := g.Stats(); s.TPM == 0 || s.InFlight != 0 {
		t.Errorf("%+v", s)
	}
}
