package s3memory

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type object struct {
	key     string
	updated time.Time
	bytes   int64
}

// list yields the objects whose keys begin with prefix.
func (s *Store) list(ctx context.Context, prefix string) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix, ExpectedBucketOwner: nonEmpty(s.o.BucketOwner)}
		for {
			out, err := s.client.ListObjectsV2(ctx, in)
			if err != nil {
				yield(object{}, err)
				return
			}
			for _, o := range out.Contents {
				if !yield(object{aws.ToString(o.Key), aws.ToTime(o.LastModified), aws.ToInt64(o.Size)}, nil) {
					return
				}
			}
			if !aws.ToBool(out.IsTruncated) {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}
