package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// asChecked is what a person is told when files that changed cannot be served:
// what check finds in them, which names the files at fault, then what of err it
// did not find.
func (s *site) asChecked(ctx context.Context, err error) string {
	places := s.args
	if dir := s.workspace.prompts.Dir; dir != "" {
		places = append(slices.Clone(places), dir)
	}
	files, unread := sources(places)
	if unread != nil {
		return s.app.explain(err)
	}
	faults, unchecked := s.app.faults(ctx, eachOnce(files), s.places.store)
	if unchecked != nil || len(faults) == 0 {
		return s.app.explain(err)
	}
	for _, f := range faultsOf(err, "", s.args[0]) {
		known := func(g fault) bool { return f.compare(g) == 0 }
		if !slices.ContainsFunc(faults, known) {
			faults = append(faults, f)
		}
	}
	return (&faultError{faults: faults}).Error()
}

// eachOnce leaves out files that were listed before, as those of a folder of
// prompts inside the folder of chains.
func eachOnce(files []source) []source {
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f source) bool {
		path, err := filepath.Abs(f.path)
		if err != nil {
			return false
		}
		again := seen[path]
		seen[path] = true
		return again
	})
}

// takenName is the fault of a chain whose name another file has: only one of
// them could be served.
func takenName(file, name, other string) error {
	return &faultError{faults: []fault{{File: file, Message: fmt.Sprintf("chain %s is in %s too", name, other)}}}
}
