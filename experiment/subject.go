package experiment

import (
	"context"
	"fmt"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// Subject is what an evaluation asks: usually a variant's chain.
type Subject struct {
	Name string
	// Version identifies what answers, such as the prompt's checksum and the
	// model's id: answers are taken from the cache only for the same version.
	// Empty never takes one.
	Version string
	Ask     func(ctx context.Context, input chain.Values) (Answer, error)
}

// Answer is what a subject said about one case.
type Answer struct {
	Text       string        `json:"text"`            // for graders that read text
	Value      any           `json:"value,omitempty"` // the answer as data
	Model      string        `json:"model,omitempty"`
	Tools      []ToolUse     `json:"tools,omitempty"` // in the order they were called
	Duration   time.Duration `json:"duration"`        // nanoseconds
	FirstToken time.Duration `json:"firstToken,omitempty"`
	TokensIn   int           `json:"tokensIn,omitempty"`
	TokensOut  int           `json:"tokensOut,omitempty"`
	Cost       float64       `json:"cost,omitempty"`
}

// ToolUse is one tool call of an answer.
type ToolUse struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments,omitempty"` // JSON
}

// ChainSubject asks a chain. output names the value that is the answer; empty
// is the chain's only output. version is Subject's, price what a run costs, or
// nil.
func ChainSubject(name string, c *chain.Chain, output, version string, price func(*chain.Result) float64) (Subject, error) {
	if output == "" {
		if len(c.Outputs()) != 1 {
			return Subject{}, fmt.Errorf("subject %s: the chain returns %v; say which is the answer", name, c.Outputs())
		}
		output = c.Outputs()[0]
	}
	return Subject{Name: name, Version: version, Ask: func(ctx context.Context, in chain.Values) (Answer, error) {
		var calls []ToolUse
		res, err := c.Run(ctx, in, &chain.RunOptions{Events: func(e chain.Event) {
			if e.Kind == chain.ToolCall && e.Tool != nil {
				calls = append(calls, ToolUse{e.Tool.Name, e.Tool.Arguments})
			}
		}})
		if err != nil {
			return Answer{}, err
		}
		a := Answer{
			Value: res.Values[output], Tools: calls, Duration: res.Duration, FirstToken: res.FirstToken,
			TokensIn: res.Usage.Input, TokensOut: res.Usage.Output,
		}
		a.Text = textOf(a.Value)
		for _, s := range res.Steps {
			if s.Model != "" {
				a.Model = s.Model
			}
		}
		if price != nil {
			a.Cost = price(res)
		}
		return a, nil
	}}, nil
}

// Subjects are the experiment's variants as an evaluation asks them, over the
// chains that Load returned. version identifies what all of them share, such as
// a hash of the chain's file and of the prompts that no variant pins; empty uses
// no cache. output and price are ChainSubject's.
func (e *Experiment) Subjects(chains map[string]*chain.Chain, output, version string, price func(*chain.Result) float64) ([]Subject, error) {
	subjects := make([]Subject, len(e.Variants))
	for i, v := range e.Variants {
		c := chains[v.Key]
		if c == nil {
			return nil, fmt.Errorf("experiment %s: no chain for the variant %s", e.Key, v.Key)
		}
		own := ""
		if version != "" {
			own = digest(version, v.Prompt, v.Model, v.Chain)
		}
		var err error
		if subjects[i], err = ChainSubject(v.Key, c, output, own, price); err != nil {
			return nil, err
		}
	}
	return subjects, nil
}

// CaseOf makes a case of a run that people have judged, so that a dataset grows
// from what really is asked. The answer becomes the reference where good says
// so; otherwise the case waits for a person to write one. The input is stored as
// it is: keep what is personal out of it.
func CaseOf(input chain.Values, res *chain.Result, output string, opinion map[string]float64, good bool) Case {
	c := Case{ID: res.RunID, Input: input, Metadata: map[string]any{}}
	if good {
		c.Reference = res.Values[output]
	}
	for name, v := range opinion {
		c.Metadata[name] = v
	}
	for _, p := range res.Prompts {
		c.Metadata["prompt"], c.Metadata["sha256"] = p.Ref, p.SHA256
	}
	return c
}
