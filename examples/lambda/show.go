package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

const letter = `Dear Sir, the kettle that I bought in May does not boil any more. I have the receipt, and would like another one. Yours, Ada`

// notice is what S3 puts into the queue when somebody has written the letter.
const notice = `{"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
  "s3": {"bucket": {"name": "letters"}, "object": {"key": "inbox/kettle.txt", "size": 121, "sequencer": "0055AED6DCD90281E5"}}}]}`

// show plays S3, SQS and Lambda around the function.
func show(ctx context.Context, out io.Writer) error {
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	backend, err := sqsjobs.New(ctx, w.queue, w.url, w.store, "letters", &sqsjobs.Options{Documents: documents})
	if err != nil {
		return err
	}
	scripted := emulator.Script(emulator.Turn{Text: "Ada asks for a new kettle, as hers from May no longer boils."})
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: scripted}).Client(), modelID, nil)
	if err != nil {
		return err
	}
	f, err := newFunction(backend, model)
	if err != nil {
		return err
	}

	fmt.Fprintln(out, "somebody writes s3://letters/inbox/kettle.txt, and somebody else garbage into the queue")
	if _, err := w.store.PutObject(ctx, &s3.PutObjectInput{Bucket: new("letters"), Key: new("inbox/kettle.txt"), Body: strings.NewReader(letter)}); err != nil {
		return err
	}
	for _, body := range []string{notice, "garbage"} {
		if _, err := w.queue.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &w.url, MessageBody: &body}); err != nil {
			return err
		}
	}
	batch, err := w.batch(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "SQS invokes the function with a batch of %d messages\n", len(batch.Records))
	payload, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	answer, err := lambda.NewHandler(f.handle).Invoke(ctx, payload)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the function answers %s\n", answer)
	return w.tell(ctx, out)
}

// batch receives messages as the event source mapping does.
func (w *world) batch(ctx context.Context) (events.SQSEvent, error) {
	var batch events.SQSEvent
	got, err := w.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &w.url, MaxNumberOfMessages: 10, VisibilityTimeout: 60})
	if err != nil {
		return batch, err
	}
	for _, m := range got.Messages {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: *m.MessageId, ReceiptHandle: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes,
			EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:000000000000:letters",
		})
	}
	return batch, nil
}

// tell prints what lies beside the letter, and in the dead-letter queue.
func (w *world) tell(ctx context.Context, out io.Writer) error {
	object, err := w.store.GetObject(ctx, &s3.GetObjectInput{Bucket: new("letters"), Key: new("inbox/kettle.txt.result.json")})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	var result jobs.Status
	if err := json.NewDecoder(object.Body).Decode(&result); err != nil {
		return err
	}
	fmt.Fprintf(out, "beside the letter lies inbox/kettle.txt.result.json:\n  %s: %s\n  (a scripted reply of the emulator)\n", result.State, result.Result.Values["summary"])
	dead, err := w.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &w.dead, MessageAttributeNames: []string{"All"}})
	if err != nil {
		return err
	}
	for _, m := range dead.Messages {
		fmt.Fprintf(out, "in the dead-letter queue lies %q: %s\n", *m.Body, *m.MessageAttributes["reason"].StringValue)
	}
	return nil
}
