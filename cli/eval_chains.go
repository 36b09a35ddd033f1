package cli

import (
	"context"
	"path/filepath"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/experiment"
	"github.com/spf13/cobra"
)

// takesChains makes sure that eval run is given what it asks: one chain or
// several, or the one that --variants is about.
func takesChains(variants *string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usagef("%s takes at least 1 argument, 0 given: %s", cmd.CommandPath(), cmd.UseLine())
		case len(args) > 1 && *variants != "":
			return usagef("--variants is about one chain, %d are given", len(args))
		}
		return nil
	}
}

// check finds flags that would not do what they seem to.
func (f evalFlags) check() error {
	switch {
	case !(f.failUnder >= 0 && f.failUnder <= 1): // and NaN
		return usagef("--fail-under is a share between 0 and 1, such as 0.9, not %v", f.failUnder)
	case f.options.Repeats < 1:
		return usagef("--repeats is at least 1, not %d", f.options.Repeats)
	case f.options.Parallel < 1:
		return usagef("--parallel is at least 1, not %d", f.options.Parallel)
	}
	return nil
}

func completeFiles(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return completeFile(cmd, nil, typed)
}

// chainSubjects are the chains in files. All are asked through the models of
// one project, whose quota they share.
func (w *workspace) chainSubjects(ctx context.Context, files []string, f evalFlags) ([]experiment.Subject, error) {
	var subjects []experiment.Subject
	named := map[string]string{}
	for _, file := range files {
		if err := w.surrounds(file, f.places.store); err != nil {
			return nil, err
		}
		version := ""
		if f.options.Journal != "" {
			var err error
			if version, err = w.version(file); err != nil {
				return nil, err
			}
		}
		c, err := w.load(ctx, file)
		if err != nil {
			return nil, err
		}
		if other := named[c.Name()]; other != "" {
			return nil, takenName(file, c.Name(), other)
		}
		named[c.Name()] = file
		s, err := experiment.ChainSubject(c.Name(), c, f.output, version, w.cost())
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

// surrounds makes sure that the chain in file has the models and prompts of the
// first one: with others it would not be the chain that it is elsewhere.
func (w *workspace) surrounds(file, store string) error {
	path, err := project.Find(file)
	if err != nil {
		return err
	}
	if path != "" {
		path = shortPath(path)
	}
	own, err := promptsOf(w.project, file, store)
	if err != nil {
		return err
	}
	first, err := promptsOf(w.project, w.file, store)
	if err != nil {
		return err
	}
	if path != w.project.Path || !sameDir(own.Dir, first.Dir) {
		return usagef("%s has another causeway.yaml or other prompts than %s: evaluate each by itself", file, w.file)
	}
	return nil
}

func sameDir(a, b string) bool {
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB && (a == "") == (b == "")
}
