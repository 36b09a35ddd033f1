package cli

import (
	"context"
	"fmt"
	"maps"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/tools"
	"github.com/tmc/langchaingo/llms"
)

// registry puts together what chains may name: the team's own things first,
// then those of causeway.yaml. What it opens is opened once.
func (w *workspace) registry(ctx context.Context) (*chain.Registry, error) {
	if w.opened == nil {
		r, err := w.openAll(ctx)
		if err != nil {
			return nil, err
		}
		w.opened = r
	}
	r := *w.opened
	if r.Templates != nil && !w.stored {
		return &r, nil // the team's own, and no flag names others
	}
	if w.prompted == nil {
		lib, err := w.library(ctx)
		if err != nil {
			return nil, err
		}
		w.prompted = lib
	}
	r.Templates = w.prompted
	return &r, nil
}

// forgetFiles makes the next registry read prompt files anew.
func (w *workspace) forgetFiles() {
	if w.prompts.Dir != "" {
		w.prompted = nil
	}
}

// openAll opens everything but the prompts.
func (w *workspace) openAll(ctx context.Context) (*chain.Registry, error) {
	r := &chain.Registry{}
	if team := w.app.registry; team != nil {
		*r = *team
	}
	r.Model = w.modelFunc(ctx, r.Model)
	var err error
	if r.Tools, err = w.tools(r.Tools); err != nil {
		return nil, err
	}
	if r.Memory, err = w.memory(ctx, r.Memory); err != nil {
		return nil, err
	}
	if r.Checkpoints == nil && w.project.Runs != "" {
		if r.Checkpoints, err = chain.NewFileCheckpoints(w.project.Runs); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// modelFunc asks the team's registry first. With --emulator it is not asked:
// nothing may leave the machine then.
func (w *workspace) modelFunc(ctx context.Context, team func(string) (llms.Model, error)) func(string) (llms.Model, error) {
	return func(id string) (llms.Model, error) {
		if team != nil && w.emulator == nil {
			if m, err := team(id); err == nil {
				return m, nil
			}
		}
		return w.models.model(ctx, id)
	}
}

// tools adds the built-in tools that the project allows to the team's.
func (w *workspace) tools(team *tools.Set) (*tools.Set, error) {
	var all []*tools.Tool
	for _, name := range team.Names() {
		t, _ := team.Get(name)
		all = append(all, t)
	}
	for _, name := range w.project.Tools {
		if _, taken := team.Get(name); taken {
			continue
		}
		t, err := builtinTool(name, w.project)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return tools.NewSet(all...)
}

// memory opens the project's stores that the team's registry does not have.
func (w *workspace) memory(ctx context.Context, team map[string]memory.Store) (map[string]memory.Store, error) {
	stores := map[string]memory.Store{}
	maps.Copy(stores, team)
	for name, spec := range w.project.Memory {
		if stores[name] != nil {
			continue
		}
		store, err := w.memoryStore(ctx, spec)
		if err != nil {
			return nil, fmt.Errorf("memory %s: %w", name, err)
		}
		stores[name] = store
	}
	return stores, nil
}
