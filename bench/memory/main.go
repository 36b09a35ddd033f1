package main

import (
	"context"
	"fmt"
	"os"

	"github.com/tmc/langchaingo/llms"
	lcbedrock "github.com/tmc/langchaingo/llms/bedrock"
	lcmemory "github.com/tmc/langchaingo/memory"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/memory"
)

const modelID = "anthropic.claude-3-haiku-20240307-v1:0" // one that langchaingo knows

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench/memory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	for _, turns := range []int{50, 100, 200, 400} {
		ours, err := causeway(ctx, turns)
		if err != nil {
			return err
		}
		theirs, err := langchain(ctx, turns)
		if err != nil {
			return err
		}
		err = race(fmt.Sprintf("%d turns", turns), 20,
			contender{"bare SDK, converting", bare(ctx, turns)},
			contender{"memory.Conversation + bedrock.Model", ours},
			contender{"langchaingo, as messages", theirs})
		if err != nil {
			return err
		}
	}
	return nil
}

// said is turn n of every contender's conversation.
func said(n int) (user, model string) {
	return fmt.Sprintf("And where is order %d, which I placed last week?", 1000+n),
		fmt.Sprintf("Order %d was shipped on Tuesday and should reach you by Friday.", 1000+n)
}

const last = "Thank you. And the next one?"

func causeway(ctx context.Context, turns int) (func() error, error) {
	talk := memory.New(memory.NewInProcess(), "talk", nil)
	var msgs []llms.MessageContent
	for n := range turns {
		user, model := said(n)
		msgs = append(msgs, llms.TextParts(llms.ChatMessageTypeHuman, user), llms.TextParts(llms.ChatMessageTypeAI, model))
	}
	if _, err := talk.Append(ctx, "", msgs...); err != nil {
		return nil, err
	}
	m, err := bedrock.New(client(), modelID, nil)
	if err != nil {
		return nil, err
	}
	return func() error {
		h, err := talk.Load(ctx)
		if err != nil {
			return err
		}
		_, err = m.GenerateContent(ctx, append(h.Messages, llms.TextParts(llms.ChatMessageTypeHuman, last)))
		return err
	}, nil
}

func langchain(ctx context.Context, turns int) (func() error, error) {
	history := lcmemory.NewChatMessageHistory()
	for n := range turns {
		user, model := said(n)
		if err := history.AddUserMessage(ctx, user); err != nil {
			return nil, err
		}
		if err := history.AddAIMessage(ctx, model); err != nil {
			return nil, err
		}
	}
	m, err := lcbedrock.New(lcbedrock.WithClient(client()), lcbedrock.WithModel(modelID))
	if err != nil {
		return nil, err
	}
	return func() error {
		chat, err := history.Messages(ctx)
		if err != nil {
			return err
		}
		var msgs []llms.MessageContent
		for _, c := range chat {
			msgs = append(msgs, llms.TextParts(c.GetType(), c.GetContent()))
		}
		_, err = m.GenerateContent(ctx, append(msgs, llms.TextParts(llms.ChatMessageTypeHuman, last)))
		return err
	}, nil
}
