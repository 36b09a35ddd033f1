package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// modelID is the model that reads the letters.
const modelID = "us.anthropic.claude-haiku-4-5-20251001-v1:0"

// onAWS is the function with the queue, the bucket and the model of its
// settings.
func onAWS(ctx context.Context) (*function, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	backend, err := sqsjobs.New(ctx, sqs.NewFromConfig(cfg), os.Getenv("QUEUE_URL"), s3.NewFromConfig(cfg), os.Getenv("BUCKET"),
		&sqsjobs.Options{Documents: documents})
	if err != nil {
		return nil, err
	}
	client, err := bedrock.NewClient(ctx, nil)
	if err != nil {
		return nil, err
	}
	model, err := bedrock.New(client, modelID, nil)
	if err != nil {
		return nil, err
	}
	return newFunction(backend, model)
}
