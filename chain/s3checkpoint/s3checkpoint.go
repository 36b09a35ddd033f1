package s3checkpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/causeway-go/causeway/chain"
)

// Client is the part of *s3.Client that is used.
type Client interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// Options are the settings of a Store.
type Options struct {
	Prefix string // of every key, without a slash at its end; empty means runs
	// KMSKeyID, if set, has objects encrypted with that key.
	KMSKeyID string
}

// maxEntry bounds what is read of one entry.
const maxEntry = 64 << 20

// Store is a chain.Checkpointer over a bucket. It is safe for concurrent use.
type Store struct {
	client Client
	bucket string
	o      Options
}

// New returns the journals in a bucket.
func New(client Client, bucket string, o *Options) (*Store, error) {
	if client == nil || bucket == "" {
		return nil, errors.New("s3checkpoint: a client and a bucket are needed")
	}
	s := &Store{client: client, bucket: bucket}
	if o != nil {
		s.o = *o
	}
	if s.o.Prefix == "" {
		s.o.Prefix = "runs"
	}
	s.o.Prefix = strings.Trim(s.o.Prefix, "/")
	return s, nil
}

func (s *Store) key(runID string, seq int) *string {
	return new(fmt.Sprintf("%s/%s/%08d.json", s.o.Prefix, runID, seq))
}

// Append implements chain.Checkpointer.
func (s *Store) Append(ctx context.Context, runID string, seq int, entry []byte) error {
	if err := chain.CheckRunID(runID); err != nil {
		return err
	}
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: s.key(runID, seq), Body: bytes.NewReader(entry),
		IfNoneMatch: new("*"), ContentType: new("application/json"),
	}
	if s.o.KMSKeyID != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &s.o.KMSKeyID
	}
	_, err := s.client.PutObject(ctx, in)
	if taken(err) {
		return s.mine(ctx, runID, seq, entry)
	}
	if err != nil {
		return fmt.Errorf("s3checkpoint: put entry %d of run %s: %w", seq, runID, err)
	}
	return nil
}

// mine tells a conflict from our own write that the client sent twice because
// the first answer was lost.
func (s *Store) mine(ctx context.Context, runID string, seq int, entry []byte) error {
	there, err := s.get(ctx, runID, seq)
	if err == nil && bytes.Equal(there, entry) {
		return nil
	}
	return chain.ErrConflict
}

// taken reports S3's two answers to a conditional write that came second: 412
// when the object is there, 409 when another write is under way.
func taken(err error) bool {
	code := code(err)
	return code == "PreconditionFailed" || code == "ConditionalRequestConflict"
}

func code(err error) string {
	if e, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// Entries implements chain.Checkpointer. Journals have no gaps, so it reads on
// until an entry is not there.
func (s *Store) Entries(ctx context.Context, runID string) ([][]byte, error) {
	if err := chain.CheckRunID(runID); err != nil {
		return nil, err
	}
	var entries [][]byte
	for {
		data, err := s.get(ctx, runID, len(entries)+1)
		if c := code(err); c == "NoSuchKey" || c == "NotFound" {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("s3checkpoint: get entry %d of run %s: %w", len(entries)+1, runID, err)
		}
		entries = append(entries, data)
	}
}

func (s *Store) get(ctx context.Context, runID string, seq int) ([]byte, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(runID, seq)})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(io.LimitReader(out.Body, maxEntry))
}

// Delete implements chain.Checkpointer. The first entry goes first, so that a
// deletion cut short leaves a run that does not exist rather than half of one.
func (s *Store) Delete(ctx context.Context, runID string) error {
	if err := chain.CheckRunID(runID); err != nil {
		return err
	}
	for o, err := range s.list(ctx, s.o.Prefix+"/"+runID+"/", "") {
		if err != nil {
			return fmt.Errorf("s3checkpoint: delete run %s: %w", runID, err)
		}
		if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &o}); err != nil {
			return fmt.Errorf("s3checkpoint: delete run %s: %w", runID, err)
		}
	}
	return nil
}

// Runs implements chain.Checkpointer.
func (s *Store) Runs(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		prefix := s.o.Prefix + "/"
		for folder, err := range s.list(ctx, prefix, "/") {
			if err != nil {
				yield("", fmt.Errorf("s3checkpoint: list runs: %w", err))
				return
			}
			id := strings.TrimSuffix(strings.TrimPrefix(folder, prefix), "/")
			if id != "" && !yield(id, nil) {
				return
			}
		}
	}
}

// list yields the keys below prefix in order or, with a delimiter, the folders.
func (s *Store) list(ctx context.Context, prefix, delimiter string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix}
		if delimiter != "" {
			in.Delimiter = &delimiter
		}
		for {
			out, err := s.client.ListObjectsV2(ctx, in)
			if err != nil {
				yield("", err)
				return
			}
			for _, p := range out.CommonPrefixes {
				if !yield(*p.Prefix, nil) {
					return
				}
			}
			for _, o := range out.Contents {
				if !yield(*o.Key, nil) {
					return
				}
			}
			if out.NextContinuationToken == nil {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}
