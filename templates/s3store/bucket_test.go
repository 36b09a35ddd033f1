package s3store_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/storetest"
)

// TestAnotherRegion: S3 says where the bucket is, and the store goes there,
// once and for all.
func TestAnotherRegion(t *testing.T) {
	srv := serve(t)
	var turned atomic.Int32
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/s3/") {
			turned.Add(1)
			return answer(http.StatusMovedPermanently, "PermanentRedirect", http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}}), nil
		}
		return send(r), nil
	})
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	if n := turned.Load(); n != 1 {
		t.Errorf("%d requests went to the wrong region, want 1", n)
	}
}

// TestRequestsCarry what the options ask for.
func TestRequestsCarry(t *testing.T) {
	srv := serve(t)
	var puts atomic.Int32
	c := srv.client(func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		if r.Header.Get("X-Amz-Expected-Bucket-Owner") != "111122223333" {
			t.Errorf("%s %s names no owner", r.Method, r.URL)
		}
		if r.Method == http.MethodPut {
			puts.Add(1)
			for header, want := range map[string]string{
				"X-Amz-Server-Side-Encryption": "aws:kms", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "alias/prompts",
			} {
				if got := r.Header.Get(header); got != want {
					t.Errorf("%s: %s is %q, want %q", r.URL, header, got, want)
				}
			}
			if r.Header.Get("X-Amz-Checksum-Sha256") == "" || r.Header.Get("If-None-Match")+r.Header.Get("If-Match") == "" {
				t.Errorf("%s has no checksum or no condition", r.URL)
			}
		}
		return send(r), nil
	})
	store, err := s3store.New(c, "prompts", &s3store.Options{KMSKeyID: "alias/prompts", BucketOwner: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 1, nil); err != nil {
		t.Fatal(err)
	}
	if puts.Load() == 0 {
		t.Error("nothing was written")
	}
}

// TestNoBucket: a bucket that is not there is no prompt that is not there.
func TestNoBucket(t *testing.T) {
	store, err := s3store.New(serve(t).client(nil), "elsewhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a"}); err == nil || errors.Is(err, templates.ErrNotFound) {
		t.Errorf("error %v, want one about the bucket", err)
	}
}

// TestUnchangedAliasIsOneRequest: asking again what an alias means is one
// conditional GET with no body.
func TestUnchangedAliasIsOneRequest(t *testing.T) {
	srv := serve(t)
	var requests, unchanged atomic.Int32
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		response := send(r)
		requests.Add(1)
		if response.StatusCode == http.StatusNotModified {
			unchanged.Add(1)
		}
		return response, nil
	})
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 1, nil); err != nil {
		t.Fatal(err)
	}
	requests.Store(0)
	for range 3 {
		if _, err := store.Stat(t.Context(), templates.Ref{Name: "a", Alias: "production"}); err != nil {
			t.Fatal(err)
		}
	}
	if requests.Load() != 3 || unchanged.Load() != 3 {
		t.Errorf("%d requests, %d answered 304; want 3 and 3", requests.Load(), unchanged.Load())
	}
}

// TestTenThousandVersions: the newest is found in a handful of requests once
// the number is known, and a page of versions is not a request for each.
func TestTenThousandVersions(t *testing.T) {
	const many = 10_000
	srv := serve(t)
	for n := 1; n <= many; n++ {
		body := storetest.Body("a", fmt.Sprint(n))
		_, err := srv.backend.PutObject("prompts", "team/causeway/"+templates.VersionKey("a", n),
			map[string]string{"X-Amz-Meta-Sha256": templates.SHA256(body)}, bytes.NewReader(body), int64(len(body)), &gofakes3.PutConditions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	var requests atomic.Int32
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		requests.Add(1)
		return send(r), nil
	})
	count := func(most int32, what string, do func() error) {
		t.Helper()
		requests.Store(0)
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n := requests.Load(); n > most {
			t.Errorf("%s took %d requests, want at most %d", what, n, most)
		}
	}
	newest := func() error {
		_, v, err := store.Get(t.Context(), templates.Ref{Name: "a"})
		if v.Number != many {
			t.Errorf("the newest is %d", v.Number)
		}
		return err
	}
	count(12, "the newest, first time", newest)
	count(2, "the newest, again", newest)
	count(27, "the newest 10", func() error {
		seen := 0
		for _, err := range store.Versions(t.Context(), "a") {
			if seen++; err != nil || seen == 10 {
				return err
			}
		}
		return nil
	})
	count(4, "the names", func() error {
		for name, err := range store.Names(t.Context(), "") {
			if err != nil || name != "a" {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
	count(8, "publishing", func() error {
		v, err := store.Publish(t.Context(), "a", storetest.Body("a", "one more"), nil)
		if v.Number != many+1 {
			t.Errorf("published %d", v.Number)
		}
		return err
	})
}

// TestListingBehind: some servers list late what they have; numbers are given
// right all the same.
func TestListingBehind(t *testing.T) {
	srv := serve(t)
	other := srv.open(t, nil)
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		if r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2" {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "prefix=", "prefix=not-yet-", 1)
		}
		return send(r), nil
	})
	for i := range 3 {
		if _, err := other.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), nil); err != nil {
			t.Fatal(err)
		}
	}
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "mine"), nil)
	if err != nil || v.Number != 4 || v.Existed {
		t.Errorf("published %+v, %v; want version 4", v, err)
	}
}
