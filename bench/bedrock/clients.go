package main

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/causeway-go/causeway/bedrock"
)

const modelID = "anthropic.claude-sonnet-4-5-20250929-v1:0"

func settings() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the server process makes its own certificate
			t.ForceAttemptHTTP2 = false
		}),
	}
}

// bare is the client that the SDK makes by itself.
func bare(endpoint string) *bedrockruntime.Client {
	return bedrockruntime.NewFromConfig(settings(), func(o *bedrockruntime.Options) { o.BaseEndpoint = &endpoint })
}

func ours(ctx context.Context, endpoint string) (*bedrock.Model, error) {
	cfg := settings()
	c, err := bedrock.NewClient(ctx, &bedrock.ClientOptions{Endpoint: endpoint, Config: &cfg})
	if err != nil {
		return nil, err
	}
	return bedrock.New(c, modelID, nil)
}
