package localsqs

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// message is one message of a queue.
type message struct {
	id, body   string
	attributes map[string]attribute
	system     map[string]string // MessageGroupId and the like
	group      string
	receives   int
	receipt    string // of the last delivery
	visibleAt  time.Time
}

type attribute struct {
	DataType    string
	StringValue *string `json:",omitempty"`
	BinaryValue []byte  `json:",omitempty"`
}

type sendInput struct {
	QueueUrl, MessageBody  string
	DelaySeconds           *int
	MessageAttributes      map[string]attribute
	MessageGroupId         string
	MessageDeduplicationId string
}

func (s *Server) send(in sendInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err == nil {
		err = q.check(in)
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{"MD5OfMessageBody": sum(in.MessageBody)}
	now := time.Now()
	if q.fifo {
		if in.MessageDeduplicationId == "" {
			in.MessageDeduplicationId = fmt.Sprintf("%x", sha256.Sum256([]byte(in.MessageBody)))
		}
		if before, ok := q.sent[in.MessageDeduplicationId]; ok && now.Sub(before.at) < 5*time.Minute {
			out["MessageId"], out["SequenceNumber"] = before.id, before.sequence
			return out, nil
		}
	}
	m := &message{
		id: newID(), body: in.MessageBody, attributes: in.MessageAttributes, group: in.MessageGroupId, visibleAt: now,
		system: map[string]string{"SenderId": account, "SentTimestamp": strconv.FormatInt(now.UnixMilli(), 10)},
	}
	delay, _ := strconv.Atoi(q.attributes["DelaySeconds"])
	if in.DelaySeconds != nil {
		delay = *in.DelaySeconds
	}
	m.visibleAt = now.Add(time.Duration(delay) * time.Second)
	if m.group != "" {
		m.system["MessageGroupId"] = m.group
	}
	out["MessageId"] = m.id
	if q.fifo {
		q.sequence++
		out["SequenceNumber"] = fmt.Sprintf("%020d", q.sequence)
		m.system["SequenceNumber"], m.system["MessageDeduplicationId"] = out["SequenceNumber"], in.MessageDeduplicationId
		q.sent[in.MessageDeduplicationId] = receipt{m.id, out["SequenceNumber"], now}
	}
	q.messages = append(q.messages, m)
	s.wake()
	return out, nil
}

// check says what is wrong with a message.
func (q *queue) check(in sendInput) error {
	size := len(in.MessageBody)
	for name, a := range in.MessageAttributes {
		size += len(name) + len(a.DataType) + len(a.BinaryValue)
		if a.StringValue != nil {
			size += len(*a.StringValue)
		}
		if a.DataType == "" || a.StringValue == nil && a.BinaryValue == nil || a.StringValue != nil && *a.StringValue == "" {
			return invalid("The message attribute " + name + " must have a type and a value.")
		}
	}
	most, _ := strconv.Atoi(q.attributes["MaximumMessageSize"])
	switch {
	case in.MessageBody == "":
		return &fault{http.StatusBadRequest, "MissingParameter", "The request must contain the parameter MessageBody."}
	case size > most:
		return invalid(fmt.Sprintf("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", most))
	case len(in.MessageAttributes) > 10:
		return invalid("Number of message attributes exceeds the allowed maximum [10].")
	case !utf8.ValidString(in.MessageBody) || strings.ContainsFunc(in.MessageBody, odd):
		return &fault{http.StatusBadRequest, "InvalidMessageContents", "Invalid characters were found in the message."}
	case q.fifo && in.MessageGroupId == "":
		return &fault{http.StatusBadRequest, "MissingParameter", "The request must contain the parameter MessageGroupId."}
	case len(in.MessageGroupId) > 128 || len(in.MessageDeduplicationId) > 128:
		return invalid("MessageGroupId and MessageDeduplicationId can be up to 128 characters.")
	case q.fifo && in.MessageDeduplicationId == "" && q.attributes["ContentBasedDeduplication"] != "true":
		return invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.")
	case q.fifo && in.DelaySeconds != nil && *in.DelaySeconds != 0:
		return invalid("A message to a FIFO queue has no delay of its own.")
	}
	return nil
}

// odd are the characters that a message may not have.
func odd(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

func sum(body string) string {
	digest := md5.Sum([]byte(body))
	return hex.EncodeToString(digest[:])
}
