package templates_test

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
)

func TestMain(m *testing.M) {
	if done, code := child(); done { // this process is a publisher that is to be killed
		os.Exit(code)
	}
	os.Exit(gateway.Run(m))
}

// newBucket makes a bucket for one test.
func newBucket(t *testing.T, name string) string {
	t.Helper()
	if _, err := gateway.Client(gateway.URL).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return name
}
