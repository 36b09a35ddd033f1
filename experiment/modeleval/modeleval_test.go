package modeleval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/modeleval"
)

// inProcess sends requests to a handler without a socket.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.ContentLength > 0 {
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// fakeBedrock plays the evaluation service: a job is in progress for five
// minutes, and then it has graded the dataset it was given.
type fakeBedrock struct {
	t       *testing.T
	storage *s3.Client
	fail    bool
	jobs    []job
}

type job struct {
	began  time.Time
	arn    string
	asked  map[string]any
	graded bool
}

func (f *fakeBedrock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPost {
		j := job{began: time.Now(), arn: fmt.Sprintf("arn:aws:bedrock:us-east-1:111122223333:evaluation-job/%012d", len(f.jobs))}
		if err := json.NewDecoder(r.Body).Decode(&j.asked); err != nil {
			f.t.Error(err)
		}
		f.jobs = append(f.jobs, j)
		w.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(w).Encode(map[string]string{"jobArn": j.arn})
		return
	}
	arn, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/evaluation-jobs/"))
	for i := range f.jobs {
		j := &f.jobs[i]
		if j.arn != arn {
			continue
		}
		out := map[string]any{"jobArn": arn, "status": "InProgress"}
		if time.Since(j.began) >= 5*time.Minute {
			out["status"] = "Completed"
			if f.fail {
				out["status"], out["failureMessages"] = "Failed", []string{"the dataset is not readable"}
			} else if !j.graded {
				j.graded = true
				f.grade(j)
			}
		}
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

func dig(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(map[string]any)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v
}

// grade writes results as the service does: a length of the answer as score.
func (f *fakeBedrock) grade(j *job) {
	config := dig(j.asked, "evaluationConfig", "automated", "datasetMetricConfigs", 0)
	location := dig(config, "dataset", "datasetLocation", "s3Uri").(string)
	out := dig(j.asked, "outputDataConfig", "s3Uri").(string)
	bucket, key, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	object, err := f.storage.GetObject(f.t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		f.t.Error(err)
		return
	}
	body, _ := io.ReadAll(object.Body)
	var result strings.Builder
	for line := range strings.Lines(string(body)) {
		var in map[string]any
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			f.t.Error(err)
			return
		}
		answer := dig(in, "modelResponses", 0, "response").(string)
		graded, _ := json.Marshal(map[string]any{
			"automatedEvaluationResult": map[string]any{"scores": []any{map[string]any{
				"metricName": dig(config, "metricNames", 0), "result": float64(len(answer)),
				"evaluatorDetails": []any{map[string]any{"modelIdentifier": "judge", "explanation": "it is that long"}},
			}, map[string]any{"metricName": "Builtin.Refusal", "result": nil}}},
			"inputRecord": in, "modelResponses": in["modelResponses"],
		})
		result.Write(append(graded, '\n'))
	}
	_, prefix, _ := strings.Cut(strings.TrimPrefix(out, "s3://"), "/")
	name := prefix + "x7/models/warm/taskTypes/General/datasets/d/0b1c_output.jsonl"
	if _, err := f.storage.PutObject(f.t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &name, Body: strings.NewReader(result.String())}); err != nil {
		f.t.Error(err)
	}
}

func newService(t *testing.T, fail bool) (*modeleval.Service, *fakeBedrock) {
	t.Helper()
	fake := gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog()))
	storage := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.invalid"), UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: &http.Client{Transport: inProcess{fake.Server()}},
	})
	if _, err := storage.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("evals")}); err != nil {
		t.Fatal(err)
	}
	f := &fakeBedrock{t: t, storage: storage, fail: fail}
	client := bedrock.New(bedrock.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://bedrock.invalid"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: &http.Client{Transport: inProcess{f}},
	})
	return modeleval.New(client, storage, "evals", &modeleval.Options{RoleARN: "arn:aws:iam::111122223333:role/eval", Prefix: "tone/"}), f
}

// evaluation of n cases by two subjects.
func evaluation(n int) (*experiment.Dataset, *experiment.Evaluation) {
	d := &experiment.Dataset{Name: "d"}
	e := &experiment.Evaluation{}
	for i := range n {
		id := fmt.Sprint(i)
		d.Cases = append(d.Cases, experiment.Case{ID: id, Input: chain.Values{"question": "q" + id}, Reference: "r" + id, Category: "c"})
		for _, s := range []string{"control", "warm"} {
			e.Items = append(e.Items, experiment.Item{Subject: s, Case: id, Answer: experiment.Answer{Text: s + "!"}})
		}
	}
	return d, e
}

var judged = modeleval.Job{Name: "tone", Metrics: []string{"Builtin.Helpfulness"}, Judge: "amazon.nova-pro-v1:0"}

// 2,500 prompts become three jobs a variant, whose results come back in pairs.
func TestJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, fake := newService(t, false)
		d, e := evaluation(2500)
		results := map[string][]modeleval.Result{}
		for _, subject := range []string{"control", "warm"} {
			j := judged
			j.Name += "-" + subject
			running, err := service.Start(t.Context(), j, d, e, subject)
			if err != nil || len(running.Jobs) != 3 {
				t.Fatalf("%+v, %v", running, err)
			}
			began := time.Now()
			if err := service.Wait(t.Context(), running, time.Minute); err != nil {
				t.Fatal(err)
			}
			if spent := time.Since(began); spent != 5*time.Minute {
				t.Errorf("waited %v", spent)
			}
			if results[subject], err = service.Results(t.Context(), running); err != nil {
				t.Fatal(err)
			}
		}
		pairs := modeleval.Paired(results["control"], results["warm"], "Builtin.Helpfulness")
		if len(pairs) != 2500 || pairs[0].A != 8 || pairs[0].B != 5 || results["warm"][0].Why["Builtin.Helpfulness"] == "" {
			t.Errorf("%d pairs, the first %+v", len(pairs), pairs[0])
		}
		if test := modeleval.Compare(pairs, 0.05); math.Abs(test.Diff+3) > 1e-9 || test.High >= 0 || test.P > 1e-6 || test.N != 2500 {
			t.Errorf("%+v", test)
		}
		asked := fake.jobs[0].asked
		for want, path := range map[string][]any{
			"tone-control":         {"jobName"},
			"ModelEvaluation":      {"applicationType"},
			"General":              {"evaluationConfig", "automated", "datasetMetricConfigs", 0, "taskType"},
			"amazon.nova-pro-v1:0": {"evaluationConfig", "automated", "evaluatorModelConfig", "bedrockEvaluatorModels", 0, "modelIdentifier"},
			"control":              {"inferenceConfig", "models", 0, "precomputedInferenceSource", "inferenceSourceIdentifier"},
		} {
			if got := dig(asked, path...); got != want {
				t.Errorf("%v = %v, want %s", path, got, want)
			}
		}
	})
}

func TestFailedJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, _ := newService(t, true)
		d, e := evaluation(1)
		running, err := service.Start(t.Context(), judged, d, e, "warm")
		if err != nil {
			t.Fatal(err)
		}
		err = service.Wait(t.Context(), running, time.Minute)
		if failed, ok := errors.AsType[*modeleval.JobError](err); !ok || !strings.Contains(failed.Error(), "not readable") {
			t.Errorf("%v", err)
		}
	})
}

// What the service would refuse is said before anything is written.
func TestRefusals(t *testing.T) {
	service, fake := newService(t, false)
	d, e := evaluation(2)
	twice, _ := evaluation(2)
	twice.Cases[1].Input = twice.Cases[0].Input
	for says, try := range map[string]func() error{
		"no metric \"Builtin.Toxicity\"": func() error {
			_, err := service.Start(t.Context(), modeleval.Job{Name: "a", Metrics: []string{"Builtin.Toxicity"}, Judge: "m"}, d, e, "warm")
			return err
		},
		"needs a task": func() error {
			_, err := service.Start(t.Context(), modeleval.Job{Name: "a", Metrics: []string{"Builtin.Toxicity"}}, d, e, "warm")
			return err
		},
		"no answers of \"cold\"": func() error { _, err := service.Start(t.Context(), judged, d, e, "cold"); return err },
		"have the same prompt":   func() error { _, err := service.Start(t.Context(), judged, twice, e, "warm"); return err },
		"single dashes": func() error {
			j := judged
			j.Name = "Tone--1"
			_, err := service.Start(t.Context(), j, d, e, "warm")
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if len(fake.jobs) != 0 {
		t.Errorf("%d jobs were started", len(fake.jobs))
	}
}

func FuzzReadResults(f *testing.F) {
	f.Add(`{"automatedEvaluationResult":{"scores":[{"metricName":"Builtin.Correctness","result":0.5,"evaluatorDetails":[{"explanation":"x"}]}]},"inputRecord":{"prompt":"p"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		results, err := modeleval.ReadResults(strings.NewReader(body))
		for _, r := range results {
			if err == nil && r.Prompt == "" {
				t.Error("a result of no prompt")
			}
		}
	})
}
