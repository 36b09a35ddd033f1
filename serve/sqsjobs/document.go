package sqsjobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// maxObject bounds what is read of a job: its document and the mark.
const maxObject = jobs.MaxDocument + 100

func (b *Backend) key(id string) string { return b.o.Prefix + "/jobs/" + id + ".json" }

// Create implements jobs.Backend.
func (b *Backend) Create(ctx context.Context, j *jobs.Job) error {
	if err := chain.CheckRunID(j.ID); err != nil {
		return fmt.Errorf("sqsjobs: %w", err)
	}
	err := b.write(ctx, j, &s3.PutObjectInput{IfNoneMatch: new("*")})
	if errors.Is(err, errCondition) {
		return jobs.ErrExists
	}
	return err
}

// Load implements jobs.Backend.
func (b *Backend) Load(ctx context.Context, id string) (*jobs.Job, error) {
	body, etag, err := b.read(ctx, id)
	if err != nil {
		return nil, err
	}
	j, err := jobs.Decode(body, etag)
	if err == nil && j.ID != id {
		err = errors.New("it is of another job")
	}
	if err != nil {
		return nil, fmt.Errorf("sqsjobs: read s3://%s/%s: %w", b.bucket, b.key(id), err)
	}
	return j, nil
}

// Save implements jobs.Backend. The end of a job that a document was made into
// is first written beside the document.
func (b *Backend) Save(ctx context.Context, j *jobs.Job) error {
	if err := chain.CheckRunID(j.ID); err != nil {
		return fmt.Errorf("sqsjobs: %w", err)
	}
	if j.State.Final() && j.Source != "" {
		if err := b.saveResult(ctx, j); err != nil {
			return err
		}
	}
	err := b.write(ctx, j, &s3.PutObjectInput{IfMatch: &j.Revision})
	if errors.Is(err, errCondition) {
		return jobs.ErrConflict
	}
	return err
}

// errCondition says that a write's condition did not hold.
var errCondition = errors.New("the object is not as expected")

// write writes the job's document under a condition. In each write it has
// another mark: by it a writer whose answer was lost knows its own work, and no
// two states of a document have one ETag.
func (b *Backend) write(ctx context.Context, j *jobs.Job, condition *s3.PutObjectInput) error {
	body, err := jobs.Encode(j)
	if err != nil {
		return fmt.Errorf("sqsjobs: %w", err)
	}
	mark := []byte(`,"write":"` + rand.Text() + `"}`)
	body = append(body[:len(body)-1], mark...)
	condition.Key = new(b.key(j.ID))
	etag, err := b.put(ctx, b.bucket, body, condition)
	if errors.Is(err, errCondition) {
		there, now, readErr := b.read(ctx, j.ID)
		if readErr == nil && bytes.HasSuffix(there, mark) {
			etag, err = now, nil // the client sent it twice, because the first answer was lost
		}
	}
	if err != nil {
		return err
	}
	j.Revision = etag
	return nil
}

// maxClashes bounds how often a write is repeated that S3 did not decide,
// because another was under way.
const maxClashes = 20

// put writes an object and returns its ETag.
func (b *Backend) put(ctx context.Context, bucket string, body []byte, in *s3.PutObjectInput) (etag string, err error) {
	in.Bucket, in.ContentType = &bucket, new("application/json")
	if b.o.KMSKeyID != "" && bucket == b.bucket { // results lie in buckets that have their own ways
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &b.o.KMSKeyID
	}
	for range maxClashes {
		in.Body = bytes.NewReader(body)
		out, putErr := b.store.PutObject(ctx, in)
		if putErr == nil {
			return value(out.ETag), nil
		}
		err = putErr
		if code(err) != "ConditionalRequestConflict" {
			break
		}
	}
	if status(err) == http.StatusPreconditionFailed || in.IfMatch != nil && absent(err) {
		return "", errCondition
	}
	return "", fmt.Errorf("sqsjobs: write s3://%s/%s: %w", bucket, *in.Key, err)
}

// read reads a job's document.
func (b *Backend) read(ctx context.Context, id string) (body []byte, etag string, err error) {
	if chain.CheckRunID(id) != nil {
		return nil, "", jobs.ErrNoJob
	}
	key := b.key(id)
	out, err := b.store.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key})
	if absent(err) {
		return nil, "", jobs.ErrNoJob
	}
	if err == nil {
		defer out.Body.Close()
		body, err = io.ReadAll(io.LimitReader(out.Body, maxObject+1))
	}
	if err == nil && len(body) > maxObject {
		err = errors.New("the object is too large for a job")
	}
	if err != nil {
		return nil, "", fmt.Errorf("sqsjobs: read s3://%s/%s: %w", b.bucket, key, err)
	}
	return body, value(out.ETag), nil
}
