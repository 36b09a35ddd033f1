package main

import (
	"context"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/internal/localsqs"
)

// world is a queue and a bucket in this process.
type world struct {
	queue     *sqs.Client
	url, dead string
	store     *s3.Client
	close     func()
}

func newWorld(ctx context.Context) (*world, error) {
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	w := &world{
		queue: localsqs.New().Client(), close: server.Close,
		store: s3.New(s3.Options{
			BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1", HTTPClient: server.Client(),
			Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		}),
	}
	_, err := w.store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: new("letters")})
	if err != nil {
		return nil, err
	}
	if w.dead, err = w.create(ctx, "dead-letters", ""); err != nil {
		return nil, err
	}
	w.url, err = w.create(ctx, "letters", `{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead-letters", "maxReceiveCount": 5}`)
	return w, err
}

func (w *world) create(ctx context.Context, name, redrive string) (url string, err error) {
	in := &sqs.CreateQueueInput{QueueName: &name}
	if redrive != "" {
		in.Attributes = map[string]string{"RedrivePolicy": redrive}
	}
	out, err := w.queue.CreateQueue(ctx, in)
	if err != nil {
		return "", err
	}
	return *out.QueueUrl, nil
}
