package s3log_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/logtest"
	"github.com/causeway-go/causeway/experiment/s3log"
	"github.com/causeway-go/causeway/retry"
)

// inProcess sends requests to a handler without a socket.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.ContentLength > 0 {
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10)) // which a real connection carries
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func bucket(t *testing.T) *s3.Client {
	t.Helper()
	fake := gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog()))
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.invalid"), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		HTTPClient:  &http.Client{Transport: inProcess{fake.Server()}}, Retryer: aws.NopRetryer{},
	})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("logs")}); err != nil {
		t.Fatal(err)
	}
	return client
}

func TestConformance(t *testing.T) {
	client := bucket(t)
	logtest.Run(t, func() experiment.Log { return s3log.New(client, "logs", &s3log.Options{Prefix: "causeway/"}) })
}

func record(i int) experiment.Record {
	return experiment.Record{ID: fmt.Sprint(i), Kind: experiment.Outcome, Time: time.Now(), Experiment: "e", Unit: "u", Values: map[string]float64{"m": 1}}
}

func count(t *testing.T, client s3log.Client) (n int) {
	t.Helper()
	for _, err := range s3log.New(client, "logs", nil).Read(t.Context(), "e") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// Records reach S3 once a period, as one object.
func TestPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := bucket(t)
		l := s3log.New(client, "logs", &s3log.Options{Period: 59500 * time.Millisecond})
		for i := range 90 { // for a minute and a half
			if err := l.Append(t.Context(), record(i)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if got := count(t, client); got != 60 {
			t.Errorf("%d records are in S3 after 90 s, want the first period's 60", got)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if got := count(t, client); got != 90 {
			t.Errorf("%d records are in S3 after Close, want 90", got)
		}
		if err := l.Append(t.Context(), record(0)); err == nil {
			t.Error("a closed log took a record")
		}
		list, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs")})
		if err != nil || len(list.Contents) != 2 {
			t.Errorf("%d objects, %v; want one for each period", len(list.Contents), err)
		}
	})
}

// away is a bucket that cannot be reached for a while, and then loses the
// answer to a request that it carried out.
type away struct {
	*s3.Client
	down, lose atomic.Bool
}

func (a *away) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if a.down.Load() {
		return nil, errors.New("no route to host")
	}
	out, err := a.Client.PutObject(ctx, in, o...)
	if a.lose.Swap(false) {
		return nil, errors.New("connection reset")
	}
	return out, err
}

func TestBucketAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &away{Client: bucket(t)}
		client.down.Store(true)
		var told atomic.Int64
		l := s3log.New(client, "logs", &s3log.Options{
			OnError: func(error) { told.Add(1) }, Retry: retry.Policy{MaxAttempts: 2, Retry: func(error) bool { return true }},
		})
		for i := range 3 {
			if err := l.Append(t.Context(), record(i)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(61 * time.Second)
		}
		synctest.Wait()
		if told.Load() < 2 {
			t.Errorf("told %d times", told.Load())
		}
		client.down.Store(false)
		client.lose.Store(true)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if got := count(t, client.Client); got != 3 {
			t.Errorf("%d records, want each once", got)
		}
	})
}

// slow is a bucket whose every answer takes a while.
type slow struct{ *s3.Client }

func (c slow) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return c.Client.GetObject(ctx, in, o...)
}

// Many small objects are fetched side by side, and a reader that stops leaves
// nothing behind.
func TestReadAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := bucket(t)
		for i := range 80 {
			l := s3log.New(client, "logs", nil)
			if err := l.Append(t.Context(), record(i)); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		if got := count(t, slow{client}); got != 80 {
			t.Errorf("%d records, want 80", got)
		}
		if spent := time.Since(began); spent > 2*time.Second {
			t.Errorf("80 objects of 100 ms took %v", spent)
		}
		for range s3log.New(slow{client}, "logs", nil).Read(t.Context(), "e") {
			break
		}
	})
}
