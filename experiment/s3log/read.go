package s3log

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"regexp"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
)

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// ahead is how many objects are fetched at once: a log has many small ones, and
// one after another they would take a day's reading for a month's log.
const ahead = 8

// fetched is one object.
type fetched struct {
	name string
	body []byte
	err  error
}

// Read implements experiment.Log. It yields what is in S3: of this process'
// own records those that were flushed.
func (l *Log) Read(ctx context.Context, key string) iter.Seq2[experiment.Record, error] {
	return func(yield func(experiment.Record, error) bool) {
		if !keyForm.MatchString(key) {
			yield(experiment.Record{}, fmt.Errorf("s3log: %q is no experiment's key", key))
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		var group sync.WaitGroup
		defer group.Wait() // nothing is left behind when the reader stops
		defer cancel()
		queue := make(chan chan fetched, ahead)
		group.Go(func() { l.fetchAll(ctx, key, queue, &group) })
		for place := range queue {
			f := <-place
			if f.err != nil {
				yield(experiment.Record{}, f.err)
				return
			}
			for r, err := range experiment.ReadRecords(bytes.NewReader(f.body), f.name, key) {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

// fetchAll fetches the objects side by side and queues them in their order.
func (l *Log) fetchAll(ctx context.Context, key string, queue chan<- chan fetched, group *sync.WaitGroup) {
	defer close(queue)
	for name, err := range l.objects(ctx, l.o.Prefix+key+"/") {
		place := make(chan fetched, 1)
		select {
		case queue <- place:
		case <-ctx.Done():
			return
		}
		if err != nil {
			place <- fetched{err: err}
			return
		}
		group.Go(func() { place <- l.fetch(ctx, name) })
	}
}

// fetch reads one object whole: writers make none larger than a few MiB.
func (l *Log) fetch(ctx context.Context, name string) fetched {
	body, err := retry.Do(ctx, l.o.Retry, func(ctx context.Context) ([]byte, error) {
		object, err := l.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &l.bucket, Key: &name})
		if err != nil {
			return nil, err
		}
		defer object.Body.Close()
		return io.ReadAll(io.LimitReader(object.Body, maxObject))
	})
	if err != nil {
		err = fmt.Errorf("s3log: %w", err)
	}
	return fetched{name, body, err}
}

// maxObject bounds one object; what is beyond it is a torn line.
const maxObject = maxHeld + 1<<20

// objects yields the names below prefix, page by page.
func (l *Log) objects(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &l.bucket, Prefix: &prefix}
		for {
			page, err := retry.Do(ctx, l.o.Retry, func(ctx context.Context) (*s3.ListObjectsV2Output, error) {
				return l.client.ListObjectsV2(ctx, in)
			})
			if err != nil {
				yield("", fmt.Errorf("s3log: %w", err))
				return
			}
			for _, o := range page.Contents {
				if o.Key != nil && !yield(*o.Key, nil) {
					return
				}
			}
			if page.NextContinuationToken == nil || page.IsTruncated == nil || !*page.IsTruncated {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}
