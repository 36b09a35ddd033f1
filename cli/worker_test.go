package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/cli"
	"github.com/causeway-go/causeway/internal/localsqs"
	"github.com/causeway-go/causeway/serve/jobs"
)

// A chain that needs no model.
const greeting = "schema: causeway.chain/v1\nname: greet\ninput: {required: [name], properties: {name: {type: string}}}\n" +
	"steps:\n  - name: ok\n    approve: {question: \"Greet?\", show: [name]}\noutput: [ok]\n"

// cloud is an SQS and an S3 on this machine, which the AWS settings of the
// process name, with a queue and a bucket.
func cloud(t *testing.T) (queueURL string) {
	t.Helper()
	queues := httptest.NewServer(localsqs.New())
	store := s3mem.New()
	if err := store.CreateBucket("acme-jobs"); err != nil {
		t.Fatal(err)
	}
	objects := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(func() { queues.Close(); objects.Close() })
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL_SQS": queues.URL, "AWS_ENDPOINT_URL_S3": objects.URL,
	} {
		t.Setenv(k, v)
	}
	client := sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &queues.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	create := func(name string, attributes map[string]string) string {
		t.Helper()
		out, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	create("dead", nil)
	return create("jobs", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"20"}`})
}

// Jobs go from serve through SQS and S3 to a worker, with the real clients.
func TestAWorkerDoesTheJobsOfAQueue(t *testing.T) {
	queue := cloud(t)
	dir := t.TempDir()
	for name, body := range map[string]string{
		"greet.yaml":    greeting,
		"causeway.yaml": "schema: causeway.project/v1\njobs:\n  queue: " + queue + "\n  bucket: s3://acme-jobs/team\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := startServe(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var told told
	done := make(chan int, 1)
	go func() { done <- cli.Run(ctx, []string{"worker", dir}, cli.IO{Err: &told}, nil) }()
	defer func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("the worker ended with %d: %s", code, &told)
		}
	}()
	var job jobs.Status
	server.sends("POST", "/v1/chains/greet/jobs", `{"input": {"name": "Anna"}}`, &job)
	server.eventually("the job waits for an answer", func() bool {
		server.sends("GET", "/v1/jobs/"+job.ID, "", &job)
		return job.State == jobs.Waiting
	})
	server.sends("POST", "/v1/jobs/"+job.ID+"/answer", `{"answer": {"approved": true}}`, &job)
	server.eventually("the job is done", func() bool {
		server.sends("GET", "/v1/jobs/"+job.ID, "", &job)
		return job.State == jobs.Succeeded
	})
}

// In a folder jobs are done by serve itself, and survive it.
func TestServeDoesTheJobsOfAFolder(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"greet.yaml":    greeting,
		"causeway.yaml": "schema: causeway.project/v1\njobs: {folder: kept}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first := startServe(t, dir)
	var job jobs.Status
	first.sends("POST", "/v1/chains/greet/jobs", `{"input": {"name": "Anna"}}`, &job)
	first.eventually("the job waits for an answer", func() bool {
		first.sends("GET", "/v1/jobs/"+job.ID, "", &job)
		return job.State == jobs.Waiting
	})
	var second bytes.Buffer
	if code := cli.Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", dir}, cli.IO{Err: &second}, nil); code != 1 || !strings.Contains(second.String(), "another process") {
		t.Errorf("a second server on the folder: %d, %s", code, &second)
	}
	first.stop()
	again := startServe(t, dir)
	again.sends("POST", "/v1/jobs/"+job.ID+"/answer", `{"answer": {"approved": true}}`, &job)
	again.eventually("the job is done", func() bool {
		again.sends("GET", "/v1/jobs/"+job.ID, "", &job)
		return job.State == jobs.Succeeded
	})
}

// sends asks and decodes the answer.
func (r *running) sends(method, path, body string, v any) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil || resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %s, %+v, %v; told: %s", method, path, resp.Status, v, err, &r.told)
	}
}
