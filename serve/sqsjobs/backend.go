package sqsjobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/s3checkpoint"
	"github.com/causeway-go/causeway/serve/jobs"
)

// Backend is a jobs.Backend over a queue and a bucket. It is safe for
// concurrent use.
type Backend struct {
	queue      Client
	url        string
	dead       string // the URL of the dead-letter queue
	name       string // the queue's, for who looks there
	fifo       bool
	deliveries int // after which SQS itself gives a message up; 0 is never

	store       s3checkpoint.Client
	bucket      string
	checkpoints chain.Checkpointer
	o           Options
}

var _ jobs.Backend = (*Backend)(nil)

// New returns the jobs of a queue, kept in a bucket. It asks the queue for its
// attributes and fails when there is no dead-letter queue: messages that no
// worker can do would come for ever.
func New(ctx context.Context, queue Client, queueURL string, store s3checkpoint.Client, bucket string, o *Options) (*Backend, error) {
	if queue == nil || queueURL == "" || store == nil || bucket == "" {
		return nil, errors.New("sqsjobs: a client and the URL of a queue, and a client and the name of a bucket are needed")
	}
	d, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	b := &Backend{queue: queue, url: queueURL, store: store, bucket: bucket, o: d}
	b.checkpoints, err = s3checkpoint.New(store, bucket, &s3checkpoint.Options{Prefix: d.Prefix + "/runs", KMSKeyID: d.KMSKeyID})
	if err != nil {
		return nil, err
	}
	out, err := queue.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &queueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return nil, fmt.Errorf("sqsjobs: attributes of %s: %w", queueURL, err)
	}
	b.name = queueURL[strings.LastIndexByte(queueURL, '/')+1:]
	b.fifo = out.Attributes["FifoQueue"] == "true"
	if err := b.findDead(ctx, out.Attributes["RedrivePolicy"]); err != nil {
		return nil, err
	}
	return b, nil
}

// findDead reads the queue's redrive policy.
func (b *Backend) findDead(ctx context.Context, policy string) error {
	var p struct {
		Target string `json:"deadLetterTargetArn"`
		Most   any    `json:"maxReceiveCount"` // a number, or one in quotes
	}
	if policy != "" {
		if err := json.Unmarshal([]byte(policy), &p); err != nil {
			return fmt.Errorf("sqsjobs: the redrive policy of %s: %w", b.name, err)
		}
		b.deliveries, _ = strconv.Atoi(fmt.Sprint(p.Most))
	}
	if b.deliveries == 1 {
		return fmt.Errorf("sqsjobs: the redrive policy of %s gives a message up after one delivery, so that a job dies with its worker; set maxReceiveCount to 5 or more", b.name)
	}
	if b.dead = b.o.DeadLetterURL; b.dead != "" {
		return nil
	}
	arn := strings.Split(p.Target, ":") // arn:aws:sqs:region:account:name
	if len(arn) != 6 {
		return fmt.Errorf("sqsjobs: the queue %s has no dead-letter queue; give it a redrive policy, or set Options.DeadLetterURL", b.name)
	}
	out, err := b.queue.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &arn[5], QueueOwnerAWSAccountId: &arn[4]})
	if err != nil {
		return fmt.Errorf("sqsjobs: the URL of %s, the dead-letter queue of %s (Options.DeadLetterURL makes asking needless): %w", arn[5], b.name, err)
	}
	b.dead = value(out.QueueUrl)
	return nil
}

// Checkpoints implements jobs.Backend.
func (b *Backend) Checkpoints() chain.Checkpointer { return b.checkpoints }
