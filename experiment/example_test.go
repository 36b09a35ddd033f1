package experiment_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/grade"
)

func ExampleExperiment_Assign() {
	e, err := experiment.Parse([]byte(`
schema: causeway.experiment/v1
key: triage-tone
variants:
  - {key: control, prompt: support/triage@41}
  - {key: warm, prompt: support/triage@42}
metrics: {primary: {name: csat}}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, conversation := range []string{"c-1", "c-2", "c-3", "c-1"} {
		a := e.Assign(conversation)
		fmt.Println(conversation, a.Variant.Prompt)
	}
	// Output:
	// c-1 support/triage@42
	// c-2 support/triage@41
	// c-3 support/triage@41
	// c-1 support/triage@42
}

func ExampleAnalyze() {
	e, err := experiment.Parse([]byte(`
schema: causeway.experiment/v1
key: tone
variants: [{key: control}, {key: warm}]
metrics: {primary: {name: csat, kind: binary}}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "tone")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log := experiment.NewFolderLog(dir)
	defer log.Close()
	tracker := experiment.NewTracker(e, log, nil)
	for i := range 2000 {
		unit := fmt.Sprint("conversation-", i)
		a := e.Assign(unit)
		pleased := float64(i % 2) // half of them
		if a.Variant.Key == "warm" && i%8 != 0 {
			pleased = 1 // most of them
		}
		if err := tracker.Expose(ctx, unit, a); err != nil {
			fmt.Println(err)
		}
		if err := tracker.Feedback(ctx, experiment.Feedback{Unit: unit, Values: map[string]float64{"csat": pleased}}); err != nil {
			fmt.Println(err)
		}
	}
	report, err := experiment.Analyze(e, log.Read(ctx, e.Key), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict.Action, report.Verdict.Variant)
	// Output: ship warm
}

func ExampleEvaluate() {
	dataset, err := experiment.ReadDataset(strings.NewReader(`
{"input": {"n": 2}, "reference": "4"}
{"input": {"n": 3}, "reference": "9"}
`), "squares.jsonl")
	if err != nil {
		fmt.Println(err)
		return
	}
	subject := func(name string, f func(n float64) float64) experiment.Subject {
		return experiment.Subject{Name: name, Ask: func(_ context.Context, in chain.Values) (experiment.Answer, error) {
			return experiment.Answer{Text: fmt.Sprint(f(in["n"].(float64)))}, nil
		}}
	}
	e, err := experiment.Evaluate(context.Background(), dataset, []experiment.Subject{
		subject("doubles", func(n float64) float64 { return 2 * n }),
		subject("squares", func(n float64) float64 { return n * n }),
	}, &experiment.EvalOptions{Graders: []experiment.Grader{grade.Exact()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range e.Subjects {
		fmt.Println(s.Name, s.Passed, "of", s.Answers)
	}
	fmt.Println(e.Gate(0.9))
	// Output:
	// doubles 1 of 2
	// squares 2 of 2
	// doubles passes 0.5 of its answers, less than 0.9
}
