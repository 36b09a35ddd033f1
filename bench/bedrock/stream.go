package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

func benchStream(ctx context.Context, s *server) error {
	m, err := ours(ctx, s.URL+answersIn)
	if err != nil {
		return err
	}
	one, two := bare(s.URL+answersIn), bare(s.URL+answersIn)
	var first [3][]float64 // microseconds to the first chunk
	timed := func(i int, do func() (time.Duration, error)) func() error {
		return func() error {
			d, err := do()
			first[i] = append(first[i], float64(d.Microseconds()))
			return err
		}
	}
	err = race(fmt.Sprintf("a stream of %d chunks", chunks), 20,
		contender{"bare SDK", timed(0, func() (time.Duration, error) { return bareStream(ctx, one) })},
		contender{"bare SDK again", timed(1, func() (time.Duration, error) { return bareStream(ctx, two) })},
		contender{"bedrock.Model", timed(2, func() (time.Duration, error) { return ourStream(ctx, m) })})
	if err == nil {
		fmt.Printf("  to the first chunk, median us: bare %.0f, bare again %.0f, ours %.0f\n", middle(first[0]), middle(first[1]), middle(first[2]))
	}
	return err
}

func bareStream(ctx context.Context, c *bedrockruntime.Client) (first time.Duration, err error) {
	id, began := modelID, time.Now()
	out, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: &id,
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Where is my order 1017?"}},
		}},
	})
	if err != nil {
		return 0, err
	}
	events, n := out.GetStream(), 0
	defer events.Close()
	for event := range events.Events() {
		if d, ok := event.(*types.ConverseStreamOutputMemberContentBlockDelta); ok {
			if _, ok := d.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				if n++; n == 1 {
					first = time.Since(began)
				}
			}
		}
	}
	return first, counted(n, events.Err())
}

func ourStream(ctx context.Context, m *bedrock.Model) (first time.Duration, err error) {
	began, n := time.Now(), 0
	ctx = message.WithObserver(ctx, message.Observer{Delta: func(message.Delta) error {
		if n++; n == 1 {
			first = time.Since(began)
		}
		return nil
	}})
	_, err = m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order 1017?")})
	return first, counted(n, err)
}

// counted says when a stream was not whole, which the SDK does not.
func counted(n int, err error) error {
	if err == nil && n != chunks {
		return fmt.Errorf("%d of %d chunks came", n, chunks)
	}
	return err
}
