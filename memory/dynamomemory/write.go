package dynamomemory

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/causeway-go/causeway/memory"
)

// The conditions of our writes. A session that expired and is still there does
// not exist.
const (
	isAbsent = "attribute_not_exists(#item) OR #expires <= :now"
	isAt     = "#id = :id AND #edition = :edition"
)

// grow adds a record to the head where it is, in one request.
func (s *Store) grow(ctx context.Context, session string, h *head, r record) (*head, error) {
	next := h.next(r)
	set := "SET #edition = :next, #bytes = :bytes, #updated = :updated, #records = list_append(#records, :record)"
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: key(session, headItem),
		ConditionExpression: new(isAt),
		ExpressionAttributeNames: map[string]string{
			"#id": attrID, "#edition": attrEdition, "#bytes": attrBytes, "#updated": attrUpdated, "#records": attrRecords,
		},
		ExpressionAttributeValues: item{
			":id": text(h.id), ":edition": number(h.edition), ":next": number(next.edition),
			":bytes": number(next.bytes), ":updated": number(time.Now().UnixMilli()),
			":record": &types.AttributeValueMemberL{Value: []types.AttributeValue{r.value()}},
		},
	}
	if s.o.TTL > 0 {
		set += ", #expires = :expires"
		in.ExpressionAttributeNames["#expires"] = attrExpires
		in.ExpressionAttributeValues[":expires"] = number(s.expiry(1))
	}
	in.UpdateExpression = &set
	_, err := s.client.UpdateItem(ctx, in)
	if err = s.settle(ctx, session, next, err); err != nil {
		return new(head), err
	}
	return next, nil
}

// put writes the next head in place of h, its records in a segment first if
// they are too many. What was written is h.after.
func (s *Store) put(ctx context.Context, session string, h, next *head) error {
	spilled := segment{}
	if next.bytes > s.o.HeadBytes {
		var err error
		if spilled, err = s.writeSegment(ctx, session, next); err != nil {
			return err
		}
		last := next.records[len(next.records)-1]
		n := *next
		n.segments = append(slices.Clip(next.segments), spilled)
		n.records, n.bytes = []record{{write: last.write, messages: []byte("[]")}}, 2
		next = &n
	}
	if err := s.touch(ctx, session, next); err != nil {
		return err
	}
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: s.headToItem(session, next)}
	if h.edition == 0 {
		in.ConditionExpression = new(isAbsent)
		in.ExpressionAttributeNames = map[string]string{"#item": attrItem, "#expires": attrExpires}
		in.ExpressionAttributeValues = item{":now": number(time.Now().Unix())}
	} else {
		in.ConditionExpression = new(isAt)
		in.ExpressionAttributeNames = map[string]string{"#id": attrID, "#edition": attrEdition}
		in.ExpressionAttributeValues = item{":id": text(h.id), ":edition": number(h.edition)}
	}
	_, err := s.client.PutItem(ctx, in)
	err = s.settle(ctx, session, next, err)
	if errors.Is(err, memory.ErrConflict) {
		for _, k := range spilled.items() {
			// Nobody will ever name the segment. Left behind it would only take
			// room until the session is deleted, so a failure here is not ours.
			_ = s.remove(ctx, session, k)
		}
	}
	h.after = next
	return err
}

// settle decides what a refused write means. The SDK repeats a request whose
// answer was lost, and is then refused by its own first try.
func (s *Store) settle(ctx context.Context, session string, next *head, err error) error {
	if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); !refused {
		return err
	}
	now, readErr := s.readHead(ctx, session)
	if readErr != nil || now == nil || now.id != next.id || len(next.records) == 0 {
		return memory.ErrConflict
	}
	write := next.records[len(next.records)-1].write
	if slices.ContainsFunc(now.records, func(r record) bool { return r.write == write }) {
		return nil
	}
	return memory.ErrConflict
}

// stale says whether the segments' expiry has to be set anew. They are given
// two TTLs, so once in a TTL is enough to outlive the head.
func (s *Store) stale(h *head) bool {
	return s.o.TTL > 0 && time.Now().Add(-s.o.TTL).Unix() >= h.touched
}

// touch sets the expiry of the segments that h names, if it is time.
func (s *Store) touch(ctx context.Context, session string, h *head) error {
	if !s.stale(h) {
		return nil
	}
	for _, seg := range h.segments {
		for _, k := range seg.items() {
			_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: &s.table, Key: key(session, k),
				UpdateExpression:          new("SET #expires = :expires"),
				ExpressionAttributeNames:  map[string]string{"#expires": attrExpires},
				ExpressionAttributeValues: item{":expires": number(s.expiry(2))},
			})
			if err != nil {
				return err
			}
		}
	}
	h.touched = time.Now().Unix()
	return nil
}
