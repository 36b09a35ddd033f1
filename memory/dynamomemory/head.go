package dynamomemory

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

// head is a session's state. What a revision holds (id to touched) is enough
// to append; the rest is read when it is needed.
type head struct {
	id      string // new whenever the session is begun
	edition int    // counts its writes
	bytes   int    // of the records in the head
	touched int64  // when the segments' expiry was last set, in Unix seconds; 0 without a TTL

	segments []segment
	records  []record // messages after the segments', one for each append

	after *head // what put has made of it
}

// record holds the messages of one append, and the name of that write.
type record struct {
	write    string
	messages []byte
}

// segment names items that hold records which have left the head: DynamoDB
// limits an item, so there may be several.
type segment struct {
	name   string
	count  int
	sha256 string
}

func newHead() *head { return &head{id: random()} }

func random() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func newRecord(msgs []llms.MessageContent) (record, error) {
	body, err := message.Marshal(msgs)
	return record{write: random(), messages: body}, err
}

func (h *head) revision() memory.Revision {
	return memory.Revision(fmt.Sprintf("%s.%d.%d.%d", h.id, h.edition, h.bytes, h.touched))
}

// headOf reads a revision back.
func headOf(at memory.Revision) (*head, error) {
	if at == "" {
		return nil, nil
	}
	h := new(head)
	p := strings.Split(string(at), ".")
	if len(p) != 4 {
		return nil, memory.ErrConflict // of another kind of store
	}
	var err [3]error
	h.id = p[0]
	h.edition, err[0] = strconv.Atoi(p[1])
	h.bytes, err[1] = strconv.Atoi(p[2])
	h.touched, err[2] = strconv.ParseInt(p[3], 10, 64)
	for _, e := range err {
		if e != nil {
			return nil, memory.ErrConflict
		}
	}
	return h, nil
}

// next returns the head with a record more.
func (h *head) next(r record) *head {
	n := *h
	n.edition++
	n.bytes += len(r.messages)
	n.records = append(h.records[:len(h.records):len(h.records)], r)
	return &n
}

// emptied returns the head with nothing in it.
func (h *head) emptied() *head {
	return &head{id: h.id, edition: h.edition + 1, touched: h.touched}
}

// items are the sort keys of a segment's items.
func (s segment) items() []string {
	keys := make([]string, s.count)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s%s#%04d", segmentItem, s.name, i)
	}
	return keys
}

// String is the segment as the head stores it.
func (s segment) String() string {
	return s.name + " " + strconv.Itoa(s.count) + " " + s.sha256
}

func parseSegment(text string) (segment, error) {
	var s segment
	if _, err := fmt.Sscan(text, &s.name, &s.count, &s.sha256); err != nil || s.count < 1 || s.count > maxChunks {
		return s, fmt.Errorf("%w: a segment is named %q", memory.ErrCorrupt, text)
	}
	return s, nil
}
