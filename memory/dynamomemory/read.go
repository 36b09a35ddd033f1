package dynamomemory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

const (
	chunkBytes = 350 << 10 // of an item's 400 KB
	maxChunks  = 1000
)

var errMissing = errors.New("a segment is missing")

// readHead returns nil where there is no session, or an expired one.
func (s *Store) readHead(ctx context.Context, session string) (*head, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key(session, headItem), ConsistentRead: new(true),
	})
	if err != nil || len(out.Item) == 0 || s.expired(out.Item) {
		return nil, err
	}
	return headFromItem(out.Item)
}

// headAt reads the whole head if it is still at the given state.
func (s *Store) headAt(ctx context.Context, session string, at *head) (*head, error) {
	h, err := s.readHead(ctx, session)
	if err == nil && (h == nil || h.id != at.id || h.edition != at.edition) {
		err = memory.ErrConflict
	}
	return h, err
}

func (s *Store) messages(ctx context.Context, session string, h *head) ([]llms.MessageContent, error) {
	var bodies [][]byte
	for _, seg := range h.segments {
		body, err := s.readSegment(ctx, session, seg)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body...)
	}
	for _, r := range h.records {
		bodies = append(bodies, r.messages)
	}
	var all []llms.MessageContent
	for _, body := range bodies {
		msgs, err := message.Unmarshal(body)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", memory.ErrCorrupt, err)
		}
		all = append(all, msgs...)
	}
	return all, nil
}

// readSegment returns the records of a segment, encoded.
func (s *Store) readSegment(ctx context.Context, session string, seg segment) ([][]byte, error) {
	var data []byte
	for _, k := range seg.items() {
		out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key(session, k), ConsistentRead: new(true)})
		if err != nil {
			return nil, err
		}
		body, _ := out.Item[attrMessages].(*types.AttributeValueMemberB)
		if body == nil {
			return nil, fmt.Errorf("%w: %s", errMissing, k)
		}
		data = append(data, body.Value...)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != seg.sha256 {
		return nil, fmt.Errorf("%w: segment %s is not what was written", memory.ErrCorrupt, seg.name)
	}
	var records []json.RawMessage
	if err := json.Unmarshal(data, &records); err != nil {
		return nil, fmt.Errorf("%w: segment %s: %w", memory.ErrCorrupt, seg.name, err)
	}
	bodies := make([][]byte, len(records))
	for i, r := range records {
		bodies[i] = r
	}
	return bodies, nil
}

// writeSegment stores the records of h under a name of their own.
func (s *Store) writeSegment(ctx context.Context, session string, h *head) (segment, error) {
	records := make([]json.RawMessage, len(h.records))
	for i, r := range h.records {
		records[i] = r.messages
	}
	data, err := json.Marshal(records)
	if err != nil {
		return segment{}, err
	}
	sum := sha256.Sum256(data)
	seg := segment{
		name:  fmt.Sprintf("%s#%08d#%s", h.id, h.edition, random()),
		count: (len(data) + chunkBytes - 1) / chunkBytes, sha256: hex.EncodeToString(sum[:]),
	}
	if seg.count > maxChunks {
		return segment{}, fmt.Errorf("%d bytes in one append; the limit is %d", len(data), maxChunks*chunkBytes)
	}
	for n, k := range seg.items() {
		i := key(session, k)
		i[attrMessages] = &types.AttributeValueMemberB{Value: data[n*chunkBytes : min((n+1)*chunkBytes, len(data))]}
		if s.o.TTL > 0 {
			i[attrExpires] = number(s.expiry(2))
		}
		if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i}); err != nil {
			return segment{}, fmt.Errorf("write a segment: %w", err)
		}
	}
	return seg, nil
}

func (s *Store) remove(ctx context.Context, session, sort string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: key(session, sort)})
	return err
}

// purge removes every segment of a session.
func (s *Store) purge(ctx context.Context, session string) error {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: new(true),
		KeyConditionExpression:    new("#session = :session AND begins_with(#item, :segment)"),
		ProjectionExpression:      new("#item"),
		ExpressionAttributeNames:  map[string]string{"#session": attrSession, "#item": attrItem},
		ExpressionAttributeValues: item{":session": text(keyOf(session)), ":segment": text(segmentItem)},
	}
	for {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return err
		}
		for _, i := range out.Items {
			if err := s.remove(ctx, session, textOf(i, attrItem)); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Sessions implements memory.Lister. It scans the whole table, since DynamoDB
// has no other way to find hash keys: for an administrator, not for each request.
func (s *Store) Sessions(ctx context.Context, prefix string) iter.Seq2[memory.Session, error] {
	return func(yield func(memory.Session, error) bool) {
		in := &dynamodb.ScanInput{
			TableName: &s.table, ConsistentRead: new(true),
			FilterExpression:          new("#item = :head"),
			ProjectionExpression:      new("#name, #updated, #expires"),
			ExpressionAttributeNames:  map[string]string{"#item": attrItem, "#name": attrName, "#updated": attrUpdated, "#expires": attrExpires},
			ExpressionAttributeValues: item{":head": text(headItem)},
		}
		for {
			out, err := s.client.Scan(ctx, in)
			if err != nil {
				yield(memory.Session{}, fmt.Errorf("dynamomemory: list sessions: %w", err))
				return
			}
			for _, i := range out.Items {
				one := memory.Session{ID: textOf(i, attrName), Updated: time.UnixMilli(numberOf(i, attrUpdated))}
				if s.expired(i) || !strings.HasPrefix(one.ID, prefix) {
					continue
				}
				if !yield(one, nil) {
					return
				}
			}
			if len(out.LastEvaluatedKey) == 0 {
				return
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
}
