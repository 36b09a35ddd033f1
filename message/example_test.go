package message_test

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Any llms.Model can be asked, and heard as it answers.
func ExampleGenerate() {
	ctx := message.WithObserver(context.Background(), message.Observer{
		Delta: func(d message.Delta) error {
			fmt.Printf("%s %q\n", d.Kind, d.Text)
			return nil
		},
	})
	history := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Say hello")}
	reply, err := message.Generate(ctx, &foreign{}, history)
	if err != nil {
		fmt.Println(err)
		return
	}
	history = append(history, message.Assistant(reply.Choices[0]))
	stored, err := message.Marshal(history)
	fmt.Println(string(stored), err)
	// Output:
	// reasoning "hm"
	// text "Hel"
	// text "lo"
	// [{"role":"human","parts":[{"type":"text","text":"Say hello"}]},{"role":"ai","parts":[{"type":"text","text":"Hello"}]}] <nil>
}
