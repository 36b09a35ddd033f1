package sqsjobs

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/npm"
	"github.com/causeway-go/causeway/e2e/internal/port"
)

// startFauxqs installs fauxqs, once a machine, starts it on a free port and
// returns its address.
func startFauxqs(t *testing.T) string {
	t.Helper()
	dir := npm.Installed(t)
	address, err := port.Free()
	if err != nil {
		t.Fatal(err)
	}
	_, number, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("node", filepath.Join(dir, "queue.mjs"), number)
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
