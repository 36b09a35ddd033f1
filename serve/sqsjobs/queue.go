package sqsjobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/jobs"
)

// maxBatch is how many messages SQS gives at once; longest is for how many
// seconds it hides one (SQS API reference, ReceiveMessage).
const (
	maxBatch = 10
	longest  = 12 * 60 * 60
)

// patience is how a send is retried, beyond what the client does, while the
// queue cannot be reached.
var patience = retry.Policy{MaxAttempts: 8, MaxElapsed: 8 * time.Second, Cap: 2 * time.Second}

// doorbell is a message of ours.
type doorbell struct {
	Job string `json:"job"`
}

// Send implements jobs.Backend. A queue that cannot be reached is tried for
// some seconds.
func (b *Backend) Send(ctx context.Context, j *jobs.Job) error {
	return b.ring(ctx, j.ID, j.Session, j.Revision)
}

// ring sends a doorbell. In a FIFO queue a second one for the same occasion
// within 5 minutes is swallowed.
func (b *Backend) ring(ctx context.Context, id, session, occasion string) error {
	body, _ := json.Marshal(doorbell{Job: id}) // a string always has a form
	in := &sqs.SendMessageInput{QueueUrl: &b.url, MessageBody: new(string(body))}
	if b.fifo {
		in.MessageGroupId = new(group(session, id))
		in.MessageDeduplicationId = new(digest(id, occasion))
	}
	return b.send(ctx, in)
}

func (b *Backend) send(ctx context.Context, in *sqs.SendMessageInput) error {
	_, err := retry.Do(ctx, patience, func(ctx context.Context) (*sqs.SendMessageOutput, error) {
		return b.queue.SendMessage(ctx, in)
	})
	if err != nil {
		return fmt.Errorf("sqsjobs: send to %s: %w", *in.QueueUrl, err)
	}
	return nil
}

// group names the messages that are delivered one after another: those of a
// session, in a form that SQS takes.
func group(session, id string) string {
	if session == "" {
		return id
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(session) > 128 || strings.IndexFunc(session, odd) >= 0 {
		return digest(session)
	}
	return session
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// Receive implements jobs.Backend. Messages of other programs become jobs on
// the way, and those that cannot are buried, so that it may return none at
// once. A message that fails on the way stays hidden for hold; the error is
// returned when no other message came.
func (b *Backend) Receive(ctx context.Context, most int, hold time.Duration) ([]jobs.Message, error) {
	out, err := b.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &b.url, MaxNumberOfMessages: int32(min(max(most, 1), maxBatch)),
		WaitTimeSeconds: int32(b.o.Wait / time.Second), VisibilityTimeout: max(seconds(hold), 1),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, fmt.Errorf("sqsjobs: receive from %s: %w", b.name, err)
	}
	var messages []jobs.Message
	var errs []error
	for _, raw := range out.Messages {
		m, err := b.accept(ctx, b.newMessage(raw))
		if err != nil {
			errs = append(errs, err)
		}
		if m != nil {
			messages = append(messages, m)
		}
	}
	if len(messages) > 0 {
		return messages, nil
	}
	return nil, errors.Join(errs...)
}

// seconds is d as SQS wants it, rounded up.
func seconds(d time.Duration) int32 {
	return int32(min(max((d+time.Second-1)/time.Second, 0), longest))
}

// Depth implements jobs.Backend. SQS counts approximately.
func (b *Backend) Depth(ctx context.Context) (int, error) {
	const waiting = types.QueueAttributeNameApproximateNumberOfMessages
	out, err := b.queue.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &b.url, AttributeNames: []types.QueueAttributeName{waiting},
	})
	if err != nil {
		return 0, fmt.Errorf("sqsjobs: depth of %s: %w", b.name, err)
	}
	n, err := strconv.Atoi(out.Attributes[string(waiting)])
	if err != nil {
		return 0, fmt.Errorf("sqsjobs: depth of %s: %w", b.name, err)
	}
	return n, nil
}
