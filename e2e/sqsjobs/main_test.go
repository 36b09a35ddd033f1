// Package sqsjobs runs workers against an SQS server, fauxqs, and an S3
// gateway, versitygw, and treats them badly.
package sqsjobs

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
)

func TestMain(m *testing.M) {
	if done, code := child(); done { // this process is a worker that is to be killed
		os.Exit(code)
	}
	os.Exit(gateway.Run(m))
}

func newQueue(address string) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &address, HTTPClient: gateway.HTTP,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
}
