package s3log

import (
	"context"
	"fmt"
	"iter"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
)

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// Read implements experiment.Log. It yields what is in S3: of this process'
// own records those that were flushed.
func (l *Log) Read(ctx context.Context, key string) iter.Seq2[experiment.Record, error] {
	return func(yield func(experiment.Record, error) bool) {
		if !keyForm.MatchString(key) {
			yield(experiment.Record{}, fmt.Errorf("s3log: %q is no experiment's key", key))
			return
		}
		for name, err := range l.objects(ctx, l.o.Prefix+key+"/") {
			if err != nil {
				yield(experiment.Record{}, err)
				return
			}
			if !l.readObject(ctx, name, key, yield) {
				return
			}
		}
	}
}

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

func (l *Log) readObject(ctx context.Context, name, key string, yield func(experiment.Record, error) bool) bool {
	object, err := retry.Do(ctx, l.o.Retry, func(ctx context.Context) (*s3.GetObjectOutput, error) {
		return l.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &l.bucket, Key: &name})
	})
	if err != nil {
		yield(experiment.Record{}, fmt.Errorf("s3log: %w", err))
		return false
	}
	defer object.Body.Close()
	for r, err := range experiment.ReadRecords(object.Body, name, key) {
		if !yield(r, err) {
			return false
		}
	}
	return true
}
