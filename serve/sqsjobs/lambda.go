package sqsjobs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/causeway-go/causeway/serve/jobs"
)

// Record is a message that somebody else has received, such as a record of the
// event that SQS invokes a Lambda function with.
type Record struct {
	MessageID     string
	ReceiptHandle string
	Body          string
	// Attributes are the system's, such as ApproximateReceiveCount and
	// MessageGroupId.
	Attributes map[string]string
}

// Accept returns a record as the message of a job, for jobs.Worker.Do, as
// Receive does. It is nil when there is nothing left to do with the record: it
// was buried, say. With an error, the record is to come again.
func (b *Backend) Accept(ctx context.Context, r Record) (jobs.Message, error) {
	return b.accept(ctx, b.newMessage(types.Message{
		MessageId: &r.MessageID, ReceiptHandle: &r.ReceiptHandle, Body: &r.Body, Attributes: r.Attributes,
	}))
}
