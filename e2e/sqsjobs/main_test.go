// Package sqsjobs runs workers against an SQS server, fauxqs, and an S3
// gateway, versitygw, and treats them badly.
package sqsjobs

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// gateway is where S3 listens: one gateway a process is all that versitygw
// allows, so that tests have a bucket each.
var gateway string

const user, secret = "e2e-user", "e2e-secret"

func TestMain(m *testing.M) {
	if done, code := child(); done { // this process is a worker that is to be killed
		os.Exit(code)
	}
	code, err := withGateway(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withGateway(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "causeway-e2e-sqsjobs-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	data, versions := filepath.Join(dir, "data"), filepath.Join(dir, "versions")
	for _, d := range []string{data, versions} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return 1, err
		}
	}
	backend, err := posix.New(data, meta.XattrMeta{}, posix.PosixOpts{VersioningDir: versions, Concurrency: 64})
	if err != nil {
		return 1, fmt.Errorf("start the gateway: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return 1, err
	}
	gateway = "http://" + address
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: user, RootUserSecret: secret, Ports: []string{address}, Quiet: true, KeepAlive: true,
			MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	if err := listening(address); err != nil {
		stop()
		return 1, err
	}
	code := run()
	wire.CloseIdleConnections() // the gateway waits for them
	stop()
	return code, <-ended
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// listening waits until somebody listens at address.
func listening(address string) error {
	for range 1500 {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("nobody listens at %s", address)
}

// wire is the connections of all clients of this process.
var wire = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func newStore(address string) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &address, UsePathStyle: true, HTTPClient: wire,
		Credentials: credentials.NewStaticCredentialsProvider(user, secret, ""),
	})
}

func newQueue(address string) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &address, HTTPClient: wire,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
}
