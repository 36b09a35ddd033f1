package modeleval

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
)

// Client is what is asked of Bedrock; *bedrock.Client is one.
type Client interface {
	CreateEvaluationJob(context.Context, *bedrock.CreateEvaluationJobInput, ...func(*bedrock.Options)) (*bedrock.CreateEvaluationJobOutput, error)
	GetEvaluationJob(context.Context, *bedrock.GetEvaluationJobInput, ...func(*bedrock.Options)) (*bedrock.GetEvaluationJobOutput, error)
}

// Storage is what is asked of S3; *s3.Client is one.
type Storage interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Options tune a Service. The zero value is what the fields say.
type Options struct {
	RoleARN string // the role the service reads and writes the bucket with; required
	Prefix  string // before every key, such as "evaluations/"
	KMSKey  string // of the results; empty is the service's own
	Tags    map[string]string
	// Prompt is a case as the prompt of the dataset. Nil takes the input's only
	// text, or the whole input as JSON.
	Prompt func(experiment.Case) string
}

// Service runs evaluation jobs whose files are in one bucket. It is safe for
// concurrent use.
type Service struct {
	client  Client
	storage Storage
	bucket  string
	o       Options
}

// New returns a service over the clients.
func New(client Client, storage Storage, bucket string, o *Options) *Service {
	s := &Service{client: client, storage: storage, bucket: bucket}
	if o != nil {
		s.o = *o
	}
	return s
}

// Job says what is evaluated and how.
type Job struct {
	Name    string // a-z, 0-9 and single dashes, at most 63; parts of a split dataset get -2, -3, …
	Task    string // Summarization, Classification, QuestionAndAnswer, Generation; empty is General for a judge
	Metrics []string
	Judge   string // the model that judges; empty is an automatic job (accuracy, robustness, toxicity)
}

// The metrics of each kind of job: the SDK's EvaluationDatasetMetricConfig.
var (
	automaticMetrics = []string{"Builtin.Accuracy", "Builtin.Robustness", "Builtin.Toxicity"}
	judgeMetrics     = []string{
		"Builtin.Correctness", "Builtin.Completeness", "Builtin.Faithfulness", "Builtin.Helpfulness",
		"Builtin.Coherence", "Builtin.Relevance", "Builtin.FollowingInstructions", "Builtin.ProfessionalStyleAndTone",
		"Builtin.Harmfulness", "Builtin.Stereotyping", "Builtin.Refusal",
	}
	jobName = regexp.MustCompile(`^[a-z0-9](-?[a-z0-9]){0,62}$`)
)

// check reports what the service would refuse, before anything is written.
func (j Job) check(o Options) error {
	allowed, kind := automaticMetrics, "an automatic job"
	if j.Judge != "" {
		allowed, kind = judgeMetrics, "a job with a judge"
	}
	switch {
	case o.RoleARN == "":
		return errors.New("modeleval: the job needs a role (Options.RoleARN)")
	case !jobName.MatchString(j.Name) || len(j.Name) > 60:
		return fmt.Errorf("modeleval: the job's name %q is not of a-z, 0-9 and single dashes, 60 at most", j.Name)
	case j.Judge == "" && j.Task == "":
		return errors.New("modeleval: an automatic job needs a task: Summarization, Classification, QuestionAndAnswer or Generation")
	case len(j.Metrics) == 0:
		return fmt.Errorf("modeleval: no metrics; %s has %s", kind, strings.Join(allowed, ", "))
	}
	for _, m := range j.Metrics {
		if !slices.Contains(allowed, m) {
			return fmt.Errorf("modeleval: %s has no metric %q; it has %s", kind, m, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// Running is a started evaluation, which may be several jobs.
type Running struct {
	Subject string
	Jobs    []string // their ARNs
	Names   []string
}

// Start writes the answers of one subject to S3 and starts a job over each 1,000
// of them. What was started before an error is in Running.
func (s *Service) Start(ctx context.Context, j Job, d *experiment.Dataset, e *experiment.Evaluation, subject string) (Running, error) {
	r := Running{Subject: subject}
	if err := j.check(s.o); err != nil {
		return r, err
	}
	lines, err := s.lines(d, e, subject)
	if err != nil {
		return r, err
	}
	part := 0
	for chunk := range slices.Chunk(lines, maxPrompts) {
		part++
		name := j.Name
		if part > 1 {
			name = fmt.Sprintf("%s-%d", j.Name, part)
		}
		key := s.o.Prefix + "datasets/" + name + ".jsonl"
		if err := s.put(ctx, key, chunk); err != nil {
			return r, err
		}
		out, err := s.client.CreateEvaluationJob(ctx, s.input(j, name, key, subject))
		if err != nil {
			return r, fmt.Errorf("modeleval: starting %s: %w", name, err)
		}
		r.Jobs, r.Names = append(r.Jobs, *out.JobArn), append(r.Names, name)
	}
	return r, nil
}

func (s *Service) input(j Job, name, key, subject string) *bedrock.CreateEvaluationJobInput {
	task := types.EvaluationTaskType(j.Task)
	if j.Task == "" {
		task = "General" // the guide's word for jobs with a judge; the SDK's list lacks it
	}
	config := types.AutomatedEvaluationConfig{DatasetMetricConfigs: []types.EvaluationDatasetMetricConfig{{
		TaskType: task, MetricNames: j.Metrics,
		Dataset: &types.EvaluationDataset{
			Name: &name, DatasetLocation: &types.EvaluationDatasetLocationMemberS3Uri{Value: "s3://" + s.bucket + "/" + key},
		},
	}}}
	if j.Judge != "" {
		config.EvaluatorModelConfig = &types.EvaluatorModelConfigMemberBedrockEvaluatorModels{
			Value: []types.BedrockEvaluatorModel{{ModelIdentifier: &j.Judge}},
		}
	}
	in := &bedrock.CreateEvaluationJobInput{
		JobName: &name, RoleArn: &s.o.RoleARN, ApplicationType: types.ApplicationTypeModelEvaluation,
		EvaluationConfig: &types.EvaluationConfigMemberAutomated{Value: config},
		InferenceConfig: &types.EvaluationInferenceConfigMemberModels{Value: []types.EvaluationModelConfig{
			&types.EvaluationModelConfigMemberPrecomputedInferenceSource{
				Value: types.EvaluationPrecomputedInferenceSource{InferenceSourceIdentifier: &subject},
			},
		}},
		OutputDataConfig: &types.EvaluationOutputDataConfig{S3Uri: new("s3://" + s.bucket + "/" + s.results(name))},
	}
	if s.o.KMSKey != "" {
		in.CustomerEncryptionKeyId = &s.o.KMSKey
	}
	for k, v := range s.o.Tags {
		in.JobTags = append(in.JobTags, types.Tag{Key: &k, Value: &v})
	}
	return in
}

// results is where a job's files go.
func (s *Service) results(name string) string { return s.o.Prefix + "results/" + name + "/" }
