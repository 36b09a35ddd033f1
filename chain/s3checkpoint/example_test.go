package s3checkpoint_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/s3checkpoint"
)

// A run is asked in one process and answered in another; between them there is
// only the bucket.
func Example() {
	ctx := context.Background()
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server()) // on AWS: s3.NewFromConfig(cfg)
	defer server.Close()
	client := s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: new("acme-runs")}); err != nil {
		panic(err)
	}
	process := func() *chain.Chain {
		checkpoints, err := s3checkpoint.New(client, "acme-runs", nil)
		if err != nil {
			panic(err)
		}
		c, err := chain.New("publish", []chain.Step{chain.Approve("ok", "Publish it?", nil)}, &chain.Options{Checkpoints: checkpoints})
		if err != nil {
			panic(err)
		}
		return c
	}
	res, err := process().Run(ctx, nil, &chain.RunOptions{RunID: "run-1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(res.Interrupt.Question)
	res, err = process().Resume(ctx, "run-1", chain.Values{"approved": true}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(res.Values["ok"])
	// Output:
	// Publish it?
	// map[approved:true]
}
