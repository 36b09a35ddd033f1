package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

func TestShow(t *testing.T) {
	var out bytes.Buffer
	if err := show(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`the function answers {"batchItemFailures":[]}`,
		"succeeded: Ada asks for a new kettle, as hers from May no longer boils.",
		"scripted reply",
		`lies "garbage": the message is no JSON object`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
}

// TestDeadline: what is not done when Lambda is about to stop the function
// comes again, and costs no attempt; in a FIFO queue so does all after it.
func TestDeadline(t *testing.T) {
	w, err := newWorld(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	backend, err := sqsjobs.New(t.Context(), w.queue, w.url, w.store, "letters", &sqsjobs.Options{Documents: documents})
	if err != nil {
		t.Fatal(err)
	}
	slow := emulator.Script(emulator.Turn{Text: "late", First: time.Minute})
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: slow}).Client(), modelID, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFunction(backend, model)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"chain": "sum-up", "input": {"letter": "a"}, "id": "first"}`, `{"chain": "sum-up", "input": {"letter": "b"}, "id": "second"}`} {
		if _, err := w.queue.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &w.url, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	batch, err := w.batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range batch.Records {
		batch.Records[i].EventSourceARN += ".fifo"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 11*time.Second) // ten of them are left for the end
	defer cancel()
	out, err := f.handle(ctx, batch)
	if err != nil || len(out.BatchItemFailures) != 2 {
		t.Fatalf("%+v, %v; want both to come again", out, err)
	}
	j, err := backend.Load(t.Context(), "first")
	if err != nil || j.State != jobs.Queued || j.Attempts != 0 {
		t.Errorf("%+v, %v", j, err)
	}
	if _, err := backend.Load(t.Context(), "second"); err == nil {
		t.Error("the second was begun before the first had ended")
	}
	if _, err := f.handle(t.Context(), events.SQSEvent{}); err != nil {
		t.Error(err)
	}
}
