package s3memory_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/s3memory"
)

// With real S3 the client is s3.NewFromConfig(cfg).
func Example() {
	ctx := context.Background()
	server := httptest.NewServer(gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	defer server.Close()
	client := s3.New(s3.Options{
		BaseEndpoint: &server.URL, Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("sessions")}); err != nil {
		fmt.Println(err)
		return
	}
	store, err := s3memory.New(client, "sessions", &s3memory.Options{Prefix: "chat"})
	if err != nil {
		fmt.Println(err)
		return
	}
	talk := memory.New(store, "customer-17", nil)
	if _, err := talk.Append(ctx, "", llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order?")); err != nil {
		fmt.Println(err)
		return
	}
	history, err := talk.Load(ctx)
	fmt.Println(len(history.Messages), err)
	// Output: 1 <nil>
}
