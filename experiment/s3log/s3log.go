package s3log

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
)

// Client is what the log asks of S3; *s3.Client is one.
type Client interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Options tune a Log. The zero value is what the fields say.
type Options struct {
	Prefix string        // before every key, such as "causeway/"
	Period time.Duration // how long records are held back; 0 means a minute
	// OnError hears what could not be written in the background. The records are
	// kept and tried again with the next ones.
	OnError func(error)
	// Retry is how a request that failed is tried again.
	Retry retry.Policy
}

// The bounds of what is held in memory.
const (
	flushAt = 4 << 20  // bytes of one experiment that are written at once
	maxHeld = 64 << 20 // bytes in all; then Append refuses
)

// Log implements experiment.Log in a bucket. It is safe for concurrent use.
type Log struct {
	client Client
	bucket string
	o      Options
	writer string

	mu     sync.Mutex
	held   map[string]*bytes.Buffer // by experiment
	size   int
	timer  *time.Timer
	serial int
	closed bool

	writing sync.Mutex // one flush at a time, so that none overtakes another
}

var _ experiment.Log = (*Log)(nil)

// New returns a log in bucket. Close it, or the last period is lost.
func New(client Client, bucket string, o *Options) *Log {
	l := &Log{client: client, bucket: bucket, writer: strings.ToLower(rand.Text()[:12]), held: map[string]*bytes.Buffer{}}
	if o != nil {
		l.o = *o
	}
	if l.o.Period <= 0 {
		l.o.Period = time.Minute
	}
	return l
}

// Append implements experiment.Log. It returns before the records are in S3;
// what is too much to hold is refused.
func (l *Log) Append(ctx context.Context, records ...experiment.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lines := make([][]byte, len(records))
	size := 0
	for i, r := range records {
		line, err := experiment.MarshalRecords(r)
		if err != nil {
			return err
		}
		lines[i] = line
		size += len(line)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return errors.New("s3log: closed")
	case l.size+size > maxHeld:
		return fmt.Errorf("s3log: %d bytes wait to be written; the bucket does not take them", l.size)
	}
	full := false
	for i, r := range records {
		b := l.held[r.Experiment]
		if b == nil {
			b = &bytes.Buffer{}
			l.held[r.Experiment] = b
		}
		b.Write(lines[i])
		full = full || b.Len() >= flushAt
	}
	l.size += size
	switch {
	case l.timer == nil:
		l.timer = time.AfterFunc(l.o.Period, l.background)
	case full:
		l.timer.Reset(0)
	}
	return nil
}

// background writes a period's records; what fails is told and kept.
func (l *Log) background() {
	if err := l.Flush(context.Background()); err != nil && l.o.OnError != nil {
		l.o.OnError(err)
	}
}

// Flush writes what is held back. Records that could not be written are kept
// for the next time.
func (l *Log) Flush(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	held := l.held
	l.held = map[string]*bytes.Buffer{}
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.mu.Unlock()
	var failures []error
	for key, b := range held {
		if err := l.write(ctx, key, b.Bytes()); err != nil {
			failures = append(failures, fmt.Errorf("s3log: experiment %s: %w", key, err))
			l.keep(key, b)
			continue
		}
		l.mu.Lock()
		l.size -= b.Len()
		l.mu.Unlock()
	}
	return errors.Join(failures...)
}

// keep puts back what was not written, before what came since.
func (l *Log) keep(key string, b *bytes.Buffer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := l.held[key]; since != nil {
		b.Write(since.Bytes())
	}
	l.held[key] = b
	if l.timer == nil && !l.closed {
		l.timer = time.AfterFunc(l.o.Period, l.background)
	}
}

// write puts one object under a name nobody has. A name that is taken is our
// own request's, whose answer was lost: the object is there.
func (l *Log) write(ctx context.Context, key string, body []byte) error {
	l.mu.Lock()
	l.serial++
	now := time.Now().UTC()
	name := fmt.Sprintf("%s%s/%s/%s-%s-%06d.jsonl", l.o.Prefix, key, now.Format(time.DateOnly), now.Format("150405"), l.writer, l.serial)
	l.mu.Unlock()
	_, err := retry.Do(ctx, l.o.Retry, func(ctx context.Context) (struct{}, error) {
		_, err := l.client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &l.bucket, Key: &name, Body: bytes.NewReader(body),
			IfNoneMatch: new("*"), ContentType: new("application/x-ndjson"),
		})
		if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "PreconditionFailed" {
			err = nil
		}
		return struct{}{}, err
	})
	return err
}

// Close writes what is held back. Appending afterwards is an error.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	return l.Flush(context.Background())
}
