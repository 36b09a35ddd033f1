package localsqs

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// longest is for how many seconds a message can be hidden.
const longest = 43200

type receiveInput struct {
	QueueUrl            string
	MaxNumberOfMessages *int
	WaitTimeSeconds     *int
	VisibilityTimeout   *int
}

type delivery struct {
	MessageId, ReceiptHandle, Body, MD5OfBody string

	Attributes        map[string]string
	MessageAttributes map[string]attribute `json:",omitempty"`
}

// poll receives messages, and waits for some.
func (s *Server) poll(ctx context.Context, in receiveInput) (any, error) {
	most, wait, hold, err := s.limits(in)
	if err != nil {
		return nil, err
	}
	over := time.Now().Add(wait)
	for {
		got, next, changed, err := s.receive(in.QueueUrl, most, hold)
		left := time.Until(over)
		if err != nil || len(got) > 0 || left <= 0 {
			return map[string]any{"Messages": got}, err
		}
		t := time.NewTimer(min(left, max(time.Until(next), 0)))
		select {
		case <-t.C:
		case <-changed:
		case <-ctx.Done():
			over = time.Now()
		}
		t.Stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (s *Server) limits(in receiveInput) (most int, wait, hold time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return 0, 0, 0, err
	}
	number := func(p *int, name string) int {
		if p != nil {
			return *p
		}
		n, _ := strconv.Atoi(q.attributes[name])
		return n
	}
	most = 1
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	seconds, hidden := number(in.WaitTimeSeconds, "ReceiveMessageWaitTimeSeconds"), number(in.VisibilityTimeout, "VisibilityTimeout")
	if most < 1 || most > 10 || seconds < 0 || seconds > 20 || hidden < 0 || hidden > longest {
		err = invalid("MaxNumberOfMessages is 1 to 10, WaitTimeSeconds 0 to 20, VisibilityTimeout 0 to 43200.")
	}
	return most, time.Duration(seconds) * time.Second, time.Duration(hidden) * time.Second, err
}

// receive takes what is visible. When nothing is, next is when something may be
// without a change, and changed tells of changes.
func (s *Server) receive(url string, most int, hold time.Duration) (got []delivery, next time.Time, changed chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unavailable {
		return nil, next, nil, &fault{http.StatusServiceUnavailable, "ServiceUnavailable", "The queue is not available."}
	}
	q, err := s.find(url)
	if err != nil {
		return nil, next, nil, err
	}
	now := time.Now()
	next = now.Add(time.Hour)
	busy := map[string]bool{}
	for _, m := range q.messages {
		if m.visibleAt.After(now) {
			busy[m.group] = true
			next = slices.MinFunc([]time.Time{next, m.visibleAt}, time.Time.Compare)
		}
	}
	for _, m := range slices.Clone(q.messages) {
		if len(got) == most {
			break
		}
		if m.visibleAt.After(now) || q.fifo && busy[m.group] {
			continue
		}
		if q.deliveries > 0 && m.receives >= q.deliveries {
			s.giveUp(q, m)
			continue
		}
		got = append(got, m.deliver(now, hold, s.twice))
	}
	return got, next, s.changed, nil
}

func (m *message) deliver(now time.Time, hold time.Duration, twice bool) delivery {
	m.receives++
	m.receipt = m.id + "#" + strconv.Itoa(m.receives)
	if !twice || m.receives > 1 {
		m.visibleAt = now.Add(hold)
	}
	if m.system["ApproximateFirstReceiveTimestamp"] == "" {
		m.system["ApproximateFirstReceiveTimestamp"] = strconv.FormatInt(now.UnixMilli(), 10)
	}
	system := map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.receives)}
	maps.Copy(system, m.system)
	return delivery{
		MessageId: m.id, ReceiptHandle: m.receipt, Body: m.body, MD5OfBody: sum(m.body),
		Attributes: system, MessageAttributes: m.attributes,
	}
}

// giveUp moves a message to the dead-letter queue.
func (s *Server) giveUp(q *queue, m *message) {
	q.drop(m)
	m.receives = 0
	m.system["DeadLetterQueueSourceArn"] = "arn:aws:sqs:" + region + ":" + account + ":" + q.name
	s.queues[q.dead].messages = append(s.queues[q.dead].messages, m)
	s.wake()
}

func (q *queue) drop(m *message) {
	q.messages = slices.DeleteFunc(q.messages, func(other *message) bool { return other == m })
}

type handleInput struct {
	QueueUrl, ReceiptHandle string
	VisibilityTimeout       int
}

// handle finds the message of a receipt handle; s.mu is held. It is nil when
// the message is gone, and current is false when it was delivered again.
func (s *Server) handle(in handleInput) (q *queue, m *message, current bool, err error) {
	q, err = s.find(in.QueueUrl)
	if err != nil {
		return nil, nil, false, err
	}
	id, _, ok := strings.Cut(in.ReceiptHandle, "#")
	if !ok {
		return nil, nil, false, &fault{http.StatusBadRequest, "ReceiptHandleIsInvalid", "The input receipt handle is invalid."}
	}
	i := slices.IndexFunc(q.messages, func(m *message) bool { return m.id == id })
	if i < 0 {
		return q, nil, false, nil
	}
	m = q.messages[i]
	return q, m, m.receipt == in.ReceiptHandle && (!q.fifo || m.visibleAt.After(time.Now())), nil
}

func bad(in handleInput, reason string) error {
	return invalid(fmt.Sprintf("Value %s for parameter ReceiptHandle is invalid. Reason: %s", in.ReceiptHandle, reason))
}

func (s *Server) delete(in handleInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, m, current, err := s.handle(in)
	if m != nil && !current && q.fifo {
		err = bad(in, "The receipt handle has expired.")
	}
	if err == nil && current {
		q.drop(m)
		s.wake() // a group may go on
	}
	return struct{}{}, err
}

func (s *Server) hide(in handleInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, current, err := s.handle(in)
	switch {
	case err != nil:
		return nil, err
	case in.VisibilityTimeout < 0 || in.VisibilityTimeout > longest:
		return nil, invalid("VisibilityTimeout is 0 to 43200.")
	case m == nil || !current:
		return nil, bad(in, "Message does not exist or is not available for visibility timeout change.")
	case !m.visibleAt.After(time.Now()):
		return nil, &fault{http.StatusBadRequest, "MessageNotInflight", "The message is not in flight."}
	}
	m.visibleAt = time.Now().Add(time.Duration(in.VisibilityTimeout) * time.Second)
	s.wake()
	return struct{}{}, nil
}
