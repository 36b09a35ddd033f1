package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// The values that a run is recorded with. A metric of the experiment's file
// that has one of these names needs no code.
const (
	LatencyMS    = "latency_ms"     // of runs that succeeded
	FirstTokenMS = "first_token_ms" // of streamed runs
	TokensIn     = "tokens_in"
	TokensOut    = "tokens_out"
	Cost         = "cost"  // by TrackerOptions.Price
	Failed       = "error" // 1 for a run that failed, 0 for one that did not
	WaitedMS     = "waited_ms"
	Attempts     = "attempts" // requests to models, retries included
)

// Tracker records what happens in an experiment: who saw what, and what came of
// it. It is safe for concurrent use.
type Tracker struct {
	e   *Experiment
	log Log
	o   TrackerOptions

	mu    sync.Mutex
	seen  map[string]struct{} // exposures written by this process
	older map[string]struct{}
}

// TrackerOptions tune a Tracker. The zero value is what the fields say.
type TrackerOptions struct {
	// Price returns what a run cost, in the currency of your choice. Nil records
	// no cost.
	Price func(*chain.Result) float64
	// KeepNotes stores the comments that come with feedback. They are people's
	// own words; the default drops them.
	KeepNotes bool
}

// maxSeen bounds what is remembered of exposures; a forgotten one is written
// again, which the analysis does not mind.
const maxSeen = 100_000

// NewTracker returns a tracker that writes to log.
func NewTracker(e *Experiment, log Log, o *TrackerOptions) *Tracker {
	t := &Tracker{e: e, log: log, seen: map[string]struct{}{}}
	if o != nil {
		t.o = *o
	}
	return t
}

// Expose records that unit got a's variant, once for each process, unit and
// step. Assignments that do not count are not recorded.
func (t *Tracker) Expose(ctx context.Context, unit string, a Assignment) error {
	if !a.Counts() {
		return nil
	}
	return t.expose(ctx, unit, a.Variant.Key, a.Step)
}

func (t *Tracker) expose(ctx context.Context, unit, variant string, step int) error {
	id := "x-" + UnitID(t.e.Key, unit) + "-" + variant + "-" + strconv.Itoa(step)
	if !t.first(id) {
		return nil
	}
	v, _ := t.e.Variant(variant)
	err := t.log.Append(ctx, Record{
		ID: id, Kind: Exposure, Time: time.Now(), Experiment: t.e.Key,
		Variant: variant, Unit: UnitID(t.e.Key, unit), Step: step, Prompt: v.Prompt,
	})
	if err != nil {
		t.forget(id)
	}
	return err
}

// first reports whether id is new, and remembers it. Two generations keep the
// last maxSeen at least, without a list to maintain.
func (t *Tracker) first(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.seen[id]; known {
		return false
	}
	_, known := t.older[id]
	if len(t.seen) >= maxSeen {
		t.older, t.seen = t.seen, map[string]struct{}{}
	}
	t.seen[id] = struct{}{}
	return !known
}

func (t *Tracker) forget(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, id)
	delete(t.older, id)
}

// Run records what one run came to: its time, tokens, waits and whether it
// failed. res may be nil when there is none. A run that its caller cancelled
// says nothing about the variant and is not recorded.
func (t *Tracker) Run(ctx context.Context, unit string, a Assignment, res *chain.Result, runErr error) error {
	if !a.Counts() || errors.Is(runErr, context.Canceled) {
		return nil
	}
	return t.run(ctx, unit, a.Variant.Key, a.Step, res, runErr)
}

func (t *Tracker) run(ctx context.Context, unit, variant string, step int, res *chain.Result, runErr error) error {
	r := Record{
		ID: "r-" + rand.Text(), Kind: Outcome, Time: time.Now(), Experiment: t.e.Key,
		Variant: variant, Unit: UnitID(t.e.Key, unit), Step: step, Values: map[string]float64{Failed: 0},
	}
	if runErr != nil {
		r.Values[Failed] = 1
	}
	if res != nil {
		r.RunID = res.RunID
		r.ID = "r-" + res.RunID + "-" + variant
		t.measure(&r, res, runErr == nil)
	}
	return t.log.Append(ctx, r)
}

// step records one step of a run: its time, and whether it failed.
func (t *Tracker) step(ctx context.Context, unit string, a Assignment, info chain.RunInfo, spent time.Duration, err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	values := map[string]float64{Failed: 1}
	if err == nil {
		values = map[string]float64{Failed: 0, LatencyMS: millis(spent)}
	}
	return t.log.Append(ctx, Record{
		ID: "s-" + info.ID + "-" + info.Step, Kind: Outcome, Time: time.Now(), Experiment: t.e.Key,
		Variant: a.Variant.Key, Unit: UnitID(t.e.Key, unit), RunID: info.ID, Step: a.Step, Values: values,
	})
}

func (t *Tracker) measure(r *Record, res *chain.Result, succeeded bool) {
	v := r.Values
	v[TokensIn], v[TokensOut] = float64(res.Usage.Input), float64(res.Usage.Output)
	v[WaitedMS], v[Attempts] = millis(res.Waited), float64(res.Attempts)
	if succeeded {
		v[LatencyMS] = millis(res.Duration)
	}
	if res.FirstToken > 0 {
		v[FirstTokenMS] = millis(res.FirstToken)
	}
	if t.o.Price != nil {
		v[Cost] = t.o.Price(res)
	}
	if len(res.Prompts) > 0 {
		last := res.Prompts[len(res.Prompts)-1]
		r.Prompt, r.SHA256 = last.Ref, last.SHA256
	}
	for _, s := range res.Steps {
		if s.Model != "" {
			r.Model = s.Model
		}
	}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Feedback is what a person, or a grader, said about one run.
type Feedback struct {
	RunID  string             // the run it is about; or
	Unit   string             // the unit, where no run is known
	Values map[string]float64 // such as csat: 4, or thumbs: 1
	Note   string             // dropped unless TrackerOptions.KeepNotes
	Source string             // who says so, when several do; one source's later word replaces its earlier one
}

// Feedback records f. The analysis joins it to its unit by the run, whenever it
// comes. Whether that run was part of the experiment need not be known: what
// belongs to no unit is left out there.
func (t *Tracker) Feedback(ctx context.Context, f Feedback) error {
	r := Record{
		ID: "f-" + f.RunID + "-" + f.Source, Kind: Outcome, Time: time.Now(), Experiment: t.e.Key,
		RunID: f.RunID, Values: f.Values,
	}
	if f.Unit != "" {
		r.Unit = UnitID(t.e.Key, f.Unit)
	}
	if f.RunID == "" {
		r.ID = "f-" + rand.Text()
	}
	if t.o.KeepNotes {
		r.Note = f.Note
	}
	return t.log.Append(ctx, r)
}

// Grade has graders judge one live run and records their scores, by the name of
// the metric that each one feeds. It asks them one after another, here and now:
// grade a sample of the runs, beside them.
func (t *Tracker) Grade(ctx context.Context, runID string, c Case, a Answer, graders map[string]Grader) error {
	values := make(map[string]float64, len(graders))
	for metric, g := range graders {
		s, err := g.Grade(ctx, c, a)
		if err != nil {
			return fmt.Errorf("grading %s by %s: %w", runID, g.Name(), err)
		}
		values[metric] = s.Value
	}
	return t.Feedback(ctx, Feedback{RunID: runID, Values: values, Source: "graders"})
}

// Opinion is a person's word as values: score (1 to 5) as csat, thumbs (up or
// down) as thumbs, 1 or 0. It is nil when neither is given.
func Opinion(score *float64, thumbs string) map[string]float64 {
	values := map[string]float64{}
	if score != nil {
		values["csat"] = *score
	}
	switch thumbs {
	case "up":
		values["thumbs"] = 1
	case "down":
		values["thumbs"] = 0
	}
	if len(values) == 0 {
		return nil
	}
	return values
}
