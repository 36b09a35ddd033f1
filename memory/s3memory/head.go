package s3memory

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

const format = "causeway.memory/v1"

// head is the object that is a session's state. Heads are values: a change
// makes a new one.
type head struct {
	Format   string            `json:"format"`
	Session  string            `json:"session"`
	ID       string            `json:"id"`      // new whenever the session is begun
	Edition  int               `json:"edition"` // counts its writes
	Writes   []string          `json:"writes"`  // names of the last ones, the newest last
	Segments []segment         `json:"segments,omitempty"`
	Records  []json.RawMessage `json:"records,omitempty"` // messages after the segments', one for each append

	etag string // as S3 calls this state; "" for a head that is not there yet
}

// segment names an object with records that have left the head.
type segment struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

func newHead(session string) *head {
	return &head{Format: format, Session: session, ID: random()}
}

func random() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func parseHead(data []byte, etag string) (*head, error) {
	h := &head{etag: etag}
	if err := json.Unmarshal(data, h); err != nil {
		return nil, fmt.Errorf("%w: the head: %w", memory.ErrCorrupt, err)
	}
	if _, err := hex.DecodeString(h.ID); h.Format != format || h.ID == "" || err != nil {
		return nil, fmt.Errorf("%w: the head's format is %q, not %q", memory.ErrCorrupt, h.Format, format)
	}
	return h, nil
}

// with returns the head with messages added.
func (h *head) with(msgs []llms.MessageContent) (*head, error) {
	record, err := message.Marshal(msgs)
	if err != nil {
		return nil, err
	}
	next := *h
	next.Edition, next.Writes, next.etag = h.Edition+1, h.wrote(), ""
	next.Records = append(slices.Clip(h.Records), record)
	return &next, nil
}

// wrote returns the names of the last writes, with one for the next.
func (h *head) wrote() []string {
	const most = 8
	return append(slices.Clone(h.Writes[max(0, len(h.Writes)-most+1):]), random())
}

func (h *head) lastWrite() string { return h.Writes[len(h.Writes)-1] }

// empty returns the head of the session with nothing in it.
func (h *head) empty() *head {
	return &head{Format: h.Format, Session: h.Session, ID: h.ID, Edition: h.Edition + 1, Writes: h.wrote()}
}

// spilled returns the head with its records in a segment.
func (h *head) spilled(s segment) *head {
	next := *h
	next.Segments = append(slices.Clip(h.Segments), s)
	next.Records = nil
	return &next
}

// size is about how long the head is when it is written.
func (h *head) size() int {
	n := 0
	for _, r := range h.Records {
		n += len(r)
	}
	return n
}

// revision holds what a conditional write needs, and enough to tell whether it
// is ours at all.
func (h *head) revision() memory.Revision {
	return memory.Revision(h.ID + "." + strconv.Itoa(h.Edition) + "." + h.etag)
}

func etagOf(at memory.Revision) (string, error) {
	p := strings.SplitN(string(at), ".", 3)
	if len(p) != 3 || p[2] == "" {
		return "", memory.ErrConflict // of another kind of store
	}
	return p[2], nil
}

func decodeRecords(records []json.RawMessage) ([]llms.MessageContent, error) {
	var all []llms.MessageContent
	for _, r := range records {
		msgs, err := message.Unmarshal(r)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", memory.ErrCorrupt, err)
		}
		all = append(all, msgs...)
	}
	return all, nil
}
