package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/templates"
)

// places are the flags that say where models and prompts are, in place of what
// causeway.yaml says.
type places struct {
	emulator string   // a script, or auto
	faults   []string // of the emulator
	store    string   // of prompts
	dry      bool     // no model will be asked: check and graph need none
}

// workspace is what surrounds a chain: the project, the registry of the team's
// own command, and the flags over both.
type workspace struct {
	app      *app
	file     string // the chain's
	project  *project.Project
	prompts  project.Location
	emulator *emulator.Emulator // nil: real Bedrock
	script   string             // of the emulator
	account  *account
	models   models
	stored   bool               // --store names the prompts
	opened   *chain.Registry    // without prompts
	prompted *templates.Library // nil: not opened, or none
	local    *localPrompts      // prompts that stand in for the store's; nil: none
	notes    []string           // what is not as causeway.yaml says, for the person who runs it
	close    []func() error
}

// open finds the project of file and takes in the flags. With project.Faults
// as its error it returns what could be read of the project.
func (a *app) open(file string, p places) (*workspace, error) {
	w := &workspace{app: a, file: file, account: newAccount(), script: p.emulator, stored: p.store != ""}
	w.models.workspace = w
	var err, faults error
	w.project, faults = findProject(file)
	if w.project == nil {
		return nil, faults
	}
	if w.prompts, err = promptsOf(w.project, file, p.store); err != nil {
		return nil, err
	}
	if p.emulator == "" && len(p.faults) > 0 {
		return nil, usagef("--fault is for --emulator: real Bedrock has its own")
	}
	switch {
	case p.dry:
		w.emulator = emulator.New(nil)
	case p.emulator != "":
		o, err := emulatorFlags{faults: p.faults}.options(p.emulator)
		if err != nil {
			return nil, err
		}
		w.emulator = emulator.New(o)
		if p.store == "" {
			err = w.stayOffline()
		}
		return w, cmp.Or(faults, err)
	}
	return w, faults
}

// stayOffline takes prompts from files beside the chain, or the project, when
// they are published in AWS: with --emulator nothing is asked there unless
// --store names it.
func (w *workspace) stayOffline() error {
	published := w.prompts
	if !published.InAWS() {
		return nil
	}
	for _, near := range []string{w.file, w.project.Path} {
		if dir := promptsBeside(near); dir != "" {
			w.prompts = project.Location{Dir: dir}
			w.notes = append(w.notes, fmt.Sprintf("prompts come from %s, not from %s", shortPath(dir), published))
			return nil
		}
	}
	return usagef("prompts are in %s, which --emulator does not ask: add --store file:dir, or --store %s to read them there all the same", published, published)
}

// findProject returns the project of file; without a causeway.yaml it is empty.
func findProject(file string) (*project.Project, error) {
	path, err := project.Find(file)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return &project.Project{}, nil
	}
	return project.Load(shortPath(path))
}

// promptsOf says where the prompts are: --store, else causeway.yaml, else a
// folder named prompts beside the file.
func promptsOf(p *project.Project, file, store string) (project.Location, error) {
	if store != "" {
		l, err := project.ParseLocation(store, ".")
		if err != nil {
			return l, usagef("--store %v", err)
		}
		return l, nil
	}
	if !p.Prompts.IsZero() {
		return p.Prompts, nil
	}
	if dir := promptsBeside(file); dir != "" {
		return project.Location{Dir: dir}, nil
	}
	return project.Location{}, nil
}

// promptsBeside is the folder named prompts beside file, "" without one.
func promptsBeside(file string) string {
	if file == "" {
		return ""
	}
	dir := filepath.Join(folderOf(file), "prompts")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

func folderOf(file string) string {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return file
	}
	return filepath.Dir(file)
}

// root is the folder a chain's file and those it names are read from: the
// project's, when the file is inside it.
func (w *workspace) root(file string) string {
	dir := filepath.Dir(file)
	if w.project.Path == "" {
		return dir
	}
	root := filepath.Dir(w.project.Path)
	abs, err := filepath.Abs(file)
	if err != nil {
		return dir
	}
	if rel, err := filepath.Rel(root, abs); err != nil || !filepath.IsLocal(rel) {
		return dir
	}
	return root
}

// load reads and checks the chain in file.
func (w *workspace) load(ctx context.Context, file string) (*chain.Chain, error) {
	switch info, err := os.Stat(file); {
	case err != nil:
		return nil, usageError{plainPathError(err)}
	case info.IsDir():
		return nil, usagef("%s is a folder: name the file of a chain", file)
	}
	registry, err := w.registry(ctx)
	if err != nil {
		return nil, err
	}
	return w.loadFrom(ctx, registry, file)
}

// loadFrom reads and checks the chain in file with what a registry has.
func (w *workspace) loadFrom(ctx context.Context, registry *chain.Registry, file string) (*chain.Chain, error) {
	root := w.root(file)
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	absRoot, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(absRoot, abs)
	if err != nil {
		return nil, err
	}
	c, err := chain.Load(ctx, os.DirFS(root), filepath.ToSlash(name), registry)
	if err != nil {
		return nil, &faultError{faultsOf(err, root, file), err}
	}
	return c, nil
}

// Close lets go of the stores.
func (w *workspace) Close() error {
	var errs []error
	for _, close := range w.close {
		errs = append(errs, close())
	}
	return errors.Join(errs...)
}

// shortPath is path as seen from the working directory, where that is shorter:
// it is what people read in messages.
func shortPath(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
