package sqsjobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// TestPoison: a job that kills its worker each time, and a message that is
// garbage, end where people look, with the reason; the others are done.
func TestPoison(t *testing.T) {
	t.Parallel()
	for name, fifo := range map[string]bool{"standard": false, "fifo": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, startFauxqs(t), "poison-"+name, fifo)
			p.Deaths, p.Parallel = 5, 8 // those beside it die with it, but not always
			p.submit(t, names("good", 3))
			if _, err := jobs.Submit(t.Context(), p.backend, &jobs.Job{
				Status: jobs.Status{ID: "bad", Chain: "poison"}, Input: chain.Values{"id": "bad"},
			}); err != nil {
				t.Fatal(err)
			}
			p.put(t, "what is this?")
			p.put(t, `{"chain": "report", "input": {"id": "asked"}, "id": "asked"}`)
			launch(t, p.setting, 1)
			await(t, time.Minute, "two messages buried", func() bool { return p.left(t, p.dead) == "2+0" })
			await(t, time.Minute, "empty queue", func() bool { return p.left(t, p.Queue) == "0+0" })
			reasons := map[string]string{}
			for _, m := range p.buried(t) {
				reasons[*m.Body] = *m.MessageAttributes["reason"].StringValue
			}
			if !strings.HasPrefix(reasons[`{"job":"bad"}`], "gave-up: 5 workers have died") || reasons["what is this?"] != "the message is no JSON object" {
				t.Errorf("buried: %q", reasons)
			}
			for id, want := range map[string]jobs.State{"bad": jobs.Failed, "asked": jobs.Succeeded, "good-0000": jobs.Succeeded, "good-0002": jobs.Succeeded} {
				j, err := p.backend.Load(t.Context(), id)
				if err != nil || j.State != want || want == jobs.Failed && j.Problem.Code != "gave-up" {
					t.Errorf("%s: %+v, %v", id, j, err)
				}
			}
		})
	}
}

// put sends a body as another program would.
func (p *place) put(t *testing.T, body string) {
	t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: &p.Queue, MessageBody: &body}
	if p.fifo() {
		in.MessageGroupId, in.MessageDeduplicationId = new("others"), new(strings.Map(func(r rune) rune {
			if r < 'a' || r > 'z' {
				return '-'
			}
			return r
		}, body))
	}
	if _, err := p.queue.SendMessage(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// TestDocuments: who drops a document in the bucket finds the result beside it.
// No S3 server here sends notifications: they are written by hand, as S3 does.
func TestDocuments(t *testing.T) {
	t.Parallel()
	p := newPlace(t, startFauxqs(t), "documents", false)
	p.Deaths, p.Documents = 3, "report"
	const key = "in box/letter 1.txt"
	if _, err := p.store.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &p.Bucket, Key: new(key), Body: strings.NewReader("letter")}); err != nil {
		t.Fatal(err)
	}
	notice := fmt.Sprintf(`{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
		"s3": {"bucket": {"name": %q}, "object": {"key": "in+box/letter+1.txt", "size": 6, "sequencer": "0A"}}}]}`, p.Bucket)
	p.put(t, notice)
	p.put(t, notice)
	launch(t, p.setting, 2)
	var result *s3.GetObjectOutput
	await(t, time.Minute, "result beside the document", func() bool {
		out, err := p.store.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &p.Bucket, Key: new(key + ".result.json")})
		result = out
		return err == nil
	})
	defer result.Body.Close()
	body := new(strings.Builder)
	buffer := make([]byte, 1<<16)
	n, _ := result.Body.Read(buffer)
	body.Write(buffer[:n])
	if !strings.Contains(body.String(), `"state":"succeeded"`) || !strings.Contains(body.String(), `"write letter"`) {
		t.Errorf("beside the document: %s", body)
	}
	await(t, time.Minute, "empty queue", func() bool { return p.left(t, p.Queue) == "0+0" })
	if n := len(p.versions(t)); n != 1 {
		t.Errorf("%d jobs, want 1", n)
	}
}
