package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/retry/sdkretryer"
	"github.com/tmc/langchaingo/llms"
)

// gate is retry.Wrap with nothing configured but o, in so many processes, each
// with a gate of its own.
func gate(name string, processes int, o *retry.Options) policy {
	return policy{name: name, processes: processes, start: func(b backend, sc scenario, _ uint64) (func(context.Context, work) error, error) {
		inner, err := modelOf(b)
		if err != nil {
			return nil, err
		}
		m := retry.Wrap(inner, o)
		return func(ctx context.Context, w work) error {
			msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, prompt(w, sc.misjudge))}
			_, err := m.GenerateContent(context.WithValue(ctx, workKey{}, w), msgs,
				llms.WithMaxTokens(w.maxTokens), llms.WithStopWords([]string{fmt.Sprintf("out=%d", w.out)}))
			return err
		}, nil
	}}
}

// gateRetryer is the gate under the bare SDK client.
func gateRetryer(name string) policy {
	return policy{name: name, start: func(b backend, _ scenario, _ uint64) (func(context.Context, work) error, error) {
		e, err := wireOf(b)
		if err != nil {
			return nil, err
		}
		r := sdkretryer.New(retry.NewGate(nil), &sdkretryer.Options{Cost: retry.Cost{Input: 500, MaxTokens: 1500}})
		client := e.client(func(o *bedrockruntime.Options) { o.Retryer = r })
		return func(ctx context.Context, w work) error { return converse(ctx, client, w) }, nil
	}}
}

// modelOf returns b as a model.
func modelOf(b backend) (llms.Model, error) {
	switch b := b.(type) {
	case *service:
		return light{b}, nil
	case *wire:
		return bedrock.New(b.client(), modelID, nil)
	}
	return nil, fmt.Errorf("no model for a %T", b)
}

// light is the light service as a model.
type light struct{ s *service }

type workKey struct{}

func (light) MessageAware() {}

func (m light) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}

func (m light) GenerateContent(ctx context.Context, _ []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	w, _ := ctx.Value(workKey{}).(work)
	if err := m.s.exchange(ctx, w); err != nil {
		return nil, err
	}
	choice := &llms.ContentChoice{}
	message.Attach(choice, message.Info{Usage: message.Usage{Input: w.in, Output: w.out}})
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

// filler is text to cut prompts from.
var filler = strings.Repeat("word", 2000)

// prompt returns text of w.in tokens by the estimate of four bytes each, or of
// fewer when the estimate is to be wrong.
func prompt(w work, misjudge float64) string {
	n := int(float64(4*(w.in-4)) * (1 - misjudge))
	return filler[:min(max(n, 4), len(filler))]
}
