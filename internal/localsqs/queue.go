package localsqs

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queue is one queue; Server.mu guards it.
type queue struct {
	name, url  string
	attributes map[string]string // as they were given, and defaults
	fifo       bool
	dead       string // the name of the dead-letter queue
	deliveries int    // after which a message goes there
	messages   []*message
	sent       map[string]receipt // of the last five minutes, by deduplication id
	sequence   int
}

// receipt is what a sender was told.
type receipt struct {
	id       string
	sequence string
	at       time.Time
}

type createInput struct {
	QueueName  string
	Attributes map[string]string
}

// defaults of a queue (SQS API reference, CreateQueue).
var defaults = map[string]string{
	"VisibilityTimeout": "30", "DelaySeconds": "0", "ReceiveMessageWaitTimeSeconds": "0",
	"MaximumMessageSize": strconv.Itoa(maxMessage), "MessageRetentionPeriod": "345600",
}

// maxMessage is the largest message, with its attributes.
const maxMessage = 1 << 20

func (s *Server) create(in createInput, host string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attributes := maps.Clone(defaults)
	maps.Copy(attributes, in.Attributes)
	if q := s.queues[in.QueueName]; q != nil {
		if !maps.Equal(q.attributes, attributes) {
			return nil, &fault{http.StatusBadRequest, "QueueNameExists", "A queue of this name exists, with other attributes."}
		}
		return map[string]string{"QueueUrl": q.url}, nil
	}
	q := &queue{
		name: in.QueueName, url: "http://" + host + "/" + account + "/" + in.QueueName,
		attributes: attributes, fifo: attributes["FifoQueue"] == "true", sent: map[string]receipt{},
	}
	if q.name == "" || q.fifo != strings.HasSuffix(q.name, ".fifo") {
		return nil, invalid("The name of a FIFO queue ends in .fifo, and only its.")
	}
	if err := q.redrive(s); err != nil {
		return nil, err
	}
	s.queues[q.name] = q
	return map[string]string{"QueueUrl": q.url}, nil
}

// redrive reads the redrive policy.
func (q *queue) redrive(s *Server) error {
	policy := q.attributes["RedrivePolicy"]
	if policy == "" {
		return nil
	}
	var p struct {
		Target string `json:"deadLetterTargetArn"`
		Most   any    `json:"maxReceiveCount"`
	}
	if err := json.Unmarshal([]byte(policy), &p); err != nil {
		return invalid("RedrivePolicy: " + err.Error())
	}
	q.dead = p.Target[strings.LastIndexByte(p.Target, ':')+1:]
	q.deliveries, _ = strconv.Atoi(fmt.Sprint(p.Most))
	if dead := s.queues[q.dead]; dead == nil || dead.fifo != q.fifo || q.deliveries < 1 {
		return invalid("RedrivePolicy names no queue of the same kind, or no maxReceiveCount.")
	}
	return nil
}

// find returns a queue by its URL; s.mu is held.
func (s *Server) find(url string) (*queue, error) {
	if q := s.queues[url[strings.LastIndexByte(url, '/')+1:]]; q != nil {
		return q, nil
	}
	return nil, &fault{http.StatusBadRequest, "QueueDoesNotExist", "The specified queue does not exist."}
}

func (s *Server) url(in struct{ QueueName string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueName)
	if err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": q.url}, nil
}

type attributesInput struct {
	QueueUrl       string
	AttributeNames []string
}

func (s *Server) attributes(in attributesInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(q.attributes)
	all["QueueArn"] = "arn:aws:sqs:" + region + ":" + account + ":" + q.name
	visible, hidden, delayed := 0, 0, 0
	for _, m := range q.messages {
		switch {
		case !m.visibleAt.After(time.Now()):
			visible++
		case m.receives > 0:
			hidden++
		default:
			delayed++
		}
	}
	all["ApproximateNumberOfMessages"] = strconv.Itoa(visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(hidden)
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(delayed)
	if !slices.Contains(in.AttributeNames, "All") {
		maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(in.AttributeNames, name) })
	}
	return map[string]any{"Attributes": all}, nil
}

// newID is a random one in the form that SQS's have.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
