package s3store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// What a request for one object can come to, besides success.
var (
	errAbsent    = errors.New("no such object")
	errUnchanged = errors.New("the object has not changed")
	errCondition = errors.New("the condition on the write was not met")
)

// maxObject bounds what is read into memory: no object of ours is larger.
const maxObject = 8 << 20

// object is one object as read.
type object struct {
	body []byte
	etag string
	meta map[string]string
	size int64
	time time.Time
}

// get reads an object; with an etag, only if it is another now.
func (s *Store) get(ctx context.Context, key, etag string) (object, error) {
	in := &s3.GetObjectInput{
		Bucket: &s.bucket, Key: new(s.prefix + key),
		ExpectedBucketOwner: optional(s.options.BucketOwner), IfNoneMatch: optional(etag),
	}
	out, err := call(ctx, s, func(fns ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
		return s.client.GetObject(ctx, in, append(fns, ownChecksum)...)
	})
	if err != nil {
		return object{}, s.explain("read", key, err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(io.LimitReader(out.Body, maxObject+1))
	if err != nil {
		return object{}, s.explain("read", key, err)
	}
	if len(body) > maxObject {
		return object{}, fmt.Errorf("s3store: read %s: the object is larger than %d bytes", key, maxObject)
	}
	return object{body: body, etag: value(out.ETag), meta: out.Metadata, size: int64(len(body)), time: value(out.LastModified)}, nil
}

// ownChecksum leaves the check of a body to us: the client's own would fail
// with an error that nobody can tell from a broken connection.
func ownChecksum(o *s3.Options) {
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

// head reads what is kept beside an object.
func (s *Store) head(ctx context.Context, key string) (object, error) {
	in := &s3.HeadObjectInput{Bucket: &s.bucket, Key: new(s.prefix + key), ExpectedBucketOwner: optional(s.options.BucketOwner)}
	out, err := call(ctx, s, func(fns ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
		return s.client.HeadObject(ctx, in, fns...)
	})
	if err != nil {
		return object{}, s.explain("read", key, err)
	}
	return object{etag: value(out.ETag), meta: out.Metadata, size: value(out.ContentLength), time: value(out.LastModified)}, nil
}

// put writes an object: a new one if etag is empty, else in place of the one
// with that etag. errCondition when the object is not as expected.
func (s *Store) put(ctx context.Context, key, etag, contentType string, body []byte, meta map[string]string) (newETag string, err error) {
	sum := sha256.Sum256(body)
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: new(s.prefix + key), ExpectedBucketOwner: optional(s.options.BucketOwner),
		ContentType: &contentType, Metadata: meta,
		ChecksumSHA256: new(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if etag == "" {
		in.IfNoneMatch = new("*")
	} else {
		in.IfMatch = &etag
	}
	if s.options.KMSKeyID != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &s.options.KMSKeyID
	}
	for attempt := 0; ; attempt++ {
		in.Body = bytes.NewReader(body)
		out, err := call(ctx, s, func(fns ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
			return s.client.PutObject(ctx, in, fns...)
		})
		if err == nil {
			return value(out.ETag), nil
		}
		// 409: another conditional write of this key was under way, and S3
		// decided nothing. No answer at all: nobody knows. The same request
		// is right to repeat in both cases, for its condition still holds
		// off everybody else; who meets his own write has to recognise it.
		again := code(err) == "ConditionalRequestConflict" && attempt < maxAttempts || status(err) == 0 && attempt < maxUnanswered
		if again && pause(ctx, attempt) == nil {
			continue
		}
		return "", s.explain("write", key, err)
	}
}

// maxAttempts bounds how often one write is tried against others that were first.
const maxAttempts = 400

// maxUnanswered bounds how often a write without an answer is repeated, beyond
// what the client's own retries do.
const maxUnanswered = 2

// pause waits a random while that grows with the attempts.
func pause(ctx context.Context, attempt int) error {
	most := min(5*time.Millisecond<<min(attempt, 7), 500*time.Millisecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(most)):
		return nil
	}
}

// call makes a request. A bucket that is in another region says where, and
// the request is made there; so are those that follow.
func call[T any](ctx context.Context, s *Store, do func(...func(*s3.Options)) (T, error)) (T, error) {
	out, err := do(s.inRegion()...)
	if err == nil || ctx.Err() != nil {
		return out, err
	}
	at := regionOf(err)
	if known := s.region.Load(); at == "" || known != nil && *known == at {
		return out, err
	}
	s.region.Store(&at)
	return do(s.inRegion()...)
}

func (s *Store) inRegion() []func(*s3.Options) {
	region := s.region.Load()
	if region == nil {
		return nil
	}
	return []func(*s3.Options){func(o *s3.Options) { o.Region = *region }}
}

// regionOf returns where S3 says the bucket is, in the answers it gives to a
// request signed or sent for another region.
func regionOf(err error) string {
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || response.Response == nil {
		return ""
	}
	switch response.HTTPStatusCode() {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest:
		return response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// explain turns the client's error into ours.
func (s *Store) explain(doing, key string, err error) error {
	switch status := status(err); {
	case code(err) == "NoSuchBucket":
		return fmt.Errorf("s3store: there is no bucket %s: %w", s.bucket, err)
	case status == http.StatusNotFound:
		return fmt.Errorf("s3store: %s %s: %w: %w", doing, key, errAbsent, err)
	case status == http.StatusNotModified:
		return errUnchanged
	case status == http.StatusPreconditionFailed:
		return fmt.Errorf("s3store: %s %s: %w: %w", doing, key, errCondition, err)
	}
	return fmt.Errorf("s3store: %s s3://%s/%s%s: %w", doing, s.bucket, s.prefix, key, err)
}

func status(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// printable keeps metadata within the ASCII that S3 hands back unchanged.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 && !strings.HasPrefix(s, encodedMark) {
		return s
	}
	return encodedMark + base64.RawURLEncoding.EncodeToString([]byte(s))
}

const encodedMark = "b64:"

func printed(s string) string {
	if rest, ok := strings.CutPrefix(s, encodedMark); ok {
		if b, err := base64.RawURLEncoding.DecodeString(rest); err == nil {
			return string(b)
		}
	}
	return s
}
