// Package grade holds the usual graders of an evaluation: comparisons with the
// reference, limits of time and cost, tool trajectories, and models as judges.
//
//	judge, err := grade.Judge(model, "The answer is polite and names the next step.", nil)
//	_, err = experiment.Evaluate(ctx, dataset, subjects, &experiment.EvalOptions{
//		Graders: []experiment.Grader{grade.Exact(), grade.Latency(2 * time.Second), judge},
//	})
//
// [Parse] makes one of a short text, as a command line has it. Every grader is
// safe for concurrent use.
package grade
