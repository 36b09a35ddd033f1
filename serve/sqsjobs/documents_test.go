package sqsjobs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// record is one entry of what S3 sends.
func record(name, bucket, key, sequencer string, size int) string {
	return fmt.Sprintf(`{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": %q, "s3": {"bucket": {"name": %q},
		"object": {"key": %q, "size": %d, "eTag": "e", "sequencer": %q}}}`, name, bucket, url.QueryEscape(key), size, sequencer)
}

func event(name, bucket, key, sequencer string, size int) string {
	return `{"Records": [` + record(name, bucket, key, sequencer, size) + `]}`
}

var letters = &sqsjobs.Options{Documents: &sqsjobs.Documents{Chain: "report", Text: "text", Source: "from", MaxBytes: 1000}}

// result reads what lies beside a document.
func (b *bench) result(t *testing.T, key string) *jobs.Status {
	t.Helper()
	out, err := b.store.GetObject(t.Context(), &s3.GetObjectInput{Bucket: new(bucket), Key: new(key + ".result.json")})
	if err != nil {
		return nil
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	s := &jobs.Status{}
	if err := json.Unmarshal(body, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDocuments: a notice of each kind makes a job of the document, the same
// one each time it comes.
func TestDocuments(t *testing.T) {
	const key = "in box/grüezi+1.txt"
	sns, err := json.Marshal(map[string]string{"Type": "Notification", "Message": event("ObjectCreated:Put", bucket, key, "0A1", 5)})
	if err != nil {
		t.Fatal(err)
	}
	bridge := fmt.Sprintf(`{"version": "0", "source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": %q},
		"object": {"key": %q, "size": 5, "etag": "e", "sequencer": "0A1"}}}`, bucket, key)
	b := newBench(t, standard, 5)
	b.put(t, key, "\ufeffhello")
	backend := b.open(t, letters)
	ids := map[string]bool{}
	for _, body := range []string{event("ObjectCreated:Put", bucket, key, "0A1", 5), string(sns), bridge} {
		b.send(t, body)
		got := receive(t, backend)
		if len(got) != 1 {
			t.Fatalf("%s: received %v", body, got)
		}
		ids[got[0].JobID()] = true
		j, err := backend.Load(t.Context(), got[0].JobID())
		if err != nil {
			t.Fatal(err)
		}
		if j.Chain != "report" || j.Input["text"] != "hello" || j.Input["from"] != "s3://acme/"+key || j.Source != "s3://acme/"+key {
			t.Errorf("%+v", j)
		}
	}
	if len(ids) != 1 {
		t.Errorf("jobs %v, want one", ids)
	}
	b.send(t, event("ObjectCreated:Put", bucket, key, "0A2", 5)) // written again
	if got := receive(t, backend); len(got) != 1 || ids[got[0].JobID()] {
		t.Errorf("the next version: %v", got)
	}
}

func TestResultsBesideDocuments(t *testing.T) {
	b := newBench(t, standard, 5)
	b.put(t, "letter.txt", "hello")
	backend := b.open(t, letters)
	b.send(t, event("ObjectCreated:Put", bucket, "letter.txt", "1", 5))
	j, err := backend.Load(t.Context(), receive(t, backend)[0].JobID())
	if err != nil {
		t.Fatal(err)
	}
	old := *j
	j.State = jobs.Running
	if err := backend.Save(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if b.result(t, "letter.txt") != nil {
		t.Error("a running job has a result")
	}
	old.State = jobs.Failed
	if err := backend.Save(t.Context(), &old); err == nil || b.result(t, "letter.txt") != nil {
		t.Errorf("a late worker: %v, %v", err, b.result(t, "letter.txt"))
	}
	j.State, j.Result = jobs.Succeeded, &chain.Result{Values: chain.Values{"answer": "hi"}}
	if err := backend.Save(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	got := b.result(t, "letter.txt")
	if got == nil || got.ID != j.ID || got.State != jobs.Succeeded || got.Result.Values["answer"] != "hi" {
		t.Errorf("beside the document: %+v", got)
	}
}

// TestOddDocuments fail, and say so beside the document.
func TestOddDocuments(t *testing.T) {
	b := newBench(t, standard, 5)
	backend := b.open(t, letters)
	for text, want := range map[string]string{
		strings.Repeat("x", 1001): "document-too-large",
		"\xff\xfe\x00a":           "document-not-text",
		"a\x00b":                  "document-not-text",
	} {
		for _, size := range []int{0, len(text)} { // S3 may not say how large it is
			key := fmt.Sprint("odd-", len(text), "-", size)
			b.put(t, key, text)
			b.send(t, event("ObjectCreated:Put", bucket, key, "1", size))
			if got := receive(t, backend); len(got) != 0 {
				t.Errorf("%s: received", want)
			}
			s := b.result(t, key)
			if s == nil || s.State != jobs.Failed || s.Problem.Code != want || s.Ended.IsZero() {
				t.Errorf("%s: %+v", want, s)
				continue
			}
			if j, err := backend.Load(t.Context(), s.ID); err != nil || j.State != jobs.Failed {
				t.Errorf("%s: %+v, %v", want, j, err)
			}
		}
	}
	if n, err := backend.Depth(t.Context()); n != 0 || err != nil || len(b.buried(t)) != 0 {
		t.Errorf("%d messages are left, %v", n, err)
	}
}

// TestNoDocuments: what is no new document makes no job and no noise.
func TestNoDocuments(t *testing.T) {
	b := newBench(t, standard, 5)
	backend := b.open(t, letters)
	for _, body := range []string{
		`{"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-22T10:00:00.000Z", "Bucket": "acme"}`,
		event("ObjectRemoved:Delete", bucket, "letter.txt", "1", 0),
		event("ObjectCreated:Put", bucket, "letter.txt.result.json", "1", 10),
		event("ObjectCreated:Put", bucket, "folder/", "1", 0),
		event("ObjectCreated:Put", bucket, "causeway/jobs/a.json", "1", 10),
		event("ObjectCreated:Put", bucket, "deleted-meanwhile.txt", "1", 10),
		`{"Records": []}`,
	} {
		b.send(t, body)
		if got := receive(t, backend); len(got) != 0 {
			t.Errorf("%s: received", body)
		}
	}
	if n, err := backend.Depth(t.Context()); n != 0 || err != nil || len(b.buried(t)) != 0 {
		t.Errorf("%d messages are left, %v", n, err)
	}
}

// TestSeveralDocuments in one notice are a job each.
func TestSeveralDocuments(t *testing.T) {
	b := newBench(t, fifo, 5)
	backend := b.open(t, letters)
	var records []string
	for i := range 4 {
		key := fmt.Sprint("letter-", i, ".txt")
		b.put(t, key, key)
		records = append(records, record("ObjectCreated:Put", bucket, key, "1", 5))
	}
	b.send(t, `{"Records": [`+strings.Join(records, ",")+`]}`)
	if got := receive(t, backend); len(got) != 0 {
		t.Errorf("the notice itself was received: %v", got)
	}
	seen := map[any]bool{}
	for _, m := range receive(t, backend) {
		j, err := backend.Load(t.Context(), m.JobID())
		if err != nil {
			t.Fatal(err)
		}
		seen[j.Input["text"]] = true
	}
	if len(seen) != 4 {
		t.Errorf("jobs of %v", seen)
	}
}

// TestResultRefused: a bucket that takes no results does not keep jobs from
// ending.
func TestResultRefused(t *testing.T) {
	backend := newBench(t, standard, 5).open(t, letters)
	j := &jobs.Job{Status: jobs.Status{ID: "a", State: jobs.Queued}, Source: "s3://nowhere/letter.txt"}
	if err := backend.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	j.State = jobs.Succeeded
	if err := backend.Save(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	got, err := backend.Load(t.Context(), "a")
	if err != nil || got.State != jobs.Succeeded || got.Problem == nil || got.Problem.Code != "result-not-written" {
		t.Errorf("%+v, %v", got, err)
	}
}
