package templates_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/storetest"
)

// losing is a proxy before the gateway that lets writes through and then, for
// some, cuts the connection in place of the answer.
func losing(t *testing.T, share float64) (address string, lost *atomic.Int32) {
	lost = new(atomic.Int32)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := http.NewRequestWithContext(r.Context(), r.Method, gateway.URL+r.URL.RequestURI(), r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		out.Header, out.ContentLength, out.Host = r.Header.Clone(), r.ContentLength, r.Host
		response, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer response.Body.Close()
		if r.Method == http.MethodPut && rand.Float64() < share {
			lost.Add(1)
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), response.Header)
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, lost
}

// TestLostAnswers has publishers and promoters work through a proxy that loses
// every fourth answer to a write: each of their calls succeeds, and counts once.
func TestLostAnswers(t *testing.T) {
	const writers, rounds = 4, 5
	bucket := newBucket(t, "lossy")
	address, lost := losing(t, 0.25)
	var mu sync.Mutex
	numbers, generations := map[int]bool{}, map[int]bool{}
	var wg sync.WaitGroup
	for w := range writers {
		store, err := s3store.New(gateway.Client(address), bucket, nil)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for i := range rounds {
				v, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(w, " ", i)), nil)
				if err != nil || v.Existed {
					t.Errorf("published %+v, %v", v, err)
					return
				}
				a, err := store.SetAlias(t.Context(), "a", fmt.Sprint("alias-", w), v.Number, nil)
				if err != nil {
					t.Errorf("promoted %+v, %v", a, err)
					return
				}
				mu.Lock()
				numbers[v.Number], generations[a.Generation] = true, true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for n := 1; n <= writers*rounds; n++ {
		if !numbers[n] || !generations[n] {
			t.Errorf("number %d: published %v, promoted %v; want both", n, numbers[n], generations[n])
		}
	}
	store := open(t, bucket, "")
	if _, v, err := store.Get(t.Context(), templates.Ref{Name: "a"}); err != nil || v.Number != writers*rounds {
		t.Errorf("the newest is %d, %v; want %d", v.Number, err, writers*rounds)
	}
	if lost.Load() == 0 {
		t.Error("the proxy lost nothing")
	}
	t.Logf("%d answers lost", lost.Load())
}

// TestSignatures: the gateway checks them, so a wrong one must be told well.
func TestSignatures(t *testing.T) {
	newBucket(t, "guarded")
	store, err := s3store.New(gateway.Client(strings.Replace(gateway.URL, "127.0.0.1", "localhost", 1)), "guarded", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "x"), nil); err != nil {
		t.Errorf("by another host name: %v", err)
	}
}
