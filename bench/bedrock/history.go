package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

const turns = 200

func benchHistory(ctx context.Context, s *server) error {
	m, err := ours(ctx, s.URL+answersIn)
	if err != nil {
		return err
	}
	var msgs []llms.MessageContent
	for i := range turns / 2 {
		msgs = append(msgs,
			llms.TextParts(llms.ChatMessageTypeHuman, fmt.Sprintf("And where is order %d, which I placed last week?", 1000+i)),
			llms.TextParts(llms.ChatMessageTypeAI, fmt.Sprintf("Order %d was shipped on Tuesday and should reach you by Friday.", 1000+i)))
	}
	msgs = append(msgs, llms.TextParts(llms.ChatMessageTypeHuman, "Thank you. And the next one?"))
	one, two := bare(s.URL+answersIn), bare(s.URL+answersIn)
	return race(fmt.Sprintf("a history of %d turns, converted for each call", turns), 30,
		contender{"bare SDK", func() error { return bareHistory(ctx, one, msgs) }},
		contender{"bare SDK again", func() error { return bareHistory(ctx, two, msgs) }},
		contender{"bedrock.Model", func() error {
			_, err := m.GenerateContent(ctx, msgs)
			return err
		}})
}

// bareHistory converts as one would by hand: a block for each text.
func bareHistory(ctx context.Context, c *bedrockruntime.Client, msgs []llms.MessageContent) error {
	id := modelID
	in := &bedrockruntime.ConverseInput{ModelId: &id}
	for _, msg := range msgs {
		role := types.ConversationRoleUser
		if msg.Role == llms.ChatMessageTypeAI {
			role = types.ConversationRoleAssistant
		}
		var content []types.ContentBlock
		for _, part := range msg.Parts {
			content = append(content, &types.ContentBlockMemberText{Value: part.(llms.TextContent).Text})
		}
		in.Messages = append(in.Messages, types.Message{Role: role, Content: content})
	}
	_, err := c.Converse(ctx, in)
	return err
}
