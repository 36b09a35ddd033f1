package memory_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

// Two programs write to one session. The slower one is told, and nothing is
// lost.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "sessions")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := memory.NewFileStore(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	talk := memory.New(store, "customer-17", &memory.Options{Window: 20})
	history, err := talk.Load(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	question := llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order?")
	answer := llms.TextParts(llms.ChatMessageTypeAI, "On its way.")
	if _, err := talk.Append(ctx, history.Revision, question, answer); err != nil {
		fmt.Println(err)
		return
	}
	_, err = talk.Append(ctx, history.Revision, question, answer)
	fmt.Println("late:", errors.Is(err, memory.ErrConflict))

	if history, err = talk.Load(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range history.Messages {
		text, _ := message.Text(m.Parts[0])
		fmt.Println(m.Role+":", text)
	}
	// Output:
	// late: true
	// human: Where is my order?
	// ai: On its way.
}

// What no longer fits is folded into a summary. Here a function writes it;
// memory.Summarize asks a model.
func ExampleOptions_summarizer() {
	ctx := context.Background()
	talk := memory.New(memory.NewInProcess(), "ada", &memory.Options{
		Window: 2,
		Summarizer: func(_ context.Context, before string, old []llms.MessageContent) (string, error) {
			return fmt.Sprintf("%s[%d messages about trains]", before, len(old)), nil
		},
	})
	for _, text := range []string{"I like trains", "red ones", "with wagons"} {
		err := talk.Update(ctx, func(context.Context, memory.History) ([]llms.MessageContent, error) {
			return []llms.MessageContent{
				llms.TextParts(llms.ChatMessageTypeHuman, text), llms.TextParts(llms.ChatMessageTypeAI, "I see."),
			}, nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	history, err := talk.Load(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range history.Messages {
		text, _ := message.Text(m.Parts[0])
		fmt.Println(text)
	}
	// Output:
	// <conversation_summary>
	// [4 messages about trains]
	// </conversation_summary>
	// This is what we talked about before.
	// I have it in mind.
	// with wagons
	// I see.
}
