package dynamomemory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/causeway-go/causeway/memory"
)

// The attributes of our items.
const (
	attrSession  = "session" // the hash key: the session's name, or what keyOf makes of it
	attrItem     = "item"    // the sort key
	attrName     = "name"    // the session's whole name
	attrID       = "id"
	attrEdition  = "edition"
	attrBytes    = "bytes"
	attrTouched  = "touched"
	attrUpdated  = "updated" // Unix milliseconds
	attrExpires  = "expires" // Unix seconds, for Time to Live
	attrSegments = "segments"
	attrRecords  = "records"
	attrWrite    = "write"
	attrMessages = "messages"

	headItem    = "head"
	segmentItem = "segment#"
)

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number[N int | int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

func textOf(i item, name string) string {
	v, _ := i[name].(*types.AttributeValueMemberS)
	if v == nil {
		return ""
	}
	return v.Value
}

func numberOf(i item, name string) int64 {
	v, _ := i[name].(*types.AttributeValueMemberN)
	if v == nil {
		return 0
	}
	n, _ := strconv.ParseInt(v.Value, 10, 64) // our own writing
	return n
}

// maxKey is how long a hash key of a session may be; DynamoDB takes 2048 bytes.
const maxKey = 1024

// keyOf is the hash key of a session. What is no key ends in a hash instead:
// the empty name, a long one, one that is not UTF-8.
func keyOf(session string) string {
	if len(session) <= maxKey && session != "" && utf8.ValidString(session) {
		return session
	}
	sum := sha256.Sum256([]byte(session))
	return strings.ToValidUTF8(session[:min(len(session), maxKey-64)], "") + "~" + hex.EncodeToString(sum[:24])
}

func key(session, sort string) item {
	return item{attrSession: text(keyOf(session)), attrItem: text(sort)}
}

func (s *Store) headToItem(session string, h *head) item {
	i := key(session, headItem)
	i[attrName], i[attrID], i[attrEdition] = text(session), text(h.id), number(h.edition)
	i[attrBytes], i[attrUpdated] = number(h.bytes), number(time.Now().UnixMilli())
	if s.o.TTL > 0 {
		i[attrExpires], i[attrTouched] = number(s.expiry(1)), number(h.touched)
	}
	var segments, records []types.AttributeValue
	for _, seg := range h.segments {
		segments = append(segments, text(seg.String()))
	}
	for _, r := range h.records {
		records = append(records, r.value())
	}
	i[attrSegments] = &types.AttributeValueMemberL{Value: segments}
	i[attrRecords] = &types.AttributeValueMemberL{Value: records}
	return i
}

func (r record) value() types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item{
		attrWrite: text(r.write), attrMessages: &types.AttributeValueMemberB{Value: r.messages},
	}}
}

func headFromItem(i item) (*head, error) {
	h := &head{
		id: textOf(i, attrID), edition: int(numberOf(i, attrEdition)), bytes: int(numberOf(i, attrBytes)),
		touched: numberOf(i, attrTouched),
	}
	segments, _ := i[attrSegments].(*types.AttributeValueMemberL)
	records, _ := i[attrRecords].(*types.AttributeValueMemberL)
	if h.id == "" || segments == nil || records == nil {
		return nil, fmt.Errorf("%w: the head is not one of ours", memory.ErrCorrupt)
	}
	for _, v := range segments.Value {
		s, _ := v.(*types.AttributeValueMemberS)
		if s == nil {
			return nil, fmt.Errorf("%w: a segment's name is no text", memory.ErrCorrupt)
		}
		seg, err := parseSegment(s.Value)
		if err != nil {
			return nil, err
		}
		h.segments = append(h.segments, seg)
	}
	for _, v := range records.Value {
		m, _ := v.(*types.AttributeValueMemberM)
		if m == nil {
			return nil, fmt.Errorf("%w: a record is no map", memory.ErrCorrupt)
		}
		body, _ := m.Value[attrMessages].(*types.AttributeValueMemberB)
		if body == nil {
			return nil, fmt.Errorf("%w: a record has no messages", memory.ErrCorrupt)
		}
		h.records = append(h.records, record{write: textOf(m.Value, attrWrite), messages: body.Value})
	}
	return h, nil
}

// expiry is so many TTLs from now.
func (s *Store) expiry(times int) int64 {
	return time.Now().Add(time.Duration(times) * s.o.TTL).Unix()
}

func (s *Store) expired(i item) bool {
	e := numberOf(i, attrExpires)
	return e != 0 && e <= time.Now().Unix()
}
