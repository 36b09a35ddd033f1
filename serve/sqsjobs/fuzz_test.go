package sqsjobs

import (
	"strings"
	"testing"

	"github.com/causeway-go/causeway/chain"
)

// FuzzOpen: whatever lies in the queue, what comes of it is fit to be used.
func FuzzOpen(f *testing.F) {
	for _, body := range []string{
		`{"job": "a"}`, `{"job": "../a"}`, `garbage`, `null`, `{}`, ``,
		`{"chain": "report", "input": {"n": 1e999}, "labels": {"a": "b"}}`,
		`{"Event": "s3:TestEvent"}`,
		`{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%2Fc.txt", "size": 1, "sequencer": "1"}}}]}`,
		`{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": "%zz"}}}]}`,
		`{"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "a b"}}}`,
		`{"Type": "Notification", "Message": "{\"job\": \"a\"}"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		l, err := open(body)
		if err != nil {
			if len(err.Error()) > 300 {
				t.Errorf("a long reason: %v", err)
			}
			return
		}
		if l.doorbell != "" && chain.CheckRunID(l.doorbell) != nil {
			t.Errorf("a doorbell of %q", l.doorbell)
		}
		if l.request != nil && (l.request.Chain == "" || l.request.Input == nil || l.request.Source != "") {
			t.Errorf("a request %+v", l.request)
		}
		for _, e := range l.events {
			if e.bucket == "" || !isDocument(e.key) || chain.CheckRunID(e.id()) != nil || !strings.HasPrefix(e.source(), "s3://"+e.bucket+"/") {
				t.Errorf("an event %+v", e)
			}
		}
	})
}
