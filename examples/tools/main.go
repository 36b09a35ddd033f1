// Tools lets a model look up an order, do sums, and pay money back, which it
// may only do when you allow it.
//
//	go run ./examples/tools          on this machine alone, with scripted replies
//	go run ./examples/tools -live    on Amazon Bedrock, with your AWS configuration
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/tools"
)

const question = "Two mugs of my order A-1001 came broken. Please pay me back what they cost."

func main() {
	live := flag.Bool("live", false, "ask Amazon Bedrock, with the AWS configuration of this machine")
	model := flag.String("model", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "model or inference-profile `id`")
	yes := flag.Bool("yes", false, "allow every refund instead of asking")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *model, *live, desk{in: bufio.NewReader(os.Stdin), out: os.Stdout, yes: *yes}); err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, modelID string, live bool, d desk) error {
	client := bedrock.Client(emulator.New(&emulator.Options{Responder: replies()}).Client())
	if live {
		var err error
		if client, err = bedrock.NewClient(ctx, nil); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(d.out, "scripted replies from the Bedrock emulator")
	}
	model, err := bedrock.New(client, modelID, nil)
	if err != nil {
		return err
	}
	lookup, err := tools.New("lookup_order", "Look up an order: what was in it and what it cost.", lookupOrder, nil)
	if err != nil {
		return err
	}
	refund, err := tools.New("refund", "Pay money back to the customer.", d.refund, &tools.Options{NeedsApproval: true})
	if err != nil {
		return err
	}
	set, err := tools.NewSet(lookup, refund, tools.Calculator())
	if err != nil {
		return err
	}
	return d.talk(ctx, retry.Wrap(model, nil), set)
}

// desk is where the human sits.
type desk struct {
	in  *bufio.Reader
	out io.Writer
	yes bool
}

// talk asks, runs what the model calls, and asks again, until it answers.
// (Package chain's Agent does the same with prompts, events and limits.)
func (d desk) talk(ctx context.Context, model llms.Model, set *tools.Set) error {
	fmt.Fprintf(d.out, "\ncustomer: %s\n", question)
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, question)}
	for turn := range 8 {
		reply, err := message.Generate(ctx, model, msgs, llms.WithTools(set.Definitions()))
		if err != nil {
			return err
		}
		choice := reply.Choices[0]
		msgs = append(msgs, message.Assistant(choice))
		if len(choice.ToolCalls) == 0 {
			fmt.Fprintf(d.out, "model:    %s\n", choice.Content)
			return nil
		}
		results := set.Run(ctx, choice.ToolCalls, &tools.RunOptions{
			IdempotencyKey: fmt.Sprintf("example/%d", turn), History: msgs,
			Approve: d.approve, Finished: d.report,
		})
		answers := llms.MessageContent{Role: llms.ChatMessageTypeTool}
		for _, r := range results {
			answers.Parts = append(answers.Parts, r)
		}
		msgs = append(msgs, answers)
	}
	return fmt.Errorf("the model called tools for 8 turns and never answered")
}

func (d desk) report(r tools.Report) {
	said, _ := message.Text(r.Result.Parts[0])
	mark := "->"
	if r.Result.IsError {
		mark = "-> failed:"
	}
	f := r.Call.FunctionCall
	fmt.Fprintf(d.out, "tool:     %s(%s) %s %s\n", f.Name, strings.TrimSpace(f.Arguments), mark, said)
}
