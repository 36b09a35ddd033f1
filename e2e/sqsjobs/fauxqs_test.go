package sqsjobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// home is this folder: the gateway, which begins later, moves the process to
// another.
var home, _ = os.Getwd()

// startFauxqs installs fauxqs, once a machine, starts it on a free port and
// returns its address.
func startFauxqs(t *testing.T) string {
	t.Helper()
	dir := installed(t)
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("node", filepath.Join(dir, "queue.mjs"), port)
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
	if err := listening(address); err != nil {
		t.Fatal(err)
	}
	return "http://" + address
}

var installing sync.Mutex // tests run side by side

// installed returns a folder with queue.mjs and the packages of
// package-lock.json. The packages stay in the user's cache between runs.
func installed(t *testing.T) string {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("npm is not installed: no SQS to test against")
	}
	lock, err := os.ReadFile(filepath.Join(home, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "causeway", "e2e-sqsjobs-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"queue.mjs", "package.json", "package-lock.json"} {
		body, err := os.ReadFile(filepath.Join(home, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), body, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil { // npm writes it last
		return dir
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// outage is a proxy before a server that can be told to be down: then it cuts
// every connection, and what the server answers is lost.
type outage struct {
	down    atomic.Bool
	refused atomic.Int64
}

// front returns the address of a proxy before address.
func (o *outage) front(t *testing.T, address string) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(*http.Response) error {
			o.check()
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		Transport:    &http.Transport{MaxIdleConnsPerHost: 64},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.check()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (o *outage) check() {
	if o.down.Load() {
		o.refused.Add(1)
		panic(http.ErrAbortHandler)
	}
}
