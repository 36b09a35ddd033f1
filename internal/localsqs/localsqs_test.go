package localsqs_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/internal/localsqs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a queue seen from its users.
type desk struct {
	t      *testing.T
	server *localsqs.Server
	client *sqs.Client
	url    string
}

func newDesk(t *testing.T, name string, attributes map[string]string) *desk {
	t.Helper()
	server := localsqs.New()
	return (&desk{t: t, server: server, client: server.Client()}).another(name, attributes)
}

func (d *desk) another(name string, attributes map[string]string) *desk {
	d.t.Helper()
	out, err := d.client.CreateQueue(d.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		d.t.Fatal(err)
	}
	return &desk{t: d.t, server: d.server, client: d.client, url: *out.QueueUrl}
}

func (d *desk) send(body, group string) {
	d.t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: &d.url, MessageBody: &body}
	if group != "" {
		in.MessageGroupId, in.MessageDeduplicationId = &group, new("d-"+body)
	}
	if _, err := d.client.SendMessage(d.t.Context(), in); err != nil {
		d.t.Fatal(err)
	}
}

// receive asks for up to ten messages, to be hidden for 30 seconds.
func (d *desk) receive(wait int32) []types.Message {
	d.t.Helper()
	out, err := d.client.ReceiveMessage(d.t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &d.url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait, VisibilityTimeout: 30,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out.Messages
}

// bodies checks what is received at once.
func (d *desk) bodies(want ...string) []types.Message {
	d.t.Helper()
	got := d.receive(0)
	var bodies []string
	for _, m := range got {
		bodies = append(bodies, *m.Body)
	}
	if fmt.Sprint(bodies) != fmt.Sprint(want) {
		d.t.Errorf("received %q, want %q", bodies, want)
	}
	return got
}

func (d *desk) delete(m types.Message) error {
	_, err := d.client.DeleteMessage(d.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &d.url, ReceiptHandle: m.ReceiptHandle})
	return err
}

func (d *desk) hide(m types.Message, seconds int32) error {
	_, err := d.client.ChangeMessageVisibility(d.t.Context(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &d.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds,
	})
	return err
}

func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "work", nil)
		d.send("one", "")
		first := d.bodies("one")[0]
		d.bodies()
		time.Sleep(31 * time.Second)
		second := d.bodies("one")[0]
		if n := second.Attributes["ApproximateReceiveCount"]; n != "2" {
			t.Errorf("received %s times, want 2", n)
		}
		if err := d.delete(first); err != nil {
			t.Errorf("the old handle: %v", err)
		}
		if err := d.hide(second, 0); err != nil {
			t.Error(err)
		}
		third := d.bodies("one")[0] // so the old handle deleted nothing
		if err := d.hide(second, 5); code(err) != "InvalidParameterValue" {
			t.Errorf("hiding by an old handle: %v", err)
		}
		if err := d.delete(third); err != nil {
			t.Error(err)
		}
		if err := d.delete(types.Message{ReceiptHandle: new("bogus")}); code(err) != "ReceiptHandleIsInvalid" {
			t.Errorf("a handle of nobody's: %v", err)
		}
		time.Sleep(time.Minute)
		d.bodies()
	})
}

func TestLongPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "work", nil)
		began := time.Now()
		if got := d.receive(20); len(got) != 0 || time.Since(began) != 20*time.Second {
			t.Errorf("%d messages after %v", len(got), time.Since(began))
		}
		began = time.Now()
		time.AfterFunc(7*time.Second, func() { d.send("late", "") })
		if got := d.receive(20); len(got) != 1 || time.Since(began) != 7*time.Second {
			t.Errorf("%d messages after %v", len(got), time.Since(began))
		}
		began = time.Now() // one that becomes visible ends the wait too
		if got := d.receive(20); len(got) != 0 || time.Since(began) != 20*time.Second {
			t.Errorf("%d messages after %v", len(got), time.Since(began))
		}
		if got := d.receive(20); len(got) != 1 || time.Since(began) != 30*time.Second {
			t.Errorf("%d messages after %v", len(got), time.Since(began))
		}
	})
}

func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := newDesk(t, "dead", nil)
		d := dead.another("work", map[string]string{
			"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2}`,
		})
		d.send("poison", "")
		for range 2 {
			d.bodies("poison")
			time.Sleep(31 * time.Second)
		}
		dead.bodies()
		d.bodies()
		m := dead.bodies("poison")
		if len(m) == 1 && m[0].Attributes["ApproximateReceiveCount"] != "1" {
			t.Error("the count goes on in the other queue")
		}
	})
}

func TestGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "work.fifo", map[string]string{"FifoQueue": "true"})
		d.send("a1", "a")
		d.send("b1", "b")
		d.send("a1", "a") // a duplicate
		first := d.bodies("a1", "b1")
		d.send("a2", "a")
		d.bodies() // a2 waits for a1
		if err := d.delete(first[0]); err != nil {
			t.Error(err)
		}
		d.bodies("a2")
		time.Sleep(31 * time.Second)
		if err := d.delete(first[1]); code(err) != "InvalidParameterValue" {
			t.Errorf("an expired handle: %v", err)
		}
		d.bodies("b1", "a2")
		time.Sleep(5 * time.Minute)
		d.send("a1", "a") // no duplicate any more
		d.bodies("b1", "a2", "a1")
	})
}

func TestLimits(t *testing.T) {
	d := newDesk(t, "work", nil)
	fifo := d.another("work.fifo", map[string]string{"FifoQueue": "true"})
	long := strings.Repeat("x", 1<<20)
	d.send(long, "")
	for name, c := range map[string]struct {
		in   sqs.SendMessageInput
		want string
	}{
		"too long":            {sqs.SendMessageInput{QueueUrl: &d.url, MessageBody: new(long + "x")}, "InvalidParameterValue"},
		"odd character":       {sqs.SendMessageInput{QueueUrl: &d.url, MessageBody: new("a\x00")}, "InvalidMessageContents"},
		"no queue":            {sqs.SendMessageInput{QueueUrl: new(d.url + "x"), MessageBody: new("a")}, "AWS.SimpleQueueService.NonExistentQueue"},
		"no group":            {sqs.SendMessageInput{QueueUrl: &fifo.url, MessageBody: new("a"), MessageDeduplicationId: new("a")}, "MissingParameter"},
		"no deduplication id": {sqs.SendMessageInput{QueueUrl: &fifo.url, MessageBody: new("a"), MessageGroupId: new("a")}, "InvalidParameterValue"},
		"attributes count": {sqs.SendMessageInput{
			QueueUrl: &d.url, MessageBody: new(long), MessageAttributes: map[string]types.MessageAttributeValue{"a": {DataType: new("String"), StringValue: new("b")}},
		}, "InvalidParameterValue"},
	} {
		if _, err := d.client.SendMessage(t.Context(), &c.in); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := d.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &d.url, MaxNumberOfMessages: 11}); code(err) != "InvalidParameterValue" {
		t.Errorf("eleven messages: %v", err)
	}
}

func TestSwitches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "work", nil)
		d.server.SetAvailable(false)
		in := &sqs.SendMessageInput{QueueUrl: &d.url, MessageBody: new("a")}
		if _, err := d.client.SendMessage(t.Context(), in); code(err) != "ServiceUnavailable" {
			t.Errorf("sending to no queue: %v", err)
		}
		d.server.SetAvailable(true)
		d.server.SetDuplicates(true)
		d.send("a", "")
		d.bodies("a")
		d.bodies("a")
		d.bodies()
	})
}

// TestSocket: what SDKs in other processes and languages meet.
func TestSocket(t *testing.T) {
	server := httptest.NewServer(localsqs.New())
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.AnonymousCredentials{},
	})
	attributes := map[string]types.MessageAttributeValue{"why": {DataType: new("String"), StringValue: new("because")}}
	if _, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new("work")}); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new("work")})
	if err != nil || !strings.HasPrefix(*out.QueueUrl, server.URL) {
		t.Fatal(out, err)
	}
	d := &desk{t: t, client: client, url: *out.QueueUrl}
	if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &d.url, MessageBody: new("grüezi"), MessageAttributes: attributes}); err != nil {
		t.Fatal(err)
	}
	got := d.bodies("grüezi")
	if len(got) == 1 && *got[0].MessageAttributes["why"].StringValue != "because" {
		t.Errorf("attributes %v", got[0].MessageAttributes)
	}
	state, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &d.url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil || state.Attributes["ApproximateNumberOfMessagesNotVisible"] != "1" || state.Attributes["ApproximateNumberOfMessages"] != "0" {
		t.Errorf("%v, %v", state, err)
	}
}
