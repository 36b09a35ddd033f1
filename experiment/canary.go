package experiment

import (
	"context"
	"crypto/rand"
	"time"
)

// Review analyses the experiment once, as its log is now. One that was halted
// stands still from then on. A canary it moves: to
// nothing when a guardrail is breached, the split is broken or the primary
// metric is worse, and to the next step when every variant has the units a
// verdict needs and nothing speaks against it. The step is written to the log,
// from which every other process's Review takes it. A winner it promotes when
// both the file and RunnerOptions.Prompts ask for it.
func (r *Runner) Review(ctx context.Context) (*Report, error) {
	report, err := Analyze(r.e, r.tracker.log.Read(ctx, r.e.Key), nil)
	if err != nil {
		return nil, err
	}
	if report.halted {
		r.step.Store(-1)
		return report, nil
	}
	if err := r.promote(ctx, report.Verdict); err != nil || r.e.Mode != Canary {
		return report, err
	}
	step := r.e.next(report)
	if step != report.Step {
		if err := r.tracker.decide(ctx, step, report.Verdict.Sentence); err != nil {
			return report, err
		}
	}
	r.step.Store(int32(step))
	return report, nil
}

// promote does what the file's decision asks for. A canary's winner has to be
// at its last step first.
func (r *Runner) promote(ctx context.Context, v Verdict) error {
	alias := r.e.Decision.Promote
	if r.o.Prompts == nil || alias == "" || v.Action != Ship || r.e.Mode == Canary && int(r.step.Load()) < len(r.e.Steps)-1 {
		return nil
	}
	_, err := r.e.Promote(ctx, r.o.Prompts, v.Variant, alias, nil)
	return err
}

// next is the step that follows from a report.
func (e *Experiment) next(r *Report) int {
	switch r.Verdict.Action {
	case Repair, Stop:
		return -1
	case Keep:
		return -1 // the control is better, for certain
	case Ship:
		return min(r.Step+1, len(e.Steps)-1)
	case Collect:
	}
	for _, a := range r.Arms {
		if a.Units < e.Decision.MinUnits {
			return r.Step
		}
	}
	return min(r.Step+1, len(e.Steps)-1)
}

// Watch reviews the experiment every period until ctx ends: a canary whose
// guardrail is breached is stepped down within one period. What a review could
// not do goes to RunnerOptions.OnError, and the next one tries again.
func (r *Runner) Watch(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if _, err := r.Review(ctx); err != nil && ctx.Err() == nil {
			r.record(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// decide writes a step to the log.
func (t *Tracker) decide(ctx context.Context, step int, why string) error {
	return t.log.Append(ctx, Record{
		ID: "d-" + rand.Text(), Kind: Decided, Time: time.Now(), Experiment: t.e.Key, Step: step, Note: why,
	})
}

// Halt writes to the log that everybody gets the control from now on; why is for
// people. Every process learns it with its next Review. Outcomes still arrive
// and are analysed.
func (t *Tracker) Halt(ctx context.Context, why string) error { return t.decide(ctx, -1, why) }
