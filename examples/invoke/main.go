// Invoke is the low-level path: a request in the model's own form through
// InvokeModel, for what Converse does not reach. The body is yours; errors are
// typed; backoff and the quota gate come from outside, through retry.Through.
//
//	go run ./examples/invoke          # scripted replies, no AWS account
//	go run ./examples/invoke -live    # Amazon Bedrock, default AWS configuration
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

func main() {
	live := flag.Bool("live", false, "ask Amazon Bedrock, with the default AWS configuration")
	model := flag.String("model", "anthropic.claude-3-haiku-20240307-v1:0", "a Claude model's id")
	flag.Parse()
	ctx := context.Background()
	client, err := clientFor(ctx, *live)
	if err == nil {
		err = run(ctx, os.Stdout, client, *model)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "invoke:", err)
		os.Exit(1)
	}
}

// clientFor is Amazon Bedrock's client, or the emulator's, which refuses the
// first two calls.
func clientFor(ctx context.Context, live bool) (bedrock.InvokeClient, error) {
	if live {
		return bedrock.NewClient(ctx, nil)
	}
	return emulator.New(&emulator.Options{
		Responder: emulator.Script(emulator.Turn{Text: "(scripted reply) Two tickets are open, one is late."}),
		Faults:    []emulator.Fault{emulator.Throttle(2)},
	}).Client(), nil
}

// body is a request in Anthropic's own form, as Bedrock takes it from InvokeModel.
const body = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":200,
	"messages":[{"role":"user","content":"How many tickets are open?"}]}`

func run(ctx context.Context, out io.Writer, client bedrock.InvokeClient, model string) error {
	gate := retry.NewGate(nil) // one for an account, region and model, shared by all who ask
	ctx = message.WithObserver(ctx, message.Observer{Notice: func(n message.Notice) {
		if n.Kind == message.NoticeWait {
			fmt.Fprintf(out, "refused (%s); attempt %d follows in %.1fs\n", n.Class, n.Attempt+1, n.Wait.Seconds())
		}
	}})
	request := bedrock.Invocation{Model: model, Body: []byte(body)}

	reply, err := retry.Through(ctx, gate, retry.Cost{Input: 20, MaxTokens: 200}, func(ctx context.Context) (*bedrock.Reply, message.Usage, error) {
		reply, err := bedrock.Invoke(ctx, client, request)
		if err != nil {
			return nil, message.Usage{}, err
		}
		return reply, reply.Usage, nil
	})
	if err != nil {
		return explain(err)
	}
	var answer struct{ Content []struct{ Text string } }
	if err := json.Unmarshal(reply.Body, &answer); err != nil {
		return fmt.Errorf("the model's own form: %w", err)
	}
	for _, block := range answer.Content {
		fmt.Fprintln(out, block.Text)
	}
	fmt.Fprintf(out, "request %s: %d tokens in, %d out\n", reply.RequestID, reply.Usage.Input, reply.Usage.Output)
	return stream(ctx, out, client, request)
}

// stream asks again and prints the answer as it comes. A stream is asked for
// once: what was printed cannot be taken back.
func stream(ctx context.Context, out io.Writer, client bedrock.InvokeClient, request bedrock.Invocation) error {
	for chunk, err := range bedrock.InvokeStream(ctx, client, request) {
		if err != nil {
			return explain(err)
		}
		var event struct{ Delta struct{ Text string } }
		if err := json.Unmarshal(chunk, &event); err != nil {
			return fmt.Errorf("the model's own form: %w", err)
		}
		fmt.Fprint(out, event.Delta.Text)
	}
	fmt.Fprintln(out)
	return nil
}

// explain tells the service's own words from everything else.
func explain(err error) error {
	if e, ok := errors.AsType[*bedrock.Error](err); ok && e.Code != "" {
		return fmt.Errorf("the service says %s: %s (request %q)", e.Code, e.Message, e.RequestID)
	}
	return err
}
