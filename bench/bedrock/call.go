package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// answersIn is late enough for the bare SDK to lose no connection.
const answersIn = "/1ms"

func benchCall(ctx context.Context, s *server) error {
	m, err := ours(ctx, s.URL+answersIn)
	if err != nil {
		return err
	}
	msgs := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "You answer questions about orders."),
		llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order 1017?"),
	}
	one, two := bare(s.URL+answersIn), bare(s.URL+answersIn)
	return race("one call", 60,
		contender{"bare SDK", func() error { return bareCall(ctx, one) }},
		contender{"bare SDK again", func() error { return bareCall(ctx, two) }},
		contender{"bedrock.Model", func() error {
			_, err := m.GenerateContent(ctx, msgs, llms.WithMaxTokens(512), llms.WithTemperature(0))
			return err
		}})
}

func bareCall(ctx context.Context, c *bedrockruntime.Client) error {
	id := modelID
	_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId:         &id,
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: new(int32(512)), Temperature: new(float32(0))},
		System:          []types.SystemContentBlock{&types.SystemContentBlockMemberText{Value: "You answer questions about orders."}},
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Where is my order 1017?"}},
		}},
	})
	return err
}
