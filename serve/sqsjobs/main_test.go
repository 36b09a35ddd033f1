package sqsjobs_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/internal/localsqs"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a queue with its dead-letter queue, and a bucket.
type bench struct {
	server    *localsqs.Server
	queue     *sqs.Client
	url, dead string
	store     *s3.Client
}

const bucket = "acme"

// kind is a sort of queue.
type kind struct {
	suffix     string // of its name
	attributes map[string]string
}

var (
	standard = kind{"", map[string]string{}}
	fifo     = kind{".fifo", map[string]string{"FifoQueue": "true"}}
)

func newBench(t *testing.T, k kind, deliveries int) *bench {
	t.Helper()
	b := &bench{server: localsqs.New()}
	b.queue = b.server.Client()
	b.dead = b.create(t, "dead"+k.suffix, k.attributes)
	attributes := map[string]string{
		"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead%s","maxReceiveCount":"%d"}`, k.suffix, deliveries),
	}
	maps.Copy(attributes, k.attributes)
	b.url = b.create(t, "work"+k.suffix, attributes)
	b.store = newStore(t)
	return b
}

func (b *bench) create(t *testing.T, name string, attributes map[string]string) string {
	t.Helper()
	out, err := b.queue.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

func newStore(t *testing.T) *s3.Client {
	t.Helper()
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
	})
	c := s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1", HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new(bucket)}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) open(t *testing.T, o *sqsjobs.Options) *sqsjobs.Backend {
	t.Helper()
	backend, err := sqsjobs.New(t.Context(), b.queue, b.url, b.store, bucket, o)
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

// send puts a body into the queue as another program would.
func (b *bench) send(t *testing.T, body string) {
	t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: &b.url, MessageBody: &body}
	if strings.HasSuffix(b.url, ".fifo") {
		in.MessageGroupId, in.MessageDeduplicationId = new("others"), new(fmt.Sprint(time.Now().UnixNano()))
	}
	if _, err := b.queue.SendMessage(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) put(t *testing.T, key, text string) {
	t.Helper()
	in := &s3.PutObjectInput{Bucket: new(bucket), Key: &key, Body: strings.NewReader(text)}
	if _, err := b.store.PutObject(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// buried returns what lies in the dead-letter queue.
func (b *bench) buried(t *testing.T) []types.Message {
	t.Helper()
	out, err := b.queue.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &b.dead, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func reason(m types.Message) string {
	if a := m.MessageAttributes["reason"]; a.StringValue != nil {
		return *a.StringValue
	}
	return ""
}

// receive returns the messages that one Receive brings, and waits 2 seconds for
// some.
func receive(t *testing.T, b jobs.Backend) []jobs.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	got, err := b.Receive(ctx, 10, time.Minute)
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return got
}
