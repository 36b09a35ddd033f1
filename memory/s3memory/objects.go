package s3memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// maxObject is how large an object of ours may be when it is read.
const maxObject = 256 << 20

var errAbsent = errors.New("no such object")

// headAt returns the head at a revision: a new one for "".
func (s *Store) headAt(ctx context.Context, session string, at memory.Revision) (*head, error) {
	if at == "" {
		return newHead(session), nil
	}
	etag, err := etagOf(at)
	if err != nil {
		return nil, err
	}
	if h, ok := s.cache.get(s.headKey(session)).(*head); ok && h.revision() == at {
		return h, nil
	}
	h, err := s.readHead(ctx, session, etag)
	if errors.Is(err, errAbsent) || err == nil && h.revision() != at {
		err = memory.ErrConflict
	}
	return h, err
}

// readHead reads the head; with an etag, only if it still is that one.
func (s *Store) readHead(ctx context.Context, session, etag string) (*head, error) {
	data, now, err := s.get(ctx, s.headKey(session), etag)
	if err != nil {
		return nil, err
	}
	return parseHead(data, now)
}

func (s *Store) putHead(ctx context.Context, session, etag string, next *head) error {
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	in := &s3.PutObjectInput{}
	if etag == "" {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = &etag
	}
	next.etag, err = s.put(ctx, s.headKey(session), data, in)
	return err
}

// writeSegment stores the records of h under a name of their own.
func (s *Store) writeSegment(ctx context.Context, session string, h *head) (segment, error) {
	data, err := json.Marshal(h.Records)
	if err != nil {
		return segment{}, err
	}
	sum := sha256.Sum256(data)
	seg := segment{Name: fmt.Sprintf("%08d-%s", h.Edition, h.lastWrite()), SHA256: hex.EncodeToString(sum[:]), Bytes: len(data)}
	key := s.segmentKey(session, h.ID, seg.Name)
	if _, err := s.put(ctx, key, data, &s3.PutObjectInput{}); err != nil {
		return segment{}, fmt.Errorf("write a segment: %w", err)
	}
	s.cache.put(key, h.Records, len(data))
	return seg, nil
}

// messages reads all messages of a session, its segments side by side.
func (s *Store) messages(ctx context.Context, h *head) ([]llms.MessageContent, error) {
	pieces := make([][]llms.MessageContent, len(h.Segments)+1)
	errs := make([]error, len(pieces))
	var group sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i, seg := range h.Segments {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			pieces[i], errs[i] = s.segmentMessages(ctx, h, seg)
		})
	}
	last := len(pieces) - 1
	pieces[last], errs[last] = decodeRecords(h.Records)
	group.Wait()
	var all []llms.MessageContent
	for _, p := range pieces {
		all = append(all, p...)
	}
	return all, errors.Join(errs...)
}

func (s *Store) segmentMessages(ctx context.Context, h *head, seg segment) ([]llms.MessageContent, error) {
	key := s.segmentKey(h.Session, h.ID, seg.Name)
	if records, ok := s.cache.get(key).([]json.RawMessage); ok {
		return decodeRecords(records)
	}
	data, _, err := s.get(ctx, key, "")
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != seg.SHA256 {
		return nil, fmt.Errorf("%w: %s is not what was written", memory.ErrCorrupt, key)
	}
	var records []json.RawMessage
	if err := json.Unmarshal(data, &records); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", memory.ErrCorrupt, key, err)
	}
	s.cache.put(key, records, len(data))
	return decodeRecords(records)
}

func (s *Store) get(ctx context.Context, key, etag string) (data []byte, now string, err error) {
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, ExpectedBucketOwner: nonEmpty(s.o.BucketOwner), IfMatch: nonEmpty(etag)}
	out, err := s.client.GetObject(ctx, in)
	if err != nil {
		return nil, "", explain(err)
	}
	defer out.Body.Close()
	data, err = io.ReadAll(io.LimitReader(out.Body, maxObject+1))
	if err == nil && len(data) > maxObject {
		err = fmt.Errorf("%w: %s is larger than %d bytes", memory.ErrCorrupt, key, maxObject)
	}
	return data, aws.ToString(out.ETag), err
}

func (s *Store) put(ctx context.Context, key string, data []byte, in *s3.PutObjectInput) (etag string, err error) {
	in.Bucket, in.Key, in.Body = &s.bucket, &key, bytes.NewReader(data)
	in.ContentType = aws.String("application/json")
	in.ExpectedBucketOwner = nonEmpty(s.o.BucketOwner)
	if s.o.KMSKeyID != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &s.o.KMSKeyID
	}
	out, err := s.client.PutObject(ctx, in)
	if err != nil {
		return "", explain(err)
	}
	return aws.ToString(out.ETag), nil
}

// explain tells the errors apart that mean something here. A condition on an
// object that is not there fails with 404 on S3 and with 412 on some others;
// 409 says that another conditional write is under way.
func explain(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	switch api.ErrorCode() {
	case "NoSuchKey", "NotFound":
		return fmt.Errorf("%w: %w", errAbsent, err)
	case "PreconditionFailed", "ConditionalRequestConflict":
		return memory.ErrConflict
	}
	return err
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
