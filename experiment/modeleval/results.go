package modeleval

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
)

// JobError says that a job did not complete.
type JobError struct {
	Job     string // its ARN
	Status  string // Failed or Stopped
	Reasons []string
}

// Error tells the service's reasons.
func (e *JobError) Error() string {
	return fmt.Sprintf("modeleval: %s: %s: %s", e.Job, e.Status, strings.Join(e.Reasons, "; "))
}

// Wait asks every so often until all jobs are complete. A job takes minutes to
// hours: bound it by ctx. The error is a *JobError for one that failed or was
// stopped.
func (s *Service) Wait(ctx context.Context, r Running, every time.Duration) error {
	for _, arn := range r.Jobs {
		for {
			out, err := s.client.GetEvaluationJob(ctx, &bedrock.GetEvaluationJobInput{JobIdentifier: &arn})
			if err != nil {
				return fmt.Errorf("modeleval: %s: %w", arn, err)
			}
			if out.Status == types.EvaluationJobStatusCompleted {
				break
			}
			if out.Status != types.EvaluationJobStatusInProgress && out.Status != types.EvaluationJobStatusStopping {
				return &JobError{arn, string(out.Status), out.FailureMessages}
			}
			select {
			case <-time.After(every):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// Result is the service's word on one answer.
type Result struct {
	Prompt string
	Scores map[string]float64 // by metric; a metric without a number is left out
	Why    map[string]string  // the judge's explanations
}

// maxResultLine bounds one line of a result file.
const maxResultLine = 8 << 20

// outputLine is the service's form of a result.
type outputLine struct {
	Automated struct {
		Scores []struct {
			Metric  string   `json:"metricName"`
			Result  *float64 `json:"result"`
			Details []struct {
				Explanation string `json:"explanation"`
			} `json:"evaluatorDetails"`
		} `json:"scores"`
	} `json:"automatedEvaluationResult"`
	Input struct {
		Prompt string `json:"prompt"`
	} `json:"inputRecord"`
}

// Results reads what the jobs found.
func (s *Service) Results(ctx context.Context, r Running) ([]Result, error) {
	var all []Result
	for _, name := range r.Names {
		found, err := s.job(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (s *Service) job(ctx context.Context, name string) ([]Result, error) {
	prefix := s.results(name)
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix}
	var all []Result
	for {
		page, err := s.storage.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("modeleval: results of %s: %w", name, err)
		}
		for _, o := range page.Contents {
			if o.Key == nil || !strings.HasSuffix(*o.Key, "_output.jsonl") {
				continue
			}
			found, err := s.file(ctx, *o.Key)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		if page.NextContinuationToken == nil {
			break
		}
		in.ContinuationToken = page.NextContinuationToken
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("modeleval: the job %s left no results below s3://%s/%s", name, s.bucket, prefix)
	}
	return all, nil
}

func (s *Service) file(ctx context.Context, key string) ([]Result, error) {
	object, err := s.storage.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("modeleval: %w", err)
	}
	defer object.Body.Close()
	results, err := ReadResults(object.Body)
	if err != nil {
		return nil, fmt.Errorf("modeleval: s3://%s/%s: %w", s.bucket, key, err)
	}
	return results, nil
}

// ReadResults reads a result file of the service.
func ReadResults(r io.Reader) ([]Result, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxResultLine)
	var all []Result
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var line outputLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Input.Prompt == "" {
			return nil, fmt.Errorf("line %d is no result", n)
		}
		result := Result{Prompt: line.Input.Prompt, Scores: map[string]float64{}, Why: map[string]string{}}
		for _, score := range line.Automated.Scores {
			if score.Result != nil {
				result.Scores[score.Metric] = *score.Result
			}
			if len(score.Details) > 0 {
				result.Why[score.Metric] = score.Details[0].Explanation
			}
		}
		all = append(all, result)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("a line is longer than %d bytes", maxResultLine)
		}
		return nil, err
	}
	return all, nil
}

// Compare tests whether the second variant's scores differ from the first's, at
// the error rate alpha.
func Compare(pairs []Pair, alpha float64) experiment.PairedTest {
	a, b := make([]float64, len(pairs)), make([]float64, len(pairs))
	for i, p := range pairs {
		a[i], b[i] = p.A, p.B
	}
	return experiment.ComparePaired(a, b, alpha)
}

// Pair is one prompt's scores in two variants.
type Pair struct {
	Prompt string
	A, B   float64
}

// Paired returns the prompts that both have a score of metric for, in a's
// order.
func Paired(a, b []Result, metric string) []Pair {
	other := map[string]float64{}
	for _, r := range b {
		if v, has := r.Scores[metric]; has {
			other[r.Prompt] = v
		}
	}
	var pairs []Pair
	for _, r := range a {
		v, has := r.Scores[metric]
		if w, both := other[r.Prompt]; has && both {
			pairs = append(pairs, Pair{r.Prompt, v, w})
		}
	}
	return pairs
}
