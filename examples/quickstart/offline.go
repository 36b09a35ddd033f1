package main

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

// place is where the example runs: a Bedrock and an S3, real or on this machine.
type place struct {
	bedrock bedrock.Client
	s3      *s3.Client
	bucket  string
	where   string // for people
	close   func()
}

// throttled is how many calls the emulator refuses before it answers one.
const throttled = 2

// offline starts a Bedrock and an S3 server on loopback. Both are talked to
// over HTTP by the AWS SDK, as the real ones are.
func offline(ctx context.Context) (*place, error) {
	script, err := emulator.ScriptFile(files, "replies.yaml")
	if err != nil {
		return nil, err
	}
	emu := emulator.New(&emulator.Options{
		Responder: script,
		Faults:    []emulator.Fault{emulator.Throttle(throttled)},
	})
	server, err := emu.Start()
	if err != nil {
		return nil, fmt.Errorf("start the Bedrock emulator: %w", err)
	}
	client, bucket, stop, err := localS3(ctx)
	if err != nil {
		return nil, err
	}
	return &place{
		bedrock: server.Client(), s3: client, bucket: bucket,
		where: "scripted replies from the Bedrock emulator at " + server.URL + "; prompts in an S3 server in this process",
		close: func() { stop(); _ = server.Close() },
	}, nil
}

// localS3 starts an S3 server in this process, with one bucket.
func localS3(ctx context.Context) (client *s3.Client, bucket string, stop func(), err error) {
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	client = s3.New(s3.Options{
		BaseEndpoint: &server.URL,
		Region:       emulator.Region,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		UsePathStyle: true,
	})
	bucket = "prompts"
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		server.Close()
		return nil, "", nil, fmt.Errorf("create a bucket in the local S3 server: %w", err)
	}
	return client, bucket, server.Close, nil
}
