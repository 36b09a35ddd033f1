package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

// place is where the program runs.
type place struct {
	bedrock bedrock.Client
	s3      *s3.Client
	bucket  string
	echo    bool // print what is typed: nobody is at the keyboard
}

func live(ctx context.Context, bucket string) (place, error) {
	if bucket == "" {
		return place{}, errors.New("-live needs -bucket, an S3 bucket that you may write to")
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return place{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	client, err := bedrock.NewClient(ctx, &bedrock.ClientOptions{Config: &cfg})
	return place{bedrock: client, s3: s3.NewFromConfig(cfg), bucket: bucket}, err
}

// sittings are what Ada types on three days. The program ends in between.
var sittings = []string{
	"Hi, I am Ada. I look for a wooden train for my nephew Tim, who turns 4.\nHe has the red engine already.\n",
	"It may cost up to 40 euros.\nCan you wrap it as a gift?\n",
	"Remind me: what was I looking for, and for whom?\n",
}

// demo runs the program three times against an S3 server of this process, with
// nothing carried over but what the server holds.
func demo(ctx context.Context, out io.Writer, session, model string) error {
	server := httptest.NewServer(gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	defer server.Close()
	fmt.Fprintln(out, "scripted replies from the Bedrock emulator; sessions in an S3 server in this process")
	for day, typed := range sittings {
		p := place{bucket: "sessions", echo: true}
		p.bedrock = emulator.New(&emulator.Options{Responder: replies()}).Client()
		p.s3 = s3.New(s3.Options{
			BaseEndpoint: &server.URL, Region: emulator.Region, UsePathStyle: true,
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		})
		if day == 0 {
			if _, err := p.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &p.bucket}); err != nil {
				return err
			}
		}
		fmt.Fprintf(out, "\n--- day %d: the program starts ---\n", day+1)
		if err := sit(ctx, p, session, model, strings.NewReader(typed), out); err != nil {
			return err
		}
	}
	return nil
}

// replies are what the emulator answers in the model's place. The last one is
// only given to who shows the summary.
func replies() emulator.Responder {
	return emulator.Script(
		emulator.Turn{
			When: emulator.Match{System: "You keep the memory", Conversation: "summary_so_far"},
			Text: "Ada looks for a wooden train for her nephew Tim, who turns 4 and has the red engine. Up to 40 euros.",
		},
		emulator.Turn{
			When: emulator.Match{System: "You keep the memory"},
			Text: "Ada looks for a wooden train for her nephew Tim, who turns 4.",
		},
		emulator.Turn{
			When: emulator.Match{Question: "Remind me", Conversation: "conversation_summary"},
			Text: "A wooden train for your nephew Tim, who turns 4: without the red engine, for up to 40 euros, wrapped as a gift.",
		},
		emulator.Turn{When: emulator.Match{Question: "Remind me"}, Text: "I am afraid I do not know you yet."},
		emulator.Turn{When: emulator.Match{Question: "red engine"}, Text: "Then I would take the green one, with three wagons."},
		emulator.Turn{When: emulator.Match{Question: "40 euros"}, Text: "The green train is 34.90, so that fits."},
		emulator.Turn{When: emulator.Match{Question: "wrap"}, Text: "Of course, in paper with stars."},
		emulator.Turn{Text: "Hello Ada! We have several; the red engine is loved most."},
	)
}
