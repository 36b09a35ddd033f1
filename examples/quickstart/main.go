// Quickstart answers two tickets at the support desk of an online shop: a chain
// in YAML, prompts from S3, an agent with a Go tool, throttling that is ridden
// out, and a conversation that is remembered.
//
//	go run ./examples/quickstart          on this machine alone, with scripted replies
//	go run ./examples/quickstart -live    on Amazon Bedrock, with your AWS configuration
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/tools"
)

//go:embed chain.yaml replies.yaml prompts
var files embed.FS

// tickets of one customer. The second can only be answered by who remembers
// the first.
var tickets = []string{
	"Where is my order A-1001? I need it tomorrow for a birthday!",
	"And what was in it again?",
}

func main() {
	onBedrock := flag.Bool("live", false, "ask Amazon Bedrock, with the AWS configuration of this machine")
	model := flag.String("model", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "model or inference-profile `id`")
	bucket := flag.String("bucket", "", "with -live: an S3 `bucket` for the prompts, which are published under causeway-quickstart/")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	where := offline
	if *onBedrock {
		where = func(ctx context.Context) (*place, error) { return live(ctx, *bucket) }
	}
	if err := run(ctx, where, *model); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, where func(context.Context) (*place, error), modelID string) error {
	p, err := where(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	fmt.Println(p.where)

	support, err := load(ctx, p, modelID)
	if err != nil {
		return err
	}
	var sum totals
	for _, ticket := range tickets {
		if err := ask(ctx, support, ticket, &sum); err != nil {
			return err
		}
	}
	sum.print()
	return nil
}

// load puts the parts together: prompts, a patient model, a tool, a memory, and
// the chain that names them all.
func load(ctx context.Context, p *place, modelID string) (*chain.Chain, error) {
	prompts, err := publish(ctx, p.s3, p.bucket)
	if err != nil {
		return nil, err
	}
	model, err := bedrock.New(p.bedrock, modelID, nil)
	if err != nil {
		return nil, err
	}
	patient := retry.Wrap(model, nil) // throttled calls wait and try again
	lookup, err := tools.New("lookup_order", "Look up an order by its number, such as A-1001.", lookupOrder, nil)
	if err != nil {
		return nil, err
	}
	desk, err := tools.NewSet(lookup)
	if err != nil {
		return nil, err
	}
	return chain.Load(ctx, files, "chain.yaml", &chain.Registry{
		Model:     func(string) (llms.Model, error) { return patient, nil },
		Templates: prompts,
		Tools:     desk,
		Memory:    map[string]memory.Store{"default": memory.NewInProcess()},
	})
}
