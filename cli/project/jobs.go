package project

import (
	"net/url"

	"gopkg.in/yaml.v3"
)

// Jobs says where runs are kept that outlive the request for them. Either
// Folder or Queue and Bucket are set, or neither.
type Jobs struct {
	Folder string   // absolute path: causeway serve does them itself
	Queue  string   // URL of an SQS queue: causeway worker does them
	Bucket Location // in S3, for the jobs of Queue

	DeadLetter string    // URL of the queue for jobs that no worker can do; "" means the one that Queue names
	Documents  Documents // what becomes of documents that are put into a bucket
	Callbacks  []string  // hosts that jobs may call when they are over: hooks.example.com, *.example.com
}

// Documents says which chain is run with each document that S3 tells Queue of.
type Documents struct {
	Chain  string // "" means none
	Text   string // the input that gets its text; "" means none
	Source string // the input that gets its address, s3://…; "" means none
}

func (r *reader) jobs(n *yaml.Node) Jobs {
	var j Jobs
	r.mapping(n, "jobs", fields{
		"folder":     func(n *yaml.Node) { j.Folder = r.folder(n, "folder") },
		"queue":      func(n *yaml.Node) { j.Queue = r.queue(n, "queue") },
		"deadLetter": func(n *yaml.Node) { j.DeadLetter = r.queue(n, "deadLetter") },
		"bucket": func(n *yaml.Node) {
			if j.Bucket = r.location(n, "bucket"); !j.Bucket.IsZero() && j.Bucket.Bucket == "" {
				r.fault(n, "bucket is s3://bucket/prefix; to keep jobs in a folder write {folder: %s}", n.Value)
			}
		},
		"documents": func(n *yaml.Node) { j.Documents = r.documents(n) },
		"callbacks": func(n *yaml.Node) {
			for _, item := range r.list(n, "callbacks") {
				j.Callbacks = append(j.Callbacks, r.text(item, "a host"))
			}
		},
	})
	r.whereJobsAre(n, j)
	return j
}

// whereJobsAre makes sure that jobs are in one place.
func (r *reader) whereJobsAre(n *yaml.Node, j Jobs) {
	given := map[string]bool{}
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			given[n.Content[i].Value] = true
		}
	}
	switch {
	case given["folder"] && given["queue"]:
		r.fault(n, "jobs are in a folder or in a queue; write one of the two")
	case given["queue"] != given["bucket"]:
		r.fault(n, "jobs in SQS need a queue and a bucket: the queue says which job waits, the bucket keeps it")
	case !given["queue"] && (given["deadLetter"] || given["documents"]):
		r.fault(n, "deadLetter and documents are of jobs in SQS: they need a queue and a bucket")
	}
}

func (r *reader) queue(n *yaml.Node, what string) string {
	text := r.text(n, what)
	if text == "" {
		return ""
	}
	if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.fault(n, "%s is the URL of an SQS queue, such as https://sqs.us-east-1.amazonaws.com/123456789012/jobs", what)
	}
	return text
}

func (r *reader) documents(n *yaml.Node) Documents {
	var d Documents
	r.mapping(n, "documents", fields{
		"chain":  func(n *yaml.Node) { d.Chain = r.text(n, "chain") },
		"text":   func(n *yaml.Node) { d.Text = r.text(n, "text (an input of the chain)") },
		"source": func(n *yaml.Node) { d.Source = r.text(n, "source (an input of the chain)") },
	})
	if n.Kind == yaml.MappingNode && (d.Chain == "" || d.Text == "" && d.Source == "") {
		r.fault(n, "documents needs a chain, and the input that gets a document's text or source")
	}
	return d
}
