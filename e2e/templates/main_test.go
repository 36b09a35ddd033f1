package templates_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// gateway is the address of the S3 server of this process. versitygw allows
// one a process, so that tests have a bucket each.
var gateway string

const user, secret = "e2e-user", "e2e-secret"

func TestMain(m *testing.M) {
	if done, code := child(); done { // this process is a publisher that is to be killed
		os.Exit(code)
	}
	code, err := serve(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// serve runs the tests over an S3 gateway with real files below it.
func serve(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "causeway-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	backend, err := posix.New(dir, meta.XattrMeta{}, posix.PosixOpts{Concurrency: 64})
	if err != nil {
		return 0, err
	}
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	gateway = "http://" + port
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: user, RootUserSecret: secret, Ports: []string{port}, Quiet: true, KeepAlive: true,
			MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	if err := await(port); err != nil {
		stop()
		return 0, err
	}
	code := m.Run()
	stop()
	return code, <-ended
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// await waits until something listens.
func await(addr string) error {
	for range 500 {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			return c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("the gateway does not listen on %s", addr)
}

// newClient returns the real S3 client for a server at address.
func newClient(address string) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &address, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(user, secret, ""),
	})
}

// newBucket makes a bucket for one test.
func newBucket(t *testing.T, name string) string {
	t.Helper()
	if _, err := newClient(gateway).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return name
}
