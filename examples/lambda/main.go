// Lambda does jobs as a function: whoever drops a letter into a bucket finds a
// summary beside it. Without AWS it plays both sides and shows what happens;
// the reply is then a scripted reply.
//
//	go run ./examples/lambda
//
// To deploy it, build for the function's machine and zip it as bootstrap:
//
//	GOOS=linux GOARCH=arm64 go build -tags lambda.norpc -o bootstrap ./examples/lambda
//
// It wants the runtime provided.al2023, the settings QUEUE_URL and BUCKET, the
// permissions that package sqsjobs lists, and bedrock:InvokeModel. The queue
// needs a dead-letter queue with maxReceiveCount 5 or more, and a visibility
// timeout of at least six times the function's. The bucket sends its
// s3:ObjectCreated events to the queue, and the queue's event source mapping
// has FunctionResponseTypes set to ReportBatchItemFailures: without it one
// letter that has to wait brings its whole batch again.
package main

import (
	"context"
	"log"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
	"github.com/causeway-go/causeway/templates"
)

func main() {
	ctx := context.Background()
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		f, err := onAWS(ctx)
		if err != nil {
			log.Fatal(err)
		}
		lambda.Start(f.handle)
		return
	}
	if err := show(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// function is what lives as long as the function is warm.
type function struct {
	backend *sqsjobs.Backend
	worker  *jobs.Worker
}

const prompt = `{schema: causeway.prompt/v1, name: sum-up, input: {required: [letter], properties: {letter: {type: string}}},
  messages: [{user: "Sum up this letter in one sentence: {{letter}}"}]}`

// documents makes a job of the chain sum-up from each letter.
var documents = &sqsjobs.Documents{Chain: "sum-up", Text: "letter"}

func newFunction(backend *sqsjobs.Backend, model llms.Model) (*function, error) {
	t, err := templates.Parse([]byte(prompt))
	if err != nil {
		return nil, err
	}
	sumUp, err := chain.New("sum-up", []chain.Step{chain.Prompt("summary", retry.Wrap(model, nil), chain.Template(t), nil)}, nil)
	if err != nil {
		return nil, err
	}
	byName := func(name string) *chain.Chain { return map[string]*chain.Chain{"sum-up": sumUp}[name] }
	worker, err := jobs.NewWorker(backend, byName, nil)
	return &function{backend, worker}, err
}

// handle does a batch of messages and tells which are to come again.
func (f *function) handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	if deadline, ok := ctx.Deadline(); ok { // before Lambda stops us, jobs are given back
		early, cancel := context.WithDeadline(ctx, deadline.Add(-10*time.Second))
		defer cancel()
		ctx = early
	}
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, r := range batch.Records {
		inOrder := strings.HasSuffix(r.EventSourceARN, ".fifo")
		if inOrder && len(out.BatchItemFailures) > 0 || f.do(ctx, r) != nil {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
		}
	}
	return out, nil
}

// do does what one message asks for.
func (f *function) do(ctx context.Context, r events.SQSMessage) error {
	m, err := f.backend.Accept(ctx, sqsjobs.Record{
		MessageID: r.MessageId, ReceiptHandle: r.ReceiptHandle, Body: r.Body, Attributes: r.Attributes,
	})
	if err != nil || m == nil { // nil: nothing is left to do
		return err
	}
	return f.worker.Do(ctx, m)
}
