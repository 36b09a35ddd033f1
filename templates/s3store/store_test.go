package s3store_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/storetest"
)

// server is an S3 server in this process, with a bucket.
type server struct {
	http.Handler
	backend *s3mem.Backend
}

func serve(t *testing.T) *server {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("prompts"); err != nil {
		t.Fatal(err)
	}
	return &server{gofakes3.New(backend).Server(), backend}
}

// middle stands between a client and the server.
type middle func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error)

// client returns the real S3 client, over no socket.
func (s *server) client(m middle) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: new("http://s3.test"), UsePathStyle: true, RetryMaxAttempts: 2,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient: aws.HTTPClient(doer(func(r *http.Request) (*http.Response, error) {
			if m == nil {
				return s.send(r), nil
			}
			return m(r, s.send)
		})),
	})
}

func (s *server) send(r *http.Request) *http.Response {
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return d(r)
}

func (s *server) open(t *testing.T, m middle) *s3store.Store {
	t.Helper()
	store, err := s3store.New(s.client(m), "prompts", &s3store.Options{Prefix: "/team/causeway/"})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store { return serve(t).open(t, nil) }, nil)
}

func TestNew(t *testing.T) {
	c := serve(t).client(nil)
	if _, err := s3store.New(nil, "prompts", nil); err == nil {
		t.Error("no error without a client")
	}
	if _, err := s3store.New(c, "", nil); err == nil {
		t.Error("no error without a bucket")
	}
	if _, err := s3store.New(c, "prompts", &s3store.Options{Prefix: "a//b"}); err == nil {
		t.Error("no error for a prefix that is no path")
	}
}
