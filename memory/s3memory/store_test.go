package s3memory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/memorytest"
	"github.com/causeway-go/causeway/memory/s3memory"
)

// wire is S3 in process. It counts requests and can lose answers.
type wire struct {
	server http.Handler
	mu     sync.Mutex
	seen   []string // method and key of each request
	lose   int      // answers still to be lost

	afterLoss func() // what happens before the next try
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.seen = append(w.seen, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/b/"))
	lost := w.lose > 0 && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/heads/")
	if lost {
		w.lose--
	}
	w.mu.Unlock()
	body, err := io.ReadAll(orEmpty(r.Body))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body, r.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	r.Header.Set("Content-Length", fmt.Sprint(len(body))) // as a server finds it
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, r)
	if lost {
		if w.afterLoss != nil {
			w.afterLoss()
		}
		return nil, errors.New("connection reset by peer")
	}
	return rec.Result(), nil
}

func orEmpty(r io.ReadCloser) io.ReadCloser {
	if r == nil {
		return http.NoBody
	}
	return r
}

func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen
}

func connect(t *testing.T) (*s3.Client, *wire) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("b"); err != nil {
		t.Fatal(err)
	}
	w := &wire{server: gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()}
	return clientOf(w), w
}

func clientOf(w *wire) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.test"), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:  &http.Client{Transport: w},
	})
}

func open(t *testing.T, c s3memory.Client, o *s3memory.Options) *s3memory.Store {
	t.Helper()
	s, err := s3memory.New(c, "b", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for name, o := range map[string]*s3memory.Options{
		"Default":    nil,
		"SmallHeads": {HeadBytes: 600, Prefix: "/team/chat/"},
		"NoCache":    {CacheBytes: -1, HeadBytes: 2000},
		"TinyCache":  {CacheBytes: 5000, HeadBytes: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			memorytest.Run(t, func(t *testing.T) memory.Store {
				c, _ := connect(t)
				return open(t, c, o)
			})
		})
	}
}

// TestConformanceOfTwoMachines runs the suite with every call going to
// another store than the one before: what one has cached, the other changed.
func TestConformanceOfTwoMachines(t *testing.T) {
	memorytest.Run(t, func(t *testing.T) memory.Store {
		c, _ := connect(t)
		o := &s3memory.Options{HeadBytes: 1500}
		return &alternating{stores: []*s3memory.Store{open(t, c, o), open(t, c, o)}}
	})
}

type alternating struct {
	mu     sync.Mutex
	n      int
	stores []*s3memory.Store
}

func (a *alternating) next() *s3memory.Store {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
	return a.stores[a.n%2]
}

func (a *alternating) Load(ctx context.Context, session string) (memory.History, error) {
	return a.next().Load(ctx, session)
}

func (a *alternating) Append(ctx context.Context, session string, at memory.Revision, msgs ...llms.MessageContent) (memory.Revision, error) {
	return a.next().Append(ctx, session, at, msgs...)
}

func (a *alternating) Replace(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent) (memory.Revision, error) {
	return a.next().Replace(ctx, session, at, msgs)
}

func (a *alternating) Delete(ctx context.Context, session string) error {
	return a.next().Delete(ctx, session)
}

func said(n int) llms.MessageContent {
	return llms.TextParts(llms.ChatMessageTypeHuman, fmt.Sprintf("message %d", n))
}

func TestAnAppendIsOneConditionalPut(t *testing.T) {
	c, w := connect(t)
	s := open(t, c, nil)
	at, err := s.Append(t.Context(), "talk", "", said(0))
	if err != nil {
		t.Fatal(err)
	}
	if seen := w.take(); len(seen) != 1 || seen[0] != "PUT heads/talk" {
		t.Errorf("the first append made %q", seen)
	}
	if at, err = s.Append(t.Context(), "talk", at, said(1)); err != nil {
		t.Fatal(err)
	}
	if seen := w.take(); len(seen) != 1 || seen[0] != "PUT heads/talk" {
		t.Errorf("the second append made %q", seen)
	}
	other := open(t, c, nil)
	h, err := other.Load(t.Context(), "talk")
	if err != nil || h.Revision != at {
		t.Fatal(h, err)
	}
	if _, err = other.Append(t.Context(), "talk", h.Revision, said(2)); err != nil {
		t.Fatal(err)
	}
	if seen := w.take(); len(seen) != 2 || seen[0] != "GET heads/talk" || seen[1] != "PUT heads/talk" {
		t.Errorf("a load and an append made %q", seen)
	}
	if _, err = s.Append(t.Context(), "talk", at, said(3)); !errors.Is(err, memory.ErrConflict) {
		t.Errorf("a late append: %v", err)
	}
}

// TestAnswerThatWasLost has the connection break after S3 did the write: the
// SDK tries again, is refused by its own first try, and the turn is there once.
func TestAnswerThatWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the SDK waits before it tries again
		c, w := connect(t)
		s := open(t, c, nil)
		at := memory.Revision("")
		for n := range 3 {
			w.lose = 1
			next, err := s.Append(t.Context(), "talk", at, said(n))
			if err != nil {
				t.Fatalf("append %d: %v", n, err)
			}
			at = next
		}
		h, err := s.Load(t.Context(), "talk")
		if err != nil || len(h.Messages) != 3 || h.Revision != at {
			t.Errorf("%d messages at %q, %v; want 3 at %q", len(h.Messages), h.Revision, err, at)
		}
	})
}

// TestAnswerThatWasLostAndOvertaken has another writer come between the try
// that was done and the one that was refused.
func TestAnswerThatWasLostAndOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the SDK waits before it tries again
		c, w := connect(t)
		s := open(t, c, nil)
		at, err := s.Append(t.Context(), "talk", "", said(0))
		if err != nil {
			t.Fatal(err)
		}
		w.lose, w.afterLoss = 1, func() {
			other := open(t, c, nil)
			h, err := other.Load(t.Context(), "talk")
			if err == nil {
				_, err = other.Append(t.Context(), "talk", h.Revision, said(2))
			}
			if err != nil {
				t.Error(err)
			}
		}
		at, err = s.Append(t.Context(), "talk", at, said(1))
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.Load(t.Context(), "talk")
		if err != nil || len(h.Messages) != 3 || h.Revision == at {
			t.Errorf("%d messages at %q, %v; want 3 at another revision than %q", len(h.Messages), h.Revision, err, at)
		}
		if _, err := s.Append(t.Context(), "talk", at, said(3)); !errors.Is(err, memory.ErrConflict) {
			t.Errorf("an append where we were overtaken: %v", err)
		}
	})
}

// TestCrashBetweenSegmentAndHead stops a writer after its segment: the session
// is as before, the next writer goes on, and Delete takes the orphan along.
func TestCrashBetweenSegmentAndHead(t *testing.T) {
	c, _ := connect(t)
	s := open(t, c, &s3memory.Options{HeadBytes: 200})
	at, err := s.Append(t.Context(), "talk", "", said(0))
	if err != nil {
		t.Fatal(err)
	}
	crashing := open(t, &dying{Client: c}, &s3memory.Options{HeadBytes: 200})
	long := llms.TextParts(llms.ChatMessageTypeHuman, strings.Repeat("x", 300))
	if _, err := crashing.Append(t.Context(), "talk", at, long); !errors.Is(err, errDied) {
		t.Fatalf("the crash: %v", err)
	}
	h, err := s.Load(t.Context(), "talk")
	if err != nil || len(h.Messages) != 1 || h.Revision != at {
		t.Fatalf("after the crash: %+v, %v", h, err)
	}
	if _, err := s.Append(t.Context(), "talk", at, long, said(2)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c); n != 3 {
		t.Errorf("%d objects; want the head, a segment and the orphan", n)
	}
	if err := s.Delete(t.Context(), "talk"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c); n != 0 {
		t.Errorf("%d objects are left after Delete", n)
	}
}

var errDied = errors.New("the power went out")

// dying is a client that does not live to write a head.
type dying struct{ s3memory.Client }

func (d *dying) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if strings.Contains(*in.Key, "heads/") {
		return nil, errDied
	}
	return d.Client.PutObject(ctx, in, o...)
}

func count(t *testing.T, c *s3.Client) int {
	t.Helper()
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("b")})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Contents)
}

func TestReplaceLeavesNoSegments(t *testing.T) {
	c, _ := connect(t)
	s := open(t, c, &s3memory.Options{HeadBytes: 100})
	at := memory.Revision("")
	for n := range 10 {
		var err error
		if at, err = s.Append(t.Context(), "talk", at, said(n), said(n)); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, c); n < 5 {
		t.Fatalf("%d objects; the heads did not spill", n)
	}
	if _, err := s.Replace(t.Context(), "talk", at, []llms.MessageContent{said(0)}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c); n != 1 {
		t.Errorf("%d objects; want the head alone", n)
	}
}

func TestDamage(t *testing.T) {
	c, _ := connect(t)
	s := open(t, c, &s3memory.Options{HeadBytes: 50, CacheBytes: -1})
	at, err := s.Append(t.Context(), "talk", "", said(0), said(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), "talk", at, said(2), said(3)); err != nil {
		t.Fatal(err)
	}
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("b"), Prefix: aws.String("segments/")})
	if err != nil || len(out.Contents) != 2 {
		t.Fatal(len(out.Contents), err)
	}
	put := func(key, body string) {
		t.Helper()
		if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("b"), Key: &key, Body: strings.NewReader(body)}); err != nil {
			t.Fatal(err)
		}
	}
	put(*out.Contents[0].Key, "[]")
	if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) || !strings.Contains(err.Error(), *out.Contents[0].Key) {
		t.Errorf("a changed segment: %v", err)
	}
	if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("b"), Key: out.Contents[1].Key}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) {
		t.Errorf("a missing segment: %v", err)
	}
	for _, body := range []string{"", "{", "[]", `{"format":"causeway.memory/v2","id":"x"}`} {
		put("heads/talk", body)
		if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) {
			t.Errorf("a head %q: %v", body, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	c, _ := connect(t)
	if _, err := s3memory.New(nil, "b", nil); err == nil {
		t.Error("no client is taken")
	}
	if _, err := s3memory.New(c, "", nil); err == nil {
		t.Error("no bucket is taken")
	}
	if _, err := s3memory.New(c, "b", &s3memory.Options{Prefix: "a//b"}); err == nil {
		t.Error("an odd prefix is taken")
	}
}
