package memory

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/causeway-go/causeway/e2e/internal/port"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/dynamomemory"
	"github.com/causeway-go/causeway/memory/memorytest"
)

const dynalite = "dynalite@4.0.0"

// startDynalite installs dynalite from npm, once a machine, and starts it on a
// free port.
func startDynalite(t *testing.T) *dynamodb.Client {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("npm is not installed: no DynamoDB to test against")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "causeway-e2e", dynalite)
	script := filepath.Join(dir, "node_modules", "dynalite", "cli.js")
	if _, err := os.Stat(script); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", dynalite).CombinedOutput(); err != nil {
			t.Fatalf("npm install %s: %v\n%s", dynalite, err, out)
		}
	}
	address, err := port.Free()
	if err != nil {
		t.Fatal(err)
	}
	_, number, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("node", script, "--host", "127.0.0.1", "--port", number, "--createTableMs", "20", "--deleteTableMs", "20")
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = server.Wait() // it was killed
	})
	if err := port.Await(address); err != nil {
		t.Fatal(err)
	}
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: new("http://" + address),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
}

func TestDynamoDB(t *testing.T) {
	c := startDynalite(t)
	var tables atomic.Int64
	for name, o := range map[string]*dynamomemory.Options{
		"Default":    nil,
		"SmallHeads": {HeadBytes: 500, TTL: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			memorytest.Run(t, func(t *testing.T) memory.Store {
				table := fmt.Sprintf("sessions-%d", tables.Add(1))
				if _, err := c.CreateTable(t.Context(), dynamomemory.Table(table)); err != nil {
					t.Fatal(err)
				}
				err := dynamodb.NewTableExistsWaiter(c, func(w *dynamodb.TableExistsWaiterOptions) {
					w.MinDelay, w.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
				}).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				s, err := dynamomemory.New(c, table, o)
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}
