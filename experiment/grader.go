package experiment

import (
	"context"
	"encoding/json"
)

// Grader says how good an answer is. Package grade holds the usual ones; any
// Go type may be one. It is asked by several goroutines at once.
type Grader interface {
	// Name tells the grader and what it was set to: scores of the same name are
	// taken from the cache.
	Name() string
	// Grade returns the answer's score. An error is the grader's own, such as a
	// judge that cannot be reached; a wrong answer is a low score.
	Grade(ctx context.Context, c Case, a Answer) (Score, error)
}

// Score is one grader's word on one answer.
type Score struct {
	Value float64 `json:"value"` // 0 is wrong, 1 is right
	Pass  bool    `json:"pass"`
	Why   string  `json:"why,omitempty"` // for a person who looks at a failure
}

// PassFail is the score of a yes or no.
func PassFail(pass bool, why string) Score {
	if pass {
		return Score{Value: 1, Pass: true}
	}
	return Score{Why: why}
}

// GraderFunc makes a grader of a function.
func GraderFunc(name string, grade func(ctx context.Context, c Case, a Answer) (Score, error)) Grader {
	return graderFunc{name, grade}
}

type graderFunc struct {
	name  string
	grade func(ctx context.Context, c Case, a Answer) (Score, error)
}

func (g graderFunc) Name() string { return g.name }

func (g graderFunc) Grade(ctx context.Context, c Case, a Answer) (Score, error) {
	return g.grade(ctx, c, a)
}

// textOf is data as a grader of text reads it.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	body, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(body)
}
