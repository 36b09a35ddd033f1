package main

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
)

// pauses are the lines of the script that make its answers come slowly.
var pauses = regexp.MustCompile(`(?m)^ +(first|chunk): .*\n`)

// here is a place whose emulator refuses nothing and answers at once.
func here(t *testing.T) *place {
	t.Helper()
	replies, err := files.ReadFile("replies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	quick := fstest.MapFS{"replies.yaml": {Data: pauses.ReplaceAll(replies, nil)}}
	script, err := emulator.ScriptFile(quick, "replies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	server, err := emulator.New(&emulator.Options{Responder: script}).Start()
	if err != nil {
		t.Fatal(err)
	}
	client, bucket, stop, err := localS3(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &place{
		bedrock: server.Client(), s3: client, bucket: bucket,
		close: func() { stop(); _ = server.Close() },
	}
}

// The story the example tells is true: the second answer needs the first.
func TestTheSecondTicketRemembersTheFirst(t *testing.T) {
	p := here(t)
	defer p.close()
	support, err := load(t.Context(), p, "amazon.nova-lite-v1:0")
	if err != nil {
		t.Fatal(err)
	}
	second := chain.Values{"ticket": tickets[1]}
	stranger, err := support.Run(t.Context(), second, &chain.RunOptions{Session: "stranger"})
	if err != nil || !strings.Contains(stranger.Values["answer"].(string), "Which order") {
		t.Errorf("without the first ticket: %v, %v; want a question", stranger, err)
	}
	for _, ticket := range tickets {
		r, err := support.Run(t.Context(), chain.Values{"ticket": ticket}, &chain.RunOptions{Session: "anna"})
		if err != nil {
			t.Fatal(err)
		}
		if ticket == tickets[1] && !strings.Contains(r.Values["answer"].(string), "wooden train") {
			t.Errorf("the second answer is %q", r.Values["answer"])
		}
		if version := r.Prompts[0].Version; version != 2 {
			t.Errorf("triage was answered by version %d, want 2, which production means", version)
		}
	}
}

// Whoever gives up, at whatever moment, gets the context's error at once, and
// nothing keeps running.
func TestCancelledAtEveryEvent(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p := here(t)
	defer p.close()
	support, err := load(t.Context(), p, "amazon.nova-lite-v1:0")
	if err != nil {
		t.Fatal(err)
	}
	total, err := cancelAt(t.Context(), support, 0)
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; at < total-1; at++ { // the last step's end comes too late: everything is done
		if _, err := cancelAt(t.Context(), support, at); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at event %d of %d: error %v", at, total, err)
		}
	}
}

// cancelAt runs the chain, cancels it at the given event, never for 0, and
// returns how many events came and the error at their end.
func cancelAt(ctx context.Context, support *chain.Chain, at int) (events int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, err = range support.Stream(ctx, chain.Values{"ticket": tickets[0]}, nil) {
		if events++; events == at {
			cancel()
		}
	}
	return events, err
}

func TestUnreachableEndpoint(t *testing.T) {
	p := here(t)
	defer p.close()
	client, err := bedrock.NewClient(t.Context(), &bedrock.ClientOptions{
		Endpoint: "http://127.0.0.1:1", // nobody listens there
		Config:   &aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")},
		Service:  []func(*bedrockruntime.Options){func(o *bedrockruntime.Options) { o.BearerAuthTokenProvider = nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.bedrock = client
	support, err := load(t.Context(), p, "amazon.nova-lite-v1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = support.Run(ctx, chain.Values{"ticket": "hi"}, nil)
	e, ok := errors.AsType[*retry.Error](err)
	if !ok || e.Class != retry.Transient || e.Attempts < 2 {
		t.Fatalf("error %v, want a transient one after some attempts", err)
	}
	for _, part := range []string{"chain support", "step triage", "cannot reach 127.0.0.1:1", "connection refused"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
