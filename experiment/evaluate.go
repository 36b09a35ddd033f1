package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/causeway-go/causeway/retry"
)

// EvalOptions tune an evaluation. The zero value is what the fields say.
type EvalOptions struct {
	Graders []Grader
	// Repeats asks every case so often, each time anew: that shows which cases
	// are flaky. 0 means 1.
	Repeats int
	// Parallel bounds the answers asked for at once. 0 means 4.
	Parallel int
	// Journal is a file that answers and scores are written to as they come.
	// What is in it already is not asked again, so an evaluation that was cut
	// off goes on, and the same one again costs nothing. Empty keeps none.
	Journal string
	// Retry is how a failed answer is asked for again. A chain's models should
	// be wrapped by package retry, which knows about throttles; this is for
	// everything else. Its zero value makes 4 attempts.
	Retry retry.Policy
	// Progress hears after every answer. It must not block.
	Progress func(Progress)
	// Alpha is the error rate of intervals and tests. 0 means 0.05.
	Alpha float64
}

// Progress is how far an evaluation is.
type Progress struct {
	Done, Total int
	Cached      int // of Done, taken from the journal
	Failed      int // of Done
	Elapsed     time.Duration
	Left        time.Duration // at the rate so far; 0 when it is not known
}

// Item is one answer to one case, graded.
type Item struct {
	Key     string           `json:"key"`               // of the cache
	Against string           `json:"against,omitempty"` // what the scores were given against, as a hash
	Subject string           `json:"subject"`
	Case    string           `json:"case"`
	Repeat  int              `json:"repeat,omitempty"` // from 0
	Answer  Answer           `json:"answer"`
	Error   string           `json:"error,omitempty"` // why there is no answer, or no score
	Scores  map[string]Score `json:"scores,omitempty"`
}

// Evaluate asks every subject every case and grades the answers. The first
// subject is the one that others are compared with. A case that fails counts as
// failed by every grader and ends nothing; the error is ctx's, or the
// journal's.
func Evaluate(ctx context.Context, d *Dataset, subjects []Subject, o *EvalOptions) (*Evaluation, error) {
	if o == nil {
		o = &EvalOptions{}
	}
	if err := checkEval(d, subjects, o); err != nil {
		return nil, err
	}
	j, err := openJournal(o.Journal)
	if err != nil {
		return nil, err
	}
	run := &evalRun{o: o, journal: j, began: time.Now(), total: len(subjects) * len(d.Cases) * max(1, o.Repeats)}
	items, err := run.all(ctx, d, subjects)
	if err := errors.Join(err, j.close()); err != nil {
		return nil, err
	}
	return summarize(d, subjects, items, o), nil
}

func checkEval(d *Dataset, subjects []Subject, o *EvalOptions) error {
	if d == nil || len(d.Cases) == 0 || len(subjects) == 0 {
		return errors.New("an evaluation needs cases and somebody to ask")
	}
	seen := map[string]bool{}
	for _, s := range subjects {
		if s.Name == "" || s.Ask == nil || seen[s.Name] {
			return fmt.Errorf("the subject %q: every subject has a name of its own and a way to ask it", s.Name)
		}
		seen[s.Name] = true
	}
	seen = map[string]bool{}
	for _, g := range o.Graders {
		if seen[g.Name()] {
			return fmt.Errorf("the grader %s is given twice", g.Name())
		}
		seen[g.Name()] = true
	}
	return nil
}

// evalRun is the state of one evaluation.
type evalRun struct {
	o       *EvalOptions
	journal *journal
	began   time.Time
	total   int

	mu                   sync.Mutex
	done, cached, failed int
}

// all answers everything, at most Parallel at once. Cases come first and
// subjects within them, so that an evaluation that is cut off has pairs.
func (r *evalRun) all(ctx context.Context, d *Dataset, subjects []Subject) ([]Item, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan struct{}, max(1, r.parallel()))
	items := make([]Item, r.total)
	var group sync.WaitGroup
	n := 0
	for repeat := range max(1, r.o.Repeats) {
		for _, c := range d.Cases {
			for _, s := range subjects {
				slot := &items[n]
				n++
				select {
				case places <- struct{}{}:
				case <-ctx.Done():
				}
				if ctx.Err() != nil {
					group.Wait()
					return nil, context.Cause(ctx)
				}
				group.Go(func() {
					defer func() { <-places }()
					item, err := r.item(ctx, s, c, repeat)
					if err != nil {
						cancel(err)
						return
					}
					*slot = item
				})
			}
		}
	}
	group.Wait()
	return items, context.Cause(ctx)
}

func (r *evalRun) parallel() int {
	if r.o.Parallel > 0 {
		return r.o.Parallel
	}
	return 4
}

// item answers and grades one case, as far as the journal does not know it.
func (r *evalRun) item(ctx context.Context, s Subject, c Case, repeat int) (Item, error) {
	key := digest(s.Name, s.Version, c.ID, c.Input, repeat)
	item, known := r.journal.get(key)
	known = known && s.Version != ""
	against := digest(c.Reference, c.Metadata)
	if !known {
		item = Item{Key: key, Subject: s.Name, Case: c.ID, Repeat: repeat}
	}
	if item.Against != against {
		item.Against, item.Scores = against, nil // the case was given another reference
	}
	if !known {
		answer, err := retry.Do(ctx, r.o.Retry, func(ctx context.Context) (Answer, error) { return s.Ask(ctx, c.Input) })
		item.Answer = answer
		if err != nil {
			item.Error = err.Error()
		}
	}
	graded, err := r.grade(ctx, c, &item)
	if ctx.Err() != nil {
		return item, context.Cause(ctx)
	}
	if (!known || graded) && item.Error == "" {
		if err := r.journal.put(item); err != nil {
			return item, err
		}
	}
	if err != nil {
		item.Error = err.Error() // the answer is kept; only its score is asked for again
	}
	r.tell(known, item.Error != "")
	return item, nil
}

// grade fills in the scores that are missing, and reports whether there were
// any.
func (r *evalRun) grade(ctx context.Context, c Case, item *Item) (bool, error) {
	if item.Error != "" {
		return false, nil
	}
	scores := map[string]Score{}
	graded := false
	var failures []error
	for _, g := range r.o.Graders {
		name := g.Name()
		if s, known := item.Scores[name]; known {
			scores[name] = s
			continue
		}
		s, err := g.Grade(ctx, c, item.Answer)
		if err != nil {
			failures = append(failures, fmt.Errorf("grader %s: %w", name, err))
			continue
		}
		scores[name] = s
		graded = true
	}
	item.Scores = scores
	return graded, errors.Join(failures...)
}

func (r *evalRun) tell(cached, failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if cached {
		r.cached++
	}
	if failed {
		r.failed++
	}
	if r.o.Progress == nil {
		return
	}
	p := Progress{Done: r.done, Total: r.total, Cached: r.cached, Failed: r.failed, Elapsed: time.Since(r.began)}
	if asked := r.done - r.cached; asked > 0 {
		p.Left = p.Elapsed / time.Duration(asked) * time.Duration(r.total-r.done)
	}
	r.o.Progress(p)
}
