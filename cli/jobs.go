package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/metrics"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// secretsVariable holds the secrets that callbacks are signed with.
const secretsVariable = "CAUSEWAY_CALLBACK_SECRETS"

var jobAccess = access{offline: "keep jobs in a folder: jobs: {folder: .causeway/jobs} in causeway.yaml"}

// jobFolder is where jobs are that are in no queue: the folder causeway.yaml
// names, or else one of the server's own.
func (w *workspace) jobFolder() string {
	if dir := w.project.Jobs.Folder; dir != "" {
		return dir
	}
	return w.own("jobs")
}

// own is where the server keeps something that nobody has named a place for:
// in .causeway beside causeway.yaml, or without one beside the chains.
func (w *workspace) own(name string) string {
	beside := folderOf(w.file)
	if w.project.Path != "" {
		beside = filepath.Dir(w.project.Path)
	}
	return filepath.Join(beside, ".causeway", name)
}

// feedback is where what people say of runs is kept, and told to experiments.
func (s *site) feedback() (serve.FeedbackStore, error) {
	path := s.workspace.own("feedback.jsonl")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := serve.NewFileFeedback(path)
	if err != nil {
		return nil, err
	}
	s.workspace.close = append(s.workspace.close, file.Close)
	return feedback{file, &s.trials}, nil
}

// folderJobs opens the folder of jobs. One that nobody asked for and another
// process has is done without: the backend is nil then.
func (w *workspace) folderJobs() (jobs.Backend, error) {
	f, err := jobs.NewFolder(w.jobFolder(), nil)
	if err == nil {
		w.close = append(w.close, f.Close)
		return f, nil
	}
	if w.project.Jobs.Folder == "" {
		w.notes = append(w.notes, fmt.Sprintf("no jobs are taken: %v", err))
		return nil, nil
	}
	return nil, err
}

// queueJobs opens the jobs in SQS and S3.
func (w *workspace) queueJobs(ctx context.Context) (jobs.Backend, error) {
	cfg, err := w.account.ready(ctx, w.project.Region, jobAccess)
	if err != nil {
		return nil, err
	}
	j := w.project.Jobs
	o := &sqsjobs.Options{Prefix: j.Bucket.Prefix, DeadLetterURL: j.DeadLetter}
	if d := j.Documents; d.Chain != "" {
		o.Documents = &sqsjobs.Documents{Chain: d.Chain, Text: d.Text, Source: d.Source}
	}
	asking, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return sqsjobs.New(asking, sqs.NewFromConfig(cfg), j.Queue, s3.NewFromConfig(cfg), j.Bucket.Bucket, o)
}

// callbacks are whom jobs may call; nil is nobody.
func (w *workspace) callbacks() (*jobs.Callbacks, error) {
	hosts := w.project.Jobs.Callbacks
	if len(hosts) == 0 {
		return nil, nil
	}
	secrets := commaList(w.app.io.Getenv(secretsVariable))
	if len(secrets) == 0 {
		return nil, usagef("jobs may call %s, and calls are signed: set %s, for example to whsec_$(openssl rand -base64 32)", strings.Join(hosts, ", "), secretsVariable)
	}
	return jobs.NewCallbacks(secrets, hosts, nil)
}

// commaList splits what a variable lists, separated by commas.
func commaList(value string) []string {
	var all []string
	for one := range strings.SplitSeq(value, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// takeJobs lets the server that o describes take jobs, and returns who does
// them: nil when that is left to causeway worker.
func (s *site) takeJobs(ctx context.Context, o *serve.Options, parallel int) (*jobs.Worker, error) {
	w := s.workspace
	var err error
	if o.Callbacks, err = w.callbacks(); err != nil {
		return nil, err
	}
	queue := w.project.Jobs.Queue
	if queue != "" && w.emulator == nil {
		o.Jobs, err = w.queueJobs(ctx)
		s.count(o)
		return nil, err
	}
	if queue != "" {
		w.notes = append(w.notes, fmt.Sprintf("jobs are kept in %s, not in %s", shortPath(w.jobFolder()), queue))
	}
	o.Jobs, err = w.folderJobs()
	s.count(o)
	if o.Jobs == nil {
		return nil, err
	}
	return s.worker(o, &jobs.WorkerOptions{Parallel: parallel, Log: o.Log})
}

// count makes the metrics of what is served.
func (s *site) count(o *serve.Options) {
	m := &metrics.Options{Prices: s.workspace.prices()}
	if o.Jobs != nil {
		m.Queue = o.Jobs.Depth
	}
	o.Metrics = metrics.New(m)
}

// worker returns one that does the jobs of o with the chains that are served.
func (s *site) worker(o *serve.Options, wo *jobs.WorkerOptions) (*jobs.Worker, error) {
	wo.Callbacks, wo.Events = o.Callbacks, o.Metrics.Event
	return jobs.NewWorker(o.Jobs, func(name string) *chain.Chain { return s.server.Chain(name) }, wo)
}
