package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"github.com/causeway-go/causeway/bedrock"
)

// live uses the AWS configuration of this machine. Without a bucket the prompts
// stay in the S3 server of this process; the model is real either way.
func live(ctx context.Context, bucket string) (*place, error) {
	cfg, err := awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	client, err := bedrock.NewClient(ctx, &bedrock.ClientOptions{Config: cfg})
	if err != nil {
		return nil, err
	}
	p := &place{bedrock: client, bucket: bucket, close: func() {}}
	p.where = "Amazon Bedrock in " + cfg.Region + "; prompts in s3://" + bucket
	if bucket == "" {
		p.where = "Amazon Bedrock in " + cfg.Region + "; prompts in an S3 server in this process (-bucket names a real one)"
		p.s3, p.bucket, p.close, err = localS3(ctx)
		return p, err
	}
	p.s3 = s3.NewFromConfig(*cfg)
	return p, nil
}

// awsConfig loads the default configuration and says what it lacks.
func awsConfig(ctx context.Context) (*aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{})) // what fails is told below
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	var missing []error
	if cfg.Region == "" {
		missing = append(missing, errors.New("no region: set AWS_REGION, or region in ~/.aws/config"))
	}
	// The last resort of the SDK is the metadata service of EC2, which does not
	// answer elsewhere.
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		missing = append(missing, errors.New("no credentials: set AWS_PROFILE (after aws sso login), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("-live needs an AWS account that may call Bedrock:\n%w\nWithout -live the example runs on this machine alone", errors.Join(missing...))
	}
	return &cfg, nil
}
