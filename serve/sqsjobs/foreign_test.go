package sqsjobs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

func TestRequests(t *testing.T) {
	for name, k := range map[string]kind{"standard": standard, "fifo": fifo} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, k, 5)
			backend := b.open(t, nil)
			b.server.SetDuplicates(name == "standard")
			b.send(t, `{"chain": "report", "input": {"text": "hello", "n": 12345678901234567890}, "id": "r-1", "session": "anna", "labels": {"team": "red"}, "callback": "https://example.com/done"}`)
			first := receive(t, backend)
			if len(first) != 1 || first[0].JobID() != "r-1" {
				t.Fatalf("received %v", first)
			}
			j, err := backend.Load(t.Context(), "r-1")
			if err != nil {
				t.Fatal(err)
			}
			if j.State != jobs.Queued || j.Chain != "report" || j.Input["n"] != json.Number("12345678901234567890") || j.Session != "anna" || j.Labels["team"] != "red" || j.Callback == "" {
				t.Errorf("%+v", j)
			}
			if name == "standard" {
				if again := receive(t, backend); len(again) != 1 || again[0].JobID() != "r-1" {
					t.Errorf("the same message: %v", again)
				}
			}
			if err := first[0].Delete(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRequestWithoutID: the same message delivered twice makes one job.
func TestRequestWithoutID(t *testing.T) {
	b := newBench(t, standard, 5)
	backend := b.open(t, nil)
	b.server.SetDuplicates(true)
	b.send(t, `{"chain": "report", "input": {}}`)
	one, two := receive(t, backend), receive(t, backend)
	if len(one) != 1 || len(two) != 1 || one[0].JobID() != two[0].JobID() || !strings.HasPrefix(one[0].JobID(), "sqs-") {
		t.Errorf("%v, %v", one, two)
	}
}

// TestGarbage is buried at once, with a reason that tells nothing of it.
func TestGarbage(t *testing.T) {
	const secret = "hunter2"
	b := newBench(t, standard, 5)
	backend := b.open(t, nil)
	if err := backend.Create(t.Context(), &jobs.Job{Status: jobs.Status{ID: "taken", Chain: "report", State: jobs.Queued}}); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		secret:                         "the message is no JSON object",
		`["` + secret + `"]`:           "the message is no JSON object",
		`{"` + secret + `": 1}`:        "the message is none of",
		`{"job": "../` + secret + `"}`: "the message is none of",
		`{"chain": "report", "input": {}, "` + secret + `": 1}`:                                    "the request is none",
		`{"chain": "report", "input": "` + secret + `"}`:                                           "the request is none",
		`{"chain": "report", "id": "x"}`:                                                           "the request has no input",
		`{"chain": "report", "id": "a/b", "input": {}}`:                                            "is no id for a checkpointed run",
		`{"chain": "report", "id": "taken", "input": {"a": 1}}`:                                    "another job has the id taken",
		`{"Records": "` + secret + `"}`:                                                            "the S3 event notification cannot be read",
		`{"Records": [{"eventSource": "aws:ses"}]}`:                                                "the message is none of",
		event("ObjectCreated:Put", bucket, "letter.txt", "1", 1):                                   "Options.Documents says nothing",
		`{"Type": "Notification", "Message": "` + secret + `"}`:                                    "the message is no JSON object",
		`{"Type": "Notification", "Message": "{\"Type\": \"Notification\", \"Message\": \"{}\"}"}`: "the message is none of",
	} {
		b.send(t, body)
		if got := receive(t, backend); len(got) != 0 {
			t.Errorf("%s: received as job %q", body, got[0].JobID())
		}
		got := b.buried(t)
		if len(got) != 1 || *got[0].Body != body || !strings.Contains(reason(got[0]), want) || strings.Contains(reason(got[0]), secret) {
			t.Errorf("%s: %d buried, with reason %q, want %q", body, len(got), reason(got[0]), want)
		}
	}
	if n, err := backend.Depth(t.Context()); n != 0 || err != nil {
		t.Errorf("%d messages are left, %v", n, err)
	}
}

// TestAccept: a record that Lambda has received is the same as a message.
func TestAccept(t *testing.T) {
	b := newBench(t, fifo, 5)
	backend := b.open(t, nil)
	m, err := backend.Accept(t.Context(), sqsjobs.Record{MessageID: "m-1", ReceiptHandle: "m-1#1", Body: `{"chain": "report", "input": {}}`})
	if err != nil || m.JobID() != "sqs-m-1" {
		t.Errorf("a request: %v, %v", m, err)
	}
	m, err = backend.Accept(t.Context(), sqsjobs.Record{
		MessageID: "m-2", ReceiptHandle: "m-2#1", Body: `garbage`, Attributes: map[string]string{"MessageGroupId": "g"},
	})
	if m != nil || err != nil {
		t.Errorf("garbage: %v, %v", m, err)
	}
	if got := b.buried(t); len(got) != 1 {
		t.Errorf("%d were buried", len(got))
	}
	m, err = backend.Accept(t.Context(), sqsjobs.Record{
		MessageID: "m-3", ReceiptHandle: "m-3#5", Body: `{"job":"a"}`, Attributes: map[string]string{"MessageGroupId": "g", "ApproximateReceiveCount": "5"},
	})
	if m != nil || err != nil {
		t.Errorf("the last delivery: %v, %v", m, err)
	}
	if got := receive(t, backend); len(got) != 1 || got[0].JobID() != "a" {
		t.Errorf("in place of the last delivery: %v", got)
	}
}
