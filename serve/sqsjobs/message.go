package sqsjobs

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/causeway-go/causeway/serve/jobs"
)

// The attributes of a buried message, beside its own.
const (
	reasonAttribute = "reason"
	sourceAttribute = "source-queue"
)

// maxReason bounds what is told of the reason; the others are SQS's limits of a
// message (SQS developer guide, message quotas).
const (
	maxReason     = 1000
	maxAttributes = 10
	maxMessage    = 1 << 20
)

// message is one delivery of a message.
type message struct {
	b        *Backend
	raw      types.Message
	received time.Time
	job      string
	session  string // of the job, where it was made from this message
}

var _ jobs.Message = (*message)(nil)

func (b *Backend) newMessage(raw types.Message) *message {
	return &message{b: b, raw: raw, received: time.Now()}
}

// deliveries is how often the message has been received.
func (m *message) deliveries() int {
	n, _ := strconv.Atoi(m.raw.Attributes["ApproximateReceiveCount"])
	return n
}

// JobID implements jobs.Message.
func (m *message) JobID() string { return m.job }

// Hide implements jobs.Message. SQS hides a message for at most 12 hours from
// its receipt on; then others see it, and that the job has a worker.
func (m *message) Hide(ctx context.Context, d time.Duration) error {
	left := longest*time.Second - time.Since(m.received) - time.Minute // our clock began later than SQS's
	_, err := m.b.queue.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &m.b.url, ReceiptHandle: m.raw.ReceiptHandle, VisibilityTimeout: seconds(min(d, left)),
	})
	if stale(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sqsjobs: hide the message of job %s: %w", m.job, err)
	}
	return nil
}

// Delete implements jobs.Message.
func (m *message) Delete(ctx context.Context) error {
	_, err := m.b.queue.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &m.b.url, ReceiptHandle: m.raw.ReceiptHandle})
	if stale(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sqsjobs: delete message %s: %w", value(m.raw.MessageId), err)
	}
	return nil
}

// stale reports that the message is out of this receiver's hands: it was
// deleted, or was shown again, and then it comes to somebody who finds the job
// as it is.
func stale(err error) bool {
	switch strings.TrimPrefix(code(err), "AWS.SimpleQueueService.") {
	case "MessageNotInflight", "ReceiptHandleIsInvalid":
		return true
	case "InvalidParameterValue": // a FIFO queue's words for it, and those for a message that is gone
		return strings.Contains(err.Error(), "parameter ReceiptHandle is invalid")
	}
	return false
}

// Bury implements jobs.Message: the message goes to the dead-letter queue as
// it is, with the attributes reason and source-queue.
func (m *message) Bury(ctx context.Context, reason string) error {
	in := &sqs.SendMessageInput{QueueUrl: &m.b.dead, MessageBody: m.raw.Body, MessageAttributes: m.epitaph(reason)}
	if strings.HasSuffix(m.b.dead, ".fifo") {
		id := value(m.raw.MessageId)
		in.MessageGroupId = new(group(m.raw.Attributes["MessageGroupId"], id))
		in.MessageDeduplicationId = new(digest(id))
	}
	if err := m.b.send(ctx, in); err != nil {
		return err
	}
	return m.Delete(ctx)
}

// epitaph is what the buried message carries. Its own attributes give way to
// the reason where SQS's limits allow no more.
func (m *message) epitaph(reason string) map[string]types.MessageAttributeValue {
	why := map[string]types.MessageAttributeValue{reasonAttribute: text(reason), sourceAttribute: text(m.b.name)}
	all := maps.Clone(why)
	maps.Copy(all, m.raw.MessageAttributes)
	maps.Copy(all, why)
	for _, attributes := range []map[string]types.MessageAttributeValue{all, why} {
		size := len(value(m.raw.Body))
		for name, v := range attributes {
			size += len(name) + len(value(v.DataType)) + len(value(v.StringValue)) + len(v.BinaryValue)
		}
		if len(attributes) <= maxAttributes && size <= maxMessage {
			return attributes
		}
	}
	return nil
}

// text is an attribute of characters that SQS takes.
func text(s string) types.MessageAttributeValue {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xFFFD || r > 0xFFFD && r < 0x10000 {
			return ' '
		}
		return r
	}, s)
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "")
	}
	if s == "" {
		s = "-" // SQS wants a value
	}
	return types.MessageAttributeValue{DataType: new("String"), StringValue: &s}
}
