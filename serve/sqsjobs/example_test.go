package sqsjobs_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/internal/localsqs"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// A job is submitted here and done by a worker elsewhere; between them there
// are only a queue and a bucket.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	queue, queueURL := localQueue(ctx) // on AWS: sqs.NewFromConfig(cfg), and the URL of your queue
	store, closeStore := localStore(ctx)
	defer closeStore()

	backend, err := sqsjobs.New(ctx, queue, queueURL, store, "acme-jobs", nil)
	if err != nil {
		panic(err)
	}
	greet := chain.Func("greet", func(_ context.Context, in struct{ Name string }) (string, error) {
		return "Hello, " + in.Name, nil
	}, nil)
	c, err := chain.New("greeting", []chain.Step{greet}, nil)
	if err != nil {
		panic(err)
	}
	worker, err := jobs.NewWorker(backend, func(name string) *chain.Chain { return map[string]*chain.Chain{"greeting": c}[name] }, nil)
	if err != nil {
		panic(err)
	}
	if _, err := jobs.Submit(ctx, backend, &jobs.Job{
		Status: jobs.Status{ID: "job-1", Chain: "greeting"}, Input: chain.Values{"Name": "Ada"},
	}); err != nil {
		panic(err)
	}
	messages, err := backend.Receive(ctx, 1, time.Minute) // worker.Run does both, for ever
	if err != nil {
		panic(err)
	}
	if err := worker.Do(ctx, messages[0]); err != nil {
		panic(err)
	}
	job, err := backend.Load(ctx, "job-1")
	if err != nil {
		panic(err)
	}
	fmt.Println(job.State, job.Result.Values["greet"])
	// Output: succeeded Hello, Ada
}

// localQueue returns a queue of this process, with a dead-letter queue.
func localQueue(ctx context.Context) (client *sqs.Client, url string) {
	client = localsqs.New().Client()
	for _, q := range []*sqs.CreateQueueInput{
		{QueueName: new("dead")},
		{QueueName: new("work"), Attributes: map[string]string{
			"RedrivePolicy": `{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": 5}`,
		}},
	} {
		out, err := client.CreateQueue(ctx, q)
		if err != nil {
			panic(err)
		}
		url = *out.QueueUrl
	}
	return client, url
}

// localStore returns a bucket of this process.
func localStore(ctx context.Context) (client *s3.Client, stop func()) {
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	client = s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1", HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: new("acme-jobs")}); err != nil {
		panic(err)
	}
	return client, server.Close
}
