// Chat keeps a conversation in S3: it goes on after a restart, on any machine,
// and what no longer fits is folded into a rolling summary.
//
//	go run ./examples/chat                                  on this machine alone, with scripted replies
//	go run ./examples/chat -live -bucket B -session ada     on Amazon Bedrock and S3; type, stop, start again
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
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/s3memory"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

func main() {
	onAWS := flag.Bool("live", false, "use Amazon Bedrock and S3, with the AWS configuration of this machine")
	bucket := flag.String("bucket", "", "with -live: the S3 `bucket` that keeps the sessions, under causeway-chat/")
	session := flag.String("session", "ada", "the session's `name`")
	model := flag.String("model", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "model or inference-profile `id`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := func() error {
		if !*onAWS {
			return demo(ctx, os.Stdout, *session, *model)
		}
		p, err := live(ctx, *bucket)
		if err != nil {
			return err
		}
		return sit(ctx, p, *session, *model, os.Stdin, os.Stdout)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

// sit is one run of the program, from its start to its end: it keeps nothing
// but what is in the bucket.
func sit(ctx context.Context, p place, session, modelID string, in io.Reader, out io.Writer) error {
	model, err := bedrock.New(p.bedrock, modelID, nil)
	if err != nil {
		return err
	}
	patient := retry.Wrap(model, nil)
	store, err := s3memory.New(p.s3, p.bucket, &s3memory.Options{Prefix: "causeway-chat"})
	if err != nil {
		return err
	}
	talk := memory.New(store, session, &memory.Options{
		Window:     2, // short, so that the summary shows
		MaxTokens:  4000,
		Summarizer: memory.Summarize(patient, nil),
		Merge:      true, // somebody else may write to the session: keep both
	})
	lines := bufio.NewScanner(in)
	for fmt.Fprint(out, "you:   "); lines.Scan(); fmt.Fprint(out, "you:   ") {
		if p.echo {
			fmt.Fprintln(out, lines.Text())
		}
		if text := strings.TrimSpace(lines.Text()); text != "" {
			if err := answer(ctx, patient, talk, text, out); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(out, "(the program ends)")
	return lines.Err()
}

// answer makes one turn: load, ask, append.
func answer(ctx context.Context, model llms.Model, talk *memory.Conversation, text string, out io.Writer) error {
	system := llms.TextParts(llms.ChatMessageTypeSystem, "You sell toys. Answer in one or two sentences.")
	return talk.Update(ctx, func(ctx context.Context, h memory.History) ([]llms.MessageContent, error) {
		fmt.Fprintf(out, "       [from S3: %s]\nmodel: ", describe(h.Messages))
		question := llms.TextParts(llms.ChatMessageTypeHuman, text)
		msgs := append(append([]llms.MessageContent{system}, h.Messages...), question)
		streaming := message.WithObserver(ctx, message.Observer{Delta: func(d message.Delta) error {
			_, err := io.WriteString(out, d.Text)
			return err
		}})
		reply, err := message.Generate(streaming, model, msgs)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(out)
		return []llms.MessageContent{question, message.Assistant(reply.Choices[0])}, nil
	})
}

// describe says what the model is shown of the conversation.
func describe(msgs []llms.MessageContent) string {
	if len(msgs) == 0 {
		return "nothing yet"
	}
	first, _ := message.Text(msgs[0].Parts[0])
	_, inside, folded := strings.Cut(first, "<conversation_summary>\n")
	if !folded {
		return fmt.Sprintf("turns: %d", len(msgs)/2)
	}
	summary, _, _ := strings.Cut(inside, "\n</conversation_summary>")
	return fmt.Sprintf("turns: %d, summary: %s", len(msgs)/2-1, summary)
}
