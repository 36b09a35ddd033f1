package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/serve"
)

// site is a folder of chains that is being served. Only one goroutine at a time
// uses it.
type site struct {
	app       *app
	args      []string
	places    places
	server    *serve.Server
	workspace *workspace
	opened    projectState       // of workspace
	old       []*workspace       // runs that began with them may still go on
	seen      map[string]stamp   // the files as they were read
	trials    trials             // chains that are served as experiments
	waiting   chain.Checkpointer // what runs wait at, where causeway.yaml names no place; nil until one may
}

// stamp tells one state of a file from another.
type stamp struct {
	size     int64
	modified time.Time
}

// watch looks for changes until ctx ends.
func (s *site) watch(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.look(ctx)
		}
	}
}

// start reads everything for the first time.
func (s *site) start(ctx context.Context) ([]*chain.Chain, error) {
	var err error
	if s.workspace, err = s.app.open(s.args[0], s.places); err != nil {
		return nil, err
	}
	if s.seen, err = s.stamps(); err != nil {
		return nil, err
	}
	s.opened = s.projectNow(s.seen)
	return s.read(ctx, s.workspace)
}

// look serves the files as they are now, if they have changed and have no
// faults; else it tells the faults and leaves what is served. Stores and models
// stay as long as causeway.yaml does: what they have learned, and memory in
// this process, outlive a changed prompt.
func (s *site) look(ctx context.Context) {
	now, err := s.stamps()
	if err != nil || maps.Equal(now, s.seen) {
		return // a file that goes away while it is looked at is seen the next time
	}
	s.seen = now
	opens, next := s.projectNow(now), s.workspace
	if opens != s.opened {
		next, err = s.app.open(s.args[0], s.places)
	}
	var chains []*chain.Chain
	if err == nil {
		chains, err = s.read(ctx, next)
	}
	if err != nil {
		if next != nil && next != s.workspace {
			_ = next.Close()
		}
		fmt.Fprintf(s.app.io.Err, "%s\nthe last version without faults is still served\n", s.asChecked(ctx, err))
		return
	}
	if next != s.workspace {
		s.old = append(s.old, s.workspace)
		s.workspace, s.opened = next, opens
	}
	s.server.Replace(chains)
	fmt.Fprintf(s.app.io.Err, "files have changed, now serving %s: %s\n", screen.Count(len(chains), "chain"), strings.Join(chainNames(chains), ", "))
}

// read loads every chain and returns all faults at once.
func (s *site) read(ctx context.Context, w *workspace) ([]*chain.Chain, error) {
	files, err := sources(s.args)
	if err != nil {
		return nil, err
	}
	w.forgetFiles()
	var chains []*chain.Chain
	var trials []*trial
	var faults []error
	named := map[string]string{}
	for _, f := range files {
		if f.kind != kindChain {
			continue
		}
		c, err := s.load(ctx, w, f.path)
		if err != nil {
			faults = append(faults, w.cause(err))
			continue
		}
		if other := named[c.Name()]; other != "" {
			faults = append(faults, takenName(f.path, c.Name(), other))
			continue
		}
		named[c.Name()] = f.path
		if at := w.project.Experiments.Run[c.Name()]; at != "" {
			t, err := s.trial(ctx, w, at, f.path, c)
			if err != nil {
				faults = append(faults, w.cause(err))
				continue
			}
			c, trials = t.runner.Chain(), append(trials, t)
		}
		chains = append(chains, c)
	}
	for name := range w.project.Experiments.Run {
		if named[name] == "" {
			faults = append(faults, noSuchTrial(w.project.Path, name, named))
		}
	}
	if len(faults) > 0 {
		return nil, faultList(faults)
	}
	if len(chains) == 0 {
		return nil, usagef("there is no chain in %s", strings.Join(s.args, ", "))
	}
	s.trials.replace(trials) // not before: what is served stays whole while there are faults
	return chains, nil
}

// load reads a chain, with a place for what its runs wait at.
func (s *site) load(ctx context.Context, w *workspace, file string) (*chain.Chain, error) {
	c, err := w.load(ctx, file)
	if err != nil || !c.Waits() {
		return c, err
	}
	registry, err := w.registry(ctx)
	if err != nil || registry.Checkpoints != nil {
		return c, err
	}
	registry.Checkpoints = s.checkpoints(w, c)
	return w.loadFrom(ctx, registry, file)
}

// checkpoints is where runs of c are written down: where causeway.yaml says, or
// for runs that may wait for a person as long as the server runs, also when the
// chain's file changes.
func (s *site) checkpoints(w *workspace, c *chain.Chain) chain.Checkpointer {
	if w.opened.Checkpoints != nil || !c.Waits() {
		return w.opened.Checkpoints
	}
	if s.waiting == nil {
		s.waiting = chain.NewInProcessCheckpoints()
	}
	return s.waiting
}

// faultList joins what is wrong with several chains, each fault once: two of
// them may share a faulty file.
func faultList(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	all := &faultError{err: errors.Join(errs...)}
	for _, err := range errs {
		for _, f := range faultsOf(err, "", "") {
			if !slices.Contains(all.faults, f) {
				all.faults = append(all.faults, f)
			}
		}
	}
	return all
}

// stamps looks at every file that what is served may depend on.
func (s *site) stamps() (map[string]stamp, error) {
	args := slices.Clone(s.args)
	if path := s.projectPath(); path != "" {
		args = append(args, path)
	}
	if dir := s.workspace.prompts.Dir; dir != "" {
		args = append(args, dir)
	}
	args = slices.AppendSeq(args, maps.Values(s.workspace.project.Experiments.Run))
	files, err := sources(args)
	if err != nil {
		return nil, err
	}
	stamps := map[string]stamp{}
	for _, f := range files {
		info, err := os.Stat(f.path)
		if err != nil {
			return nil, err
		}
		stamps[f.path] = stamp{info.Size(), info.ModTime()}
	}
	return stamps, nil
}

func (s *site) close() {
	if err := s.trials.close(); err != nil {
		fmt.Fprintf(s.app.io.Err, "what came of experiments was not kept: %v\n", err)
	}
	for _, w := range append(s.old, s.workspace) {
		if w != nil {
			_ = w.Close()
		}
	}
}
