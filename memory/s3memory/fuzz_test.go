package s3memory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/memory/s3memory"
)

// FuzzHead feeds the store heads that it did not write: it never panics, and
// what it takes it can go on with.
func FuzzHead(f *testing.F) {
	backend := s3mem.New()
	if err := backend.CreateBucket("b"); err != nil {
		f.Fatal(err)
	}
	client := clientOf(&wire{server: gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()})
	store, err := s3memory.New(client, "b", &s3memory.Options{CacheBytes: -1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"format":"causeway.memory/v1","session":"talk","id":"1","edition":1,"writes":["a"],"records":[[{"role":"human","parts":[{"type":"text","text":"hi"}]}]]}`))
	f.Add([]byte(`{"format":"causeway.memory/v1","session":"talk","id":"1","segments":[{"name":"../x","sha256":"","bytes":-1}]}`))
	f.Add([]byte(`{"format":"causeway.memory/v1","id":"1","records":[null,{},[{}]]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("heads/talk"), Body: strings.NewReader(string(data))})
		if err != nil {
			t.Fatal(err)
		}
		h, err := store.Load(t.Context(), "talk")
		if err != nil {
			return
		}
		if _, err := store.Append(t.Context(), "talk", h.Revision, said(0)); err != nil {
			t.Fatalf("loaded, but no append: %v", err)
		}
		again, err := store.Load(t.Context(), "talk")
		if err != nil || len(again.Messages) != len(h.Messages)+1 {
			t.Fatalf("%d messages, then %d, %v", len(h.Messages), len(again.Messages), err)
		}
	})
}
