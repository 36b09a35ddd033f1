package sqsjobs

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/causeway-go/causeway/internal/localsqs"
)

// TestBehaviour holds our own small SQS, which most tests and the Lambda
// example use, to what another one does.
func TestBehaviour(t *testing.T) {
	t.Parallel()
	ours := httptest.NewServer(localsqs.New())
	t.Cleanup(ours.Close)
	for name, server := range map[string]string{"localsqs": ours.URL, "fauxqs": startFauxqs(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, test := range map[string]func(*testing.T, *desk){
				"visibility": visibility, "long poll": longPoll, "redrive": redrive, "groups": groups, "limits": limits,
			} {
				t.Run(what, func(t *testing.T) {
					t.Parallel()
					test(t, &desk{t: t, client: newQueue(server), prefix: strings.ReplaceAll(what, " ", "-")})
				})
			}
		})
	}
}

// desk is a server seen from a user.
type desk struct {
	t      *testing.T
	client *sqs.Client
	prefix string
}

func (d *desk) queue(name string, attributes map[string]string) (url string) {
	d.t.Helper()
	out, err := d.client.CreateQueue(d.t.Context(), &sqs.CreateQueueInput{QueueName: new(d.prefix + name), Attributes: attributes})
	if err != nil {
		d.t.Fatal(err)
	}
	return *out.QueueUrl
}

func (d *desk) send(url, body, group string) {
	d.t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}
	if group != "" {
		in.MessageGroupId, in.MessageDeduplicationId = &group, new("d-"+body)
	}
	if _, err := d.client.SendMessage(d.t.Context(), in); err != nil {
		d.t.Fatal(err)
	}
}

// receive checks what comes at once, or within wait seconds, and is then
// hidden for two.
func (d *desk) receive(url string, wait int32, want ...string) []types.Message {
	d.t.Helper()
	out, err := d.client.ReceiveMessage(d.t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait, VisibilityTimeout: 2,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	var bodies []string
	for _, m := range out.Messages {
		bodies = append(bodies, *m.Body)
	}
	if fmt.Sprint(bodies) != fmt.Sprint(want) {
		d.t.Fatalf("received %q, want %q", bodies, want)
	}
	return out.Messages
}

func (d *desk) hide(url string, m types.Message, seconds int32) {
	d.t.Helper()
	if _, err := d.client.ChangeMessageVisibility(d.t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds}); err != nil {
		d.t.Error(err)
	}
}

func (d *desk) delete(url string, m types.Message) {
	d.t.Helper()
	if _, err := d.client.DeleteMessage(d.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		d.t.Error(err)
	}
}

func visibility(t *testing.T, d *desk) {
	q := d.queue("", nil)
	d.send(q, "a", "")
	d.hide(q, d.receive(q, 0, "a")[0], 0)
	m := d.receive(q, 0, "a")[0]
	if n := m.Attributes["ApproximateReceiveCount"]; n != "2" {
		t.Errorf("received %s times", n)
	}
	d.receive(q, 0)
	d.delete(q, d.receive(q, 5, "a")[0]) // once it is visible again
	d.receive(q, 3)
}

func longPoll(t *testing.T, d *desk) {
	q := d.queue("", nil)
	began := time.Now()
	d.receive(q, 1)
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("nothing came after %v already", took)
	}
	var sender sync.WaitGroup
	defer sender.Wait()
	sender.Go(func() {
		time.Sleep(time.Second)
		if _, err := d.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q, MessageBody: new("late")}); err != nil {
			t.Error(err)
		}
	})
	began = time.Now()
	for { // SQS may say "nothing" early
		out, err := d.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q, WaitTimeSeconds: 20})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 1 {
			break
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the message came after %v", took)
	}
}

func redrive(t *testing.T, d *desk) {
	dead := d.queue("dead", nil)
	out, err := d.client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []types.QueueAttributeName{"QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	q := d.queue("work", map[string]string{"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":2}`, out.Attributes["QueueArn"])})
	d.send(q, "a", "")
	for range 2 {
		d.hide(q, d.receive(q, 0, "a")[0], 0)
	}
	d.receive(q, 0)
	d.receive(dead, 0, "a")
}

func groups(t *testing.T, d *desk) {
	q := d.queue(".fifo", map[string]string{"FifoQueue": "true"})
	d.send(q, "a1", "a")
	d.send(q, "a1", "a") // a duplicate
	first := d.receive(q, 0, "a1")
	d.send(q, "a2", "a")
	d.send(q, "b1", "b")
	d.receive(q, 0, "b1") // a2 waits for a1
	d.delete(q, first[0])
	d.receive(q, 0, "a2")
}

func limits(t *testing.T, d *desk) {
	q, ordered := d.queue("", nil), d.queue(".fifo", map[string]string{"FifoQueue": "true"})
	long := strings.Repeat("x", 1<<20)
	d.send(q, long, "")
	for name, in := range map[string]*sqs.SendMessageInput{
		"a message of more than 1 MiB": {QueueUrl: &q, MessageBody: new(long + "x")},
		"a queue that is not there":    {QueueUrl: new(q + "x"), MessageBody: new("a")},
		"no group":                     {QueueUrl: &ordered, MessageBody: new("a"), MessageDeduplicationId: new("a")},
		"no deduplication id":          {QueueUrl: &ordered, MessageBody: new("a"), MessageGroupId: new("a")},
	} {
		_, err := d.client.SendMessage(t.Context(), in)
		if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorFault() == smithy.FaultServer {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q, MaxNumberOfMessages: 11}); err == nil {
		t.Error("eleven messages were asked for in vain")
	}
}
