// Package gateway is an S3 server for a suite: versitygw, in this process, over
// real files. It allows one a process, so that tests have a bucket each.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/causeway-go/causeway/e2e/internal/port"
)

// The server's only user.
const User, Secret = "e2e-user", "e2e-secret"

// URL is where the server listens, while Run runs.
var URL string

// HTTP has the connections of all clients of this process: the server does not
// end while one is open.
var HTTP = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Run runs a suite with the server and returns its exit code, for TestMain.
func Run(m *testing.M) int {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the gateway:", err)
		return 1
	}
	return code
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "causeway-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	data, versions := filepath.Join(dir, "data"), filepath.Join(dir, "versions")
	if err := errors.Join(os.Mkdir(data, 0o755), os.Mkdir(versions, 0o755)); err != nil {
		return 0, err
	}
	backend, err := posix.New(data, meta.XattrMeta{}, posix.PosixOpts{VersioningDir: versions, Concurrency: 64})
	if err != nil {
		return 0, err
	}
	address, err := port.Free()
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: User, RootUserSecret: Secret, Ports: []string{address}, Quiet: true, KeepAlive: true,
			MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	if err := port.Await(address); err != nil {
		return 0, err
	}
	URL = "http://" + address
	code = m.Run()
	HTTP.CloseIdleConnections()
	stop()
	return code, <-ended
}

// Client returns the real S3 client for a server at url.
func Client(url string) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true, HTTPClient: HTTP,
		Credentials: credentials.NewStaticCredentialsProvider(User, Secret, ""),
	})
}
