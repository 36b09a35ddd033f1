// Package memory runs memory/memorytest against real servers: S3 by versitygw,
// in this process, and DynamoDB by dynalite, an npm package.
package memory

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// gateway is where S3 listens: one gateway a process is all that versitygw
// allows, so the tests share it and take a bucket each.
var gateway string

const accessKey, secretKey = "testak", "testsk"

func TestMain(m *testing.M) {
	code, err := withGateway(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withGateway(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "causeway-e2e-s3-")
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
	backend, err := posix.New(data, meta.XattrMeta{}, posix.PosixOpts{VersioningDir: versions, Concurrency: 32})
	if err != nil {
		return 1, fmt.Errorf("start the gateway: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return 1, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: accessKey, RootUserSecret: secretKey, Ports: []string{address},
			Quiet: true, KeepAlive: true, MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	if err := listening(address, 30*time.Second); err != nil {
		stop()
		return 1, err
	}
	gateway = "http://" + address
	code := run()
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

// listening waits until somebody accepts connections at address.
func listening(address string, limit time.Duration) error {
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			return c.Close()
		}
		if time.Since(began) > limit {
			return fmt.Errorf("nothing listens at %s after %v: %w", address, limit, err)
		}
	}
}
