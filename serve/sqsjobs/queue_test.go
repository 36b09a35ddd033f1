package sqsjobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

func TestNewRefuses(t *testing.T) {
	b := newBench(t, standard, 5)
	bare := b.create(t, "bare", nil)
	once := b.create(t, "once", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}`})
	for name, c := range map[string]struct {
		url  string
		o    *sqsjobs.Options
		want string
	}{
		"no dead-letter queue": {bare, nil, "has no dead-letter queue; give it a redrive policy, or set Options.DeadLetterURL"},
		"no queue":             {b.url + "x", nil, "NonExistentQueue"},
		"no URL":               {"", nil, "are needed"},
		"one delivery":         {once, nil, "set maxReceiveCount to 5 or more"},
		"wait":                 {b.url, &sqsjobs.Options{Wait: time.Millisecond}, "less than a second"},
		"documents":            {b.url, &sqsjobs.Options{Documents: &sqsjobs.Documents{Chain: "report"}}, "wants a Chain, and Text or Source"},
	} {
		_, err := sqsjobs.New(t.Context(), b.queue, c.url, b.store, bucket, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := sqsjobs.New(t.Context(), b.queue, bare, b.store, bucket, &sqsjobs.Options{DeadLetterURL: b.dead}); err != nil {
		t.Errorf("a dead-letter queue of the options: %v", err)
	}
}

// submit queues a job with a large input.
func submit(t *testing.T, b jobs.Backend, id string) *jobs.Job {
	t.Helper()
	j, err := jobs.Submit(t.Context(), b, &jobs.Job{
		Status: jobs.Status{ID: id, Chain: "report"}, Input: map[string]any{"text": strings.Repeat("x", 2<<20)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestBuriedWithItsReason(t *testing.T) {
	for name, k := range map[string]kind{"standard": standard, "fifo": fifo} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, k, 5)
			backend := b.open(t, nil)
			submit(t, backend, "a") // more than a message holds
			m := receive(t, backend)[0]
			if err := m.Bury(t.Context(), "no worker\x00 survives it"+strings.Repeat("é", 1000)); err != nil {
				t.Fatal(err)
			}
			got := b.buried(t)
			if len(got) != 1 || *got[0].Body != `{"job":"a"}` {
				t.Fatalf("buried: %v", got)
			}
			if r := reason(got[0]); !strings.HasPrefix(r, "no worker  survives it") || len(r) > 1000 {
				t.Errorf("reason %q", r)
			}
			if from := *got[0].MessageAttributes["source-queue"].StringValue; from != "work"+k.suffix {
				t.Errorf("from %q", from)
			}
		})
	}
}

// TestDeliveriesAreNoFailures: a job that waits for quota comes more often than
// the redrive policy allows, and is not given up.
func TestDeliveriesAreNoFailures(t *testing.T) {
	for name, k := range map[string]kind{"standard": standard, "fifo": fifo} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, k, 5)
			backend := b.open(t, nil)
			submit(t, backend, "a")
			came := 0
			for range 20 {
				for _, m := range receive(t, backend) {
					came++
					if err := m.Hide(t.Context(), 0); err != nil {
						t.Fatal(err)
					}
				}
			}
			if came < 12 { // two of three are the worker's, one brings the next message
				t.Errorf("the job came %d times in 20", came)
			}
			if got := b.buried(t); len(got) > 0 {
				t.Errorf("%d messages were given up", len(got))
			}
		})
	}
}

// TestStaleHandles: a worker that was too slow does no harm and hears nothing.
func TestStaleHandles(t *testing.T) {
	for name, k := range map[string]kind{"standard": standard, "fifo": fifo} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, k, 5)
			backend := b.open(t, nil)
			submit(t, backend, "a")
			slow := receive(t, backend)[0]
			if err := slow.Hide(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			m := receive(t, backend)[0]
			for range 2 {
				if err := slow.Hide(t.Context(), time.Minute); err != nil {
					t.Error(err)
				}
				if err := slow.Delete(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if err := m.Hide(t.Context(), 100*time.Hour); err != nil { // more than SQS can
				t.Error(err)
			}
			if err := m.Delete(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSendAgain: in a FIFO queue the same need is told once, another one again.
func TestSendAgain(t *testing.T) {
	b := newBench(t, fifo, 5)
	backend := b.open(t, nil)
	j := submit(t, backend, "a")
	if err := backend.Send(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if n, err := backend.Depth(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d messages, %v; want 1", n, err)
	}
	j.State = jobs.Waiting
	if err := backend.Save(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if err := backend.Send(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if n, err := backend.Depth(t.Context()); n != 2 || err != nil {
		t.Errorf("%d messages, %v; want 2", n, err)
	}
}

// TestNoQueue: a short absence costs a send some patience; a receive fails.
func TestNoQueue(t *testing.T) {
	b := newBench(t, standard, 5)
	backend := b.open(t, nil)
	b.server.SetAvailable(false)
	if _, err := backend.Receive(t.Context(), 1, time.Minute); err == nil {
		t.Error("received from no queue")
	}
	timer := time.AfterFunc(time.Second, func() { b.server.SetAvailable(true) })
	defer timer.Stop()
	submit(t, backend, "a")
	b.server.SetAvailable(false)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := jobs.Submit(ctx, backend, &jobs.Job{Status: jobs.Status{ID: "b", Chain: "report"}}); err == nil || !strings.Contains(err.Error(), "kept but not queued") {
		t.Errorf("error %v", err)
	}
}

// down is a bucket that cannot be reached.
type down struct{ *s3.Client }

func (down) PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return nil, errors.New("connection refused")
}

// TestNoBucket: what another program asks for is not lost when it cannot be
// kept, and is no reason to hold back the rest.
func TestNoBucket(t *testing.T) {
	b := newBench(t, standard, 5)
	away, err := sqsjobs.New(t.Context(), b.queue, b.url, down{b.store}, bucket, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.send(t, `{"chain": "report", "input": {}, "id": "asked"}`)
	if got, err := away.Receive(t.Context(), 1, time.Second); len(got) != 0 || err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("received %v, %v", got, err)
	}
	b.send(t, `{"job": "a"}`)
	if got, err := away.Receive(t.Context(), 1, time.Minute); len(got) != 1 || err != nil {
		t.Errorf("received %v, %v", got, err)
	}
	if got := receive(t, b.open(t, nil)); len(got) != 1 || got[0].JobID() != "asked" {
		t.Errorf("received %v", got)
	}
}

// lossy writes everything twice, as a client does whose first answer was lost.
type lossy struct{ *s3.Client }

func (l lossy) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	body := in.Body.(interface {
		Seek(int64, int) (int64, error)
		Read([]byte) (int, error)
	})
	first := *in
	if _, err := l.Client.PutObject(ctx, &first, o...); err != nil {
		return nil, err
	}
	if _, err := body.Seek(0, 0); err != nil {
		return nil, err
	}
	return l.Client.PutObject(ctx, in, o...)
}

func TestLostAnswers(t *testing.T) {
	b := newBench(t, standard, 5)
	backend, err := sqsjobs.New(t.Context(), b.queue, b.url, lossy{b.store}, bucket, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := submit(t, backend, "a")
	for range 3 {
		j.Attempts++
		if err := backend.Save(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if err := backend.Create(t.Context(), &jobs.Job{Status: jobs.Status{ID: "a"}}); !errors.Is(err, jobs.ErrExists) {
		t.Errorf("a second job: %v", err)
	}
}

// TestIDs: what names no object names no job.
func TestIDs(t *testing.T) {
	backend := newBench(t, standard, 5).open(t, nil)
	for _, id := range []string{"", "../a", "a/b", ".a"} {
		if _, err := backend.Load(t.Context(), id); !errors.Is(err, jobs.ErrNoJob) {
			t.Errorf("%q: %v", id, err)
		}
		if err := backend.Create(t.Context(), &jobs.Job{Status: jobs.Status{ID: id}}); err == nil {
			t.Errorf("%q was created", id)
		}
	}
}

// TestEncrypted: what is written is encrypted as the options ask.
func TestEncrypted(t *testing.T) {
	b := newBench(t, standard, 5)
	seen := &keys{Client: b.store}
	backend, err := sqsjobs.New(t.Context(), b.queue, b.url, seen, bucket, &sqsjobs.Options{KMSKeyID: "alias/jobs", Prefix: "/team/"})
	if err != nil {
		t.Fatal(err)
	}
	submit(t, backend, "a")
	if err := backend.Checkpoints().Append(t.Context(), "a", 1, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if want := "team/jobs/a.json alias/jobs, team/runs/a/00000001.json alias/jobs"; strings.Join(seen.puts, ", ") != want {
		t.Errorf("%q, want %q", seen.puts, want)
	}
}

type keys struct {
	*s3.Client
	puts []string
}

func (k *keys) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	k.puts = append(k.puts, *in.Key+" "+*in.SSEKMSKeyId)
	return k.Client.PutObject(ctx, in, o...)
}

var _ sqsjobs.Client = (*sqs.Client)(nil)
