package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/s3log"
	"github.com/causeway-go/causeway/serve"
)

// trials are the experiments that are served, and where what people say of
// their runs goes. It is a serve.FeedbackStore; the zero value has none.
type trials struct {
	log experiment.Log // nil: not opened

	mu       sync.Mutex
	trackers map[string]*experiment.Tracker // by the experiment's key
	stop     []func()                       // end the runners of those that are served
}

// trial is one experiment that is about to be served.
type trial struct {
	e       *experiment.Experiment
	tracker *experiment.Tracker
	runner  *experiment.Runner
}

// trial makes the experiment in the file at of the chain c in file: its chain
// has c's name and gives each conversation its variant.
func (s *site) trial(ctx context.Context, w *workspace, at, file string, c *chain.Chain) (*trial, error) {
	e, err := readExperiment(shortPath(at))
	if err != nil {
		return nil, err
	}
	chains, err := w.variants(ctx, e, file)
	if err != nil {
		return nil, err
	}
	if err := s.openTrialLog(ctx, w); err != nil {
		return nil, err
	}
	tracker := experiment.NewTracker(e, s.trials.log, &experiment.TrackerOptions{Price: w.cost()})
	runner, err := experiment.NewRunner(e, chains, tracker, &experiment.RunnerOptions{
		Checkpoints: s.checkpoints(w, c),
		OnError:     func(err error) { fmt.Fprintf(s.app.io.Err, "experiment %s: not recorded: %v\n", e.Key, err) },
	})
	if err != nil {
		return nil, err
	}
	return &trial{e, tracker, runner}, nil
}

// noSuchTrial is the fault of an experiment on a chain that is not there.
func noSuchTrial(file, name string, chains map[string]string) error {
	return &faultError{faults: []fault{{
		File:    shortPath(file),
		Message: fmt.Sprintf("experiments names the chain %q, which is not here; %s", name, project.Suggest(name, slices.Collect(maps.Keys(chains)))),
	}}}
}

// variants loads the chain in file once for each variant of e.
func (w *workspace) variants(ctx context.Context, e *experiment.Experiment, file string) (map[string]*chain.Chain, error) {
	registry, err := w.registry(ctx)
	if err != nil {
		return nil, err
	}
	store, err := w.openPrompts(ctx)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(file)
	chains, err := e.Load(ctx, os.DirFS(dir), filepath.Base(file), registry, &experiment.LoadOptions{Store: store})
	if err != nil {
		return nil, &faultError{faultsOf(err, dir, file), err}
	}
	return chains, nil
}

// openTrialLog opens the log of all experiments, once.
func (s *site) openTrialLog(ctx context.Context, w *workspace) (err error) {
	if s.trials.log == nil {
		s.trials.log, err = w.trialLog(ctx)
	}
	return err
}

// trialLog is where causeway.yaml wants it: the folder experiments beside it,
// unless it says otherwise, or unless nothing may leave this machine.
func (w *workspace) trialLog(ctx context.Context) (experiment.Log, error) {
	l := w.project.Experiments.Log
	beside := filepath.Join(filepath.Dir(w.project.Path), "experiments")
	switch {
	case l.Dir != "":
		return experiment.NewFolderLog(l.Dir), nil
	case l.IsZero():
		return experiment.NewFolderLog(beside), nil
	case w.emulator != nil:
		w.notes = append(w.notes, "what comes of experiments is kept in "+shortPath(beside)+", not in "+l.String())
		return experiment.NewFolderLog(beside), nil
	}
	return w.account.trialLog(ctx, w.project.Region, l)
}

// trialLog opens the log in a bucket.
func (c *account) trialLog(ctx context.Context, region string, l project.Location) (experiment.Log, error) {
	cfg, err := c.ready(ctx, region, logAccess)
	if err != nil {
		return nil, err
	}
	prefix := l.Prefix
	if prefix != "" {
		prefix += "/"
	}
	return s3log.New(s3.NewFromConfig(cfg), l.Bucket, &s3log.Options{Prefix: prefix}), nil
}

// replace lets all take the place of those that were served before. While they
// are, canaries grow or are taken back.
func (t *trials) replace(all []*trial) {
	before := t.stop
	t.stop = nil
	t.mu.Lock()
	if t.trackers == nil {
		t.trackers = map[string]*experiment.Tracker{}
	}
	for _, one := range all {
		t.trackers[one.e.Key] = one.tracker // of one that is served no more it stays: people may still speak
	}
	t.mu.Unlock()
	for _, one := range all {
		t.stop = append(t.stop, one.begin())
	}
	for _, stop := range before {
		stop()
	}
}

// begin watches a canary, until stop is called.
func (t *trial) begin() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	if t.e.Mode == experiment.Canary {
		watching.Go(func() { t.runner.Watch(ctx, time.Minute) })
	}
	return func() {
		cancel()
		watching.Wait()
		t.runner.Close()
	}
}

// Add implements serve.FeedbackStore: what people say of a run that had a
// variant becomes its outcome.
func (t *trials) Add(ctx context.Context, f serve.Feedback) error {
	t.mu.Lock()
	tracker := t.trackers[f.Labels["experiment"]]
	t.mu.Unlock()
	opinion := experiment.Opinion(f.Score, f.Thumbs)
	if tracker == nil || opinion == nil {
		return nil
	}
	return tracker.Feedback(ctx, experiment.Feedback{RunID: f.RunID, Values: opinion})
}

// close waits for shadow runs and writes what the log still holds.
func (t *trials) close() error {
	for _, stop := range t.stop {
		stop()
	}
	if t.log == nil {
		return nil
	}
	return t.log.Close()
}

// feedback keeps what people say in several places.
type feedback []serve.FeedbackStore

// Add implements serve.FeedbackStore.
func (all feedback) Add(ctx context.Context, f serve.Feedback) error {
	var errs []error
	for _, store := range all {
		errs = append(errs, store.Add(ctx, f))
	}
	return errors.Join(errs...)
}
