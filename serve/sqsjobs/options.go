package sqsjobs

import (
	"cmp"
	"errors"
	"strings"
	"time"
)

// Options are the settings of a Backend. The zero value of each field is the
// default that it documents.
type Options struct {
	// Prefix of all keys, without a slash at its end; empty means causeway.
	Prefix string
	// KMSKeyID, if set, has objects in the jobs' bucket encrypted with that key.
	KMSKeyID string
	// DeadLetterURL is the queue for messages that no worker can do; empty
	// means the one that the queue's redrive policy names.
	DeadLetterURL string
	// Wait is how long one Receive waits for messages, in whole seconds; 0
	// means 20, the most that SQS allows.
	Wait time.Duration
	// Documents, if set, makes jobs of the S3 event notifications in the queue.
	Documents *Documents
}

// Documents says how a document that was put into a bucket becomes a job. The
// status of the job at its end, with its result or problem, is written beside
// the document as KEY.result.json; such keys never make a job.
type Documents struct {
	Chain  string // that does the jobs
	Text   string // the input that gets the document's text; empty means none
	Source string // the input that gets its address, s3://bucket/key; empty means none
	// MaxBytes bounds a document whose text is an input; 0 means 1 MiB. One
	// that is longer, or is not UTF-8, is a failed job.
	MaxBytes int64
}

func (o *Options) withDefaults() (Options, error) {
	var d Options
	if o != nil {
		d = *o
	}
	d.Prefix = strings.Trim(cmp.Or(d.Prefix, "causeway"), "/")
	d.Wait = min(cmp.Or(d.Wait, 20*time.Second), 20*time.Second)
	if d.Wait < time.Second {
		return d, errors.New("sqsjobs: Wait is less than a second")
	}
	if d.Documents != nil {
		docs := *d.Documents
		docs.MaxBytes = cmp.Or(docs.MaxBytes, 1<<20)
		if docs.Chain == "" || docs.Text == "" && docs.Source == "" {
			return d, errors.New("sqsjobs: Documents wants a Chain, and Text or Source")
		}
		d.Documents = &docs
	}
	return d, nil
}
