// Flow runs a chain from YAML: two steps side by side, one step for each item
// of a list, and a branch by what was found. Replies are scripted.
//
//	go run ./examples/flow
//
// The same chain runs from the command line, and can be drawn:
//
//	go run ./cmd/causeway run examples/flow/chain.yaml --emulator examples/flow/replies.yaml --set article="The old bridge ..."
//	go run ./cmd/causeway graph examples/flow/chain.yaml
package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

//go:embed chain.yaml prompts replies.yaml
var files embed.FS

const article = "The old bridge, opened in 1932, is still the longest in the country."

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flow:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	newsroom, err := load(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "scripted replies from the Bedrock emulator")
	for e, err := range newsroom.Stream(ctx, chain.Values{"article": article}, nil) {
		if err != nil {
			return err
		}
		switch e.Kind {
		case chain.StepFinished:
			fmt.Fprintf(out, "%-16s %6s  %v\n", e.Step, e.Duration.Round(time.Millisecond), e.Values)
		case chain.RunFinished:
			fmt.Fprintf(out, "\n%s\n%d model calls, %d tokens in, %d out\n",
				e.Values["decision"], e.Attempts, e.Usage.Input, e.Usage.Output)
		}
	}
	return nil
}

func load(ctx context.Context) (*chain.Chain, error) {
	replies, err := emulator.ScriptFile(files, "replies.yaml")
	if err != nil {
		return nil, err
	}
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: replies}).Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, err
	}
	prompts, err := fs.Sub(files, "prompts")
	if err != nil {
		return nil, err
	}
	library, err := templates.NewLibrary(templates.FromFS(prompts), nil)
	if err != nil {
		return nil, err
	}
	wrapped := retry.Wrap(model, nil)
	return chain.Load(ctx, files, "chain.yaml", &chain.Registry{
		Model:     func(string) (llms.Model, error) { return wrapped, nil },
		Templates: library,
	})
}
