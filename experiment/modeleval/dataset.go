package modeleval

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
)

// maxPrompts is how many prompts one job takes.
const maxPrompts = 1000

// Line is one line of the dataset, in the service's form.
type Line struct {
	Prompt            string     `json:"prompt"`
	ReferenceResponse string     `json:"referenceResponse,omitempty"`
	Category          string     `json:"category,omitempty"`
	ModelResponses    []Response `json:"modelResponses"` // exactly one
}

// Response is an answer that was given elsewhere.
type Response struct {
	Response        string `json:"response"`
	ModelIdentifier string `json:"modelIdentifier"` // the job's inference source
}

// lines are the first answers of subject to each case. Results are paired by
// prompt, so no two cases may have the same one.
func (s *Service) lines(d *experiment.Dataset, e *experiment.Evaluation, subject string) ([]Line, error) {
	answers := map[string]string{}
	for _, item := range e.Items {
		if item.Subject == subject && item.Repeat == 0 && item.Error == "" {
			answers[item.Case] = item.Answer.Text
		}
	}
	var lines []Line
	used := map[string]string{}
	for _, c := range d.Cases {
		answer, answered := answers[c.ID]
		if !answered {
			continue
		}
		l := Line{Prompt: s.prompt(c), Category: c.Category, ModelResponses: []Response{{answer, subject}}}
		if other, taken := used[l.Prompt]; taken {
			return nil, fmt.Errorf("modeleval: the cases %s and %s have the same prompt; results are paired by it", other, c.ID)
		}
		used[l.Prompt] = c.ID
		switch reference := c.Reference.(type) {
		case nil:
		case string:
			l.ReferenceResponse = reference
		default:
			body, err := json.Marshal(reference)
			if err != nil {
				return nil, fmt.Errorf("modeleval: case %s: %w", c.ID, err)
			}
			l.ReferenceResponse = string(body)
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("modeleval: the evaluation has no answers of %q", subject)
	}
	return lines, nil
}

func (s *Service) prompt(c experiment.Case) string {
	if s.o.Prompt != nil {
		return s.o.Prompt(c)
	}
	if len(c.Input) == 1 {
		for _, v := range c.Input {
			if text, isText := v.(string); isText {
				return text
			}
		}
	}
	body, err := json.Marshal(c.Input)
	if err != nil {
		return fmt.Sprint(c.Input)
	}
	return string(body)
}

func (s *Service) put(ctx context.Context, key string, lines []Line) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			return fmt.Errorf("modeleval: %w", err)
		}
	}
	_, err := s.storage.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(body.Bytes()), ContentType: new("application/jsonl"),
	})
	if err != nil {
		return fmt.Errorf("modeleval: writing the dataset: %w", err)
	}
	return nil
}
