package s3checkpoint_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/checkpointtest"
	"github.com/causeway-go/causeway/chain/s3checkpoint"
)

func client(t *testing.T) *s3.Client {
	t.Helper()
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	t.Cleanup(server.Close)
	c := s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("runs")}); err != nil {
		t.Fatal(err)
	}
	return c
}

func open(t *testing.T) chain.Checkpointer {
	s, err := s3checkpoint.New(client(t), "runs", &s3checkpoint.Options{Prefix: "/a/b/"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) { checkpointtest.Run(t, open) }

// lossy loses the answer to every write, as a broken connection would: the
// write is sent again.
type lossy struct{ *s3.Client }

func (l lossy) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	again := *in
	body := in.Body.(interface {
		Seek(int64, int) (int64, error)
		Read([]byte) (int, error)
	})
	if _, err := l.Client.PutObject(ctx, in, o...); err != nil {
		return nil, err
	}
	if _, err := body.Seek(0, 0); err != nil {
		return nil, err
	}
	again.Body = body
	return l.Client.PutObject(ctx, &again, o...)
}

func TestAWriteSentTwiceIsNoConflict(t *testing.T) {
	s, err := s3checkpoint.New(lossy{client(t)}, "runs", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), "r", 1, []byte("one")); err != nil {
		t.Error(err)
	}
}

func TestNewWantsABucket(t *testing.T) {
	if _, err := s3checkpoint.New(client(t), "", nil); err == nil {
		t.Error("no bucket is fine")
	}
}
