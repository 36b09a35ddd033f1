// Package npm installs the JavaScript packages that a suite needs.
package npm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/e2e/internal/port"
)

// suite is the folder of the suite: go test starts there, but a gateway may move
// the process elsewhere.
var suite, _ = os.Getwd()

var installing sync.Mutex // tests run side by side

// Installed returns a folder with the suite's scripts (*.mjs) and the packages
// that its package-lock.json names. The packages stay in the user's
// cache between runs. Without Node and npm the test fails.
func Installed(t testing.TB) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is not installed: %v", program, err)
		}
	}
	installing.Lock()
	defer installing.Unlock()
	lock := read(t, "package-lock.json")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "causeway", "e2e-"+filepath.Base(suite)+"-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	scripts, err := fs.Glob(os.DirFS(suite), "*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(scripts, "package.json", "package-lock.json") {
		if err := os.WriteFile(filepath.Join(dir, name), read(t, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	done := filepath.Join(dir, "node_modules", ".package-lock.json") // npm writes it last
	if _, err := os.Stat(done); err == nil {
		return dir
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// Serve starts a script that serves on the port of its argument and ends with
// its standard input. It returns the server's URL; the test's end is the
// server's.
func Serve(t testing.TB, script string) string {
	t.Helper()
	dir := Installed(t)
	address, err := port.Free()
	if err != nil {
		t.Fatal(err)
	}
	_, number, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("node", filepath.Join(dir, script), number)
	server.Stderr = os.Stderr
	alive, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := alive.Close(); err != nil {
			t.Error(err)
		}
		if err := server.Wait(); err != nil {
			t.Error(err)
		}
	})
	if err := port.Await(address); err != nil {
		t.Fatal(err)
	}
	return "http://" + address
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(suite, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
