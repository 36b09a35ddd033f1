package screen_test

import (
	"os"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/message"
)

// The events of a run, as chain.Stream yields them, become lines for a person.
func ExamplePrinter() {
	p := screen.New(os.Stdout, screen.StyleOf(os.Stdout, os.Getenv))
	for _, e := range []chain.Event{
		{Kind: chain.StepStarted, Step: "answer"},
		{Kind: chain.Token, Step: "answer", Text: "Your order "},
		{Kind: chain.Token, Step: "answer", Text: "was shipped."},
		{Kind: chain.StepFinished, Step: "answer", Duration: 1200 * time.Millisecond, Usage: &message.Usage{Input: 40, Output: 6}},
	} {
		p.Event(e)
	}
	p.Close()
	// Output:
	// ▸ answer
	//   Your order was shipped.
	//   ✓ 1.2s · 40 tokens in, 6 out
}
