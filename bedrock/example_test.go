package bedrock_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
)

func Example() {
	ctx := context.Background()
	client := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{Text: "Because of Rayleigh scattering.", Reasoning: "Short waves scatter more."},
	)}).Client() // on AWS: bedrock.NewClient(ctx, nil)
	model, err := bedrock.New(client, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", &bedrock.Options{MaxTokens: 500})
	if err != nil {
		log.Fatal(err)
	}
	history := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Why is the sky blue?")}
	resp, err := model.GenerateContent(ctx, history, llms.WithTemperature(0))
	if err != nil {
		log.Fatal(err)
	}
	choice := resp.Choices[0]
	fmt.Println(choice.Content, choice.StopReason)

	// The reply goes back into the history whole, its signed reasoning included.
	history = append(history, message.Assistant(choice))
	fmt.Println(len(history[1].Parts), "parts to send again")
	// Output:
	// Because of Rayleigh scattering. end_turn
	// 2 parts to send again
}

// An observer in the context hears the answer as it comes.
func ExampleModel_GenerateContent_stream() {
	client := emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{Text: "one two three", Chunks: []string{"one", " two", " three"}},
	)}).Client()
	model, err := bedrock.New(client, "amazon.nova-lite-v1:0", nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := message.WithObserver(context.Background(), message.Observer{Delta: func(d message.Delta) error {
		fmt.Printf("%s|", d.Text)
		return nil
	}})
	if _, err := model.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Count.")}); err != nil {
		log.Fatal(err)
	}
	// Output: one| two| three|
}

// Every failure is an *Error, and langchaingo's questions about it are
// answered rightly.
func ExampleError() {
	client := emulator.New(&emulator.Options{Faults: []emulator.Fault{emulator.Throttle(1)}}).Client()
	model, err := bedrock.New(client, "amazon.nova-lite-v1:0", nil)
	if err != nil {
		log.Fatal(err)
	}
	_, err = llms.GenerateFromSinglePrompt(context.Background(), model, "hi")
	if e, ok := errors.AsType[*bedrock.Error](err); ok {
		fmt.Println(e.Code, e.Status, e.InStream)
	}
	fmt.Println(llms.IsRateLimitError(err))
	// Output:
	// ThrottlingException 429 false
	// true
}

// An Embedder is langchaingo's embeddings.EmbedderClient.
func ExampleEmbedder() {
	client := emulator.New(nil).Client()
	embedder, err := bedrock.NewEmbedder(client, "amazon.titan-embed-text-v2:0", &bedrock.EmbedderOptions{Dimensions: 256})
	if err != nil {
		log.Fatal(err)
	}
	vectors, err := embedder.CreateEmbedding(context.Background(), []string{"a late parcel", "a delayed delivery"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(vectors), "vectors of", len(vectors[0]))
	// Output: 2 vectors of 256
}
