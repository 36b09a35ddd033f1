package sqsjobs

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/npm"
)

// startFauxqs starts fauxqs and returns its address.
func startFauxqs(t *testing.T) string {
	t.Helper()
	return npm.Serve(t, "queue.mjs")
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
