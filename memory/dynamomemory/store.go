package dynamomemory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// Client is what a Store needs of DynamoDB. *dynamodb.Client is one.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// Options tune a [Store]. The zero value is what the fields say.
type Options struct {
	// TTL is how long a session lives after its last write; 0 means for ever.
	TTL time.Duration

	// HeadBytes is how large a head grows before its messages move to a segment;
	// 0 means 16 KiB. Every append pays for the size of the head.
	HeadBytes int
}

// maxHead keeps a head within DynamoDB's limit of 400 KB for an item.
const maxHead = 300 << 10

// Store is a memory.Store and memory.Lister in a table. It is safe for
// concurrent use, by many processes at once.
type Store struct {
	client Client
	table  string
	o      Options
}

// New returns the store in a table, which has to exist; see [Table].
func New(client Client, table string, o *Options) (*Store, error) {
	if client == nil || table == "" {
		return nil, errors.New("dynamomemory: a store needs a client and a table")
	}
	s := &Store{client: client, table: table}
	if o != nil {
		s.o = *o
	}
	if s.o.HeadBytes == 0 {
		s.o.HeadBytes = 16 << 10
	}
	s.o.HeadBytes = min(s.o.HeadBytes, maxHead)
	return s, nil
}

// Table describes the table that a store needs, paid by request.
func Table(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: new(attrSession), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: new(attrItem), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: new(attrSession), KeyType: types.KeyTypeHash},
			{AttributeName: new(attrItem), KeyType: types.KeyTypeRange},
		},
	}
}

// Load implements memory.Store, with consistent reads.
func (s *Store) Load(ctx context.Context, session string) (memory.History, error) {
	for {
		h, err := s.readHead(ctx, session)
		if err != nil || h == nil {
			return memory.History{}, s.wrap("load", session, err)
		}
		msgs, err := s.messages(ctx, session, h)
		if errors.Is(err, errMissing) && s.moved(ctx, session, h) {
			continue // the session was replaced or deleted while we read it
		}
		if err != nil {
			return memory.History{}, s.wrap("load", session, err)
		}
		return memory.History{Messages: msgs, Revision: h.revision()}, nil
	}
}

func (s *Store) moved(ctx context.Context, session string, was *head) bool {
	now, err := s.readHead(ctx, session)
	return err == nil && (now == nil || now.id != was.id || now.edition != was.edition)
}

// Append implements memory.Store: one conditional UpdateItem, most of the time.
func (s *Store) Append(ctx context.Context, session string, at memory.Revision, msgs ...llms.MessageContent) (memory.Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	r, err := newRecord(msgs)
	if err != nil {
		return "", s.wrap("append to", session, err)
	}
	h, err := headOf(at)
	switch {
	case err != nil:
	case at == "":
		h = newHead()
		err = s.put(ctx, session, h, h.next(r))
	case h.bytes+len(r.messages) <= s.o.HeadBytes && !s.stale(h):
		h, err = s.grow(ctx, session, h, r)
		return h.revision(), s.wrap("append to", session, err)
	default:
		if h, err = s.headAt(ctx, session, h); err == nil {
			err = s.put(ctx, session, h, h.next(r))
		}
	}
	if err != nil {
		return "", s.wrap("append to", session, err)
	}
	return h.after.revision(), nil
}

// Replace implements memory.Store. The segments of what was there are deleted
// afterwards.
func (s *Store) Replace(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent) (memory.Revision, error) {
	h, err := headOf(at)
	if err == nil && at == "" {
		h = newHead()
	} else if err == nil {
		h, err = s.headAt(ctx, session, h)
	}
	if err != nil {
		return "", s.wrap("replace", session, err)
	}
	next := h.emptied()
	if len(msgs) > 0 {
		r, err := newRecord(msgs)
		if err != nil {
			return "", s.wrap("replace", session, err)
		}
		next.records, next.bytes = []record{r}, len(r.messages)
	}
	if err := s.put(ctx, session, h, next); err != nil {
		return "", s.wrap("replace", session, err)
	}
	for _, old := range h.segments {
		for _, key := range old.items() {
			if err := s.remove(ctx, session, key); err != nil {
				return "", s.wrap("replace", session, err)
			}
		}
	}
	return h.after.revision(), nil
}

// Delete implements memory.Store: the head first, so that the session is gone
// at once, then every item there is, also those no head names any more.
func (s *Store) Delete(ctx context.Context, session string) error {
	err := s.remove(ctx, session, headItem)
	if err == nil {
		err = s.purge(ctx, session)
	}
	return s.wrap("delete", session, err)
}

func (s *Store) wrap(doing, session string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errMissing) {
		err = fmt.Errorf("%w: %w", memory.ErrCorrupt, err)
	}
	return fmt.Errorf("dynamomemory: %s session %q: %w", doing, session, err)
}
