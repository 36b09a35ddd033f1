package main

import (
	"context"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

// work is one call a caller makes.
type work struct{ in, out, maxTokens int }

// policy is a way to make calls. start returns what one process does for one
// call; it is called once for each process.
type policy struct {
	name      string
	processes int
	start     func(s *service, seed uint64) func(ctx context.Context, w work) error
}

// light is the service as a model, without wire or client, for runs in which
// the client's own cost is of no interest.
type light struct {
	s *service
}

func (light) MessageAware() {}

func (m light) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}

type workKey struct{}

func (m light) GenerateContent(ctx context.Context, _ []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	w := ctx.Value(workKey{}).(work)
	if err := m.s.serve(ctx, w.in, w.out, w.maxTokens); err != nil {
		return nil, err
	}
	choice := &llms.ContentChoice{}
	message.Attach(choice, message.Info{Usage: message.Usage{Input: w.in, Output: w.out}})
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

// filler is text to cut prompts from: four bytes a token, as retry estimates.
var filler = func() string {
	b := make([]byte, 1<<16)
	for i := range b {
		b[i] = 'a'
	}
	return string(b)
}()

// ours is retry.Wrap with nothing configured but o. off is by how much its
// estimate of the input errs.
func ours(name string, processes int, off float64, o *retry.Options) policy {
	return policy{name: name, processes: processes, start: func(s *service, _ uint64) func(context.Context, work) error {
		m := retry.Wrap(light{s}, o)
		debugGates = append(debugGates, m.Gate(""))
		return func(ctx context.Context, w work) error {
			n := int(float64(w.in) * 4 * (1 - off))
			msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, filler[:min(n, len(filler))])}
			_, err := m.GenerateContent(context.WithValue(ctx, workKey{}, w), msgs, llms.WithMaxTokens(w.maxTokens))
			return err
		}
	}}
}

var debugGates []*retry.Gate
