// Package experiment runs experiment/logtest, and an analysis of what several
// machines wrote, against a real S3 server: versitygw, in this process.
package experiment

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

// gateway is where S3 listens; a process can run one.
var gateway string

const accessKey, secretKey = "testak", "testsk"

func TestMain(m *testing.M) {
	stop, err := start()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	stop()
	os.Exit(code)
}

// start runs the gateway on a free port over a folder of its own.
func start() (stop func(), err error) {
	dir, err := os.MkdirTemp("", "causeway-e2e-experiment-")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		return nil, err
	}
	backend, err := posix.New(data, meta.XattrMeta{}, posix.PosixOpts{Concurrency: 16})
	if err != nil {
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_ = embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: accessKey, RootUserSecret: secretKey, Ports: []string{address},
			Quiet: true, KeepAlive: true, MaxConnections: 256, MaxRequests: 128, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	gateway = "http://" + address
	for range 1000 {
		if c, err := net.Dial("tcp", address); err == nil {
			return func() { cancel(); _ = os.RemoveAll(dir) }, c.Close()
		}
		time.Sleep(20 * time.Millisecond) // a socket: there is no virtual time here
	}
	cancel()
	return nil, fmt.Errorf("nothing listens at %s", address)
}
