package sqsjobs

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

var places atomic.Int32 // so far, for their names

// place is a queue, its dead-letter queue and a bucket, for one test.
type place struct {
	setting
	queue   *sqs.Client
	dead    string
	store   *s3.Client
	backend *sqsjobs.Backend
}

func newPlace(t *testing.T, server, name string, fifo bool) *place {
	t.Helper()
	p := &place{queue: newQueue(server), store: gateway.Client(gateway.URL)}
	name = fmt.Sprint(name, "-", places.Add(1))
	suffix, attributes := "", map[string]string{}
	if fifo {
		suffix, attributes = ".fifo", map[string]string{"FifoQueue": "true"}
	}
	p.dead = p.create(t, name+"-dead"+suffix, attributes)
	out, err := p.queue.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &p.dead, AttributeNames: []types.QueueAttributeName{"QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"10"}`, out.Attributes["QueueArn"])
	p.setting = setting{
		SQS: server, Queue: p.create(t, name+suffix, attributes), S3: gateway.URL, Bucket: name,
		Log: filepath.Join(t.TempDir(), "ledger"),
	}
	if _, err := p.store.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	p.backend, err = p.setting.backend(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// remember has the bucket keep all that jobs ever were.
func (p *place) remember(t *testing.T) {
	t.Helper()
	if _, err := p.store.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &p.Bucket, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled},
	}); err != nil {
		t.Fatal(err)
	}
}

func (p *place) create(t *testing.T, name string, attributes map[string]string) string {
	t.Helper()
	out, err := p.queue.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

// left is how many messages the queue has, hidden ones too.
func (p *place) left(t *testing.T, url string) string {
	t.Helper()
	out, err := p.queue.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"] + "+" + out.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

// buried returns up to ten messages of the dead-letter queue.
func (p *place) buried(t *testing.T) []types.Message {
	t.Helper()
	out, err := p.queue.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &p.dead, MaxNumberOfMessages: 10, VisibilityTimeout: 1, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}
