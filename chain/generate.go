package chain

import (
	"context"
	"errors"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Generate asks a model from inside a step of somebody else's making, or from
// a tool, as the package's own steps do: tokens and retries become the step's
// events, tokens and time are booked on it, and the run's call options hold.
// Outside a run it is message.Generate. It returns the first choice.
func Generate(ctx context.Context, m llms.Model, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentChoice, error) {
	f := frameOf(ctx)
	return f.generate(ctx, m, msgs, f.res.Turns+1, opts)
}

// generate asks a model once and books what it cost.
func (f frame) generate(ctx context.Context, m llms.Model, msgs []llms.MessageContent, turn int, opts []llms.CallOption) (*llms.ContentChoice, error) {
	if len(f.run.options) > 0 && (f.run.optsFor == nil || f.run.optsFor(f.path)) {
		opts = append(opts[:len(opts):len(opts)], f.run.options...)
	}
	resp, err := message.Generate(f.observe(ctx, turn, time.Now()), m, msgs, opts...)
	if err != nil {
		f.bookFailure(err)
		return nil, err
	}
	if len(resp.Choices) == 0 {
		return nil, errors.New("the model returned no choice")
	}
	choice := resp.Choices[0]
	info := message.InfoOf(choice)
	f.res.mu.Lock()
	defer f.res.mu.Unlock()
	f.res.Turns = max(f.res.Turns, turn)
	f.res.Usage = f.res.Usage.Add(info.Usage)
	f.res.Attempts += max(info.Attempts, 1)
	f.res.Waited += info.Waited
	f.res.Model, f.res.StopReason = info.Model, choice.StopReason
	return choice, nil
}
