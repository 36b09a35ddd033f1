package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/tools"
)

// shadowTimeout bounds a shadow run.
const shadowTimeout = 2 * time.Minute

// shadow starts the other variants beside the real run. It neither waits nor
// fails; when too many are going, a run has no shadow. Shadow runs belong to no
// session, so they change no conversation, and see none.
func (r *Runner) shadow(ctx context.Context, unit string, in chain.Values) {
	id := chain.RunOf(ctx).ID
	for i, v := range r.e.Variants[1:] {
		select {
		case r.shadows <- struct{}{}:
		default:
			r.dropped.Add(1)
			continue
		}
		own := maps.Clone(in)
		r.wait.Go(func() {
			defer func() { <-r.shadows }()
			bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shadowTimeout)
			defer cancel()
			r.record(r.tracker.expose(bound, unit, v.Key, 0))
			res, err := r.chains[i+1].Run(bound, own, &chain.RunOptions{
				RunID:  id + "-" + v.Key,
				Labels: map[string]string{"experiment": r.e.Key, "variant": v.Key, "shadow": "true"},
			})
			r.record(r.tracker.run(context.WithoutCancel(ctx), unit, v.Key, 0, res, err))
		})
	}
}

// Dropped returns how many shadow runs were left out because too many were
// going.
func (r *Runner) Dropped() int { return int(r.dropped.Load()) }

// errShadow is what a shadow's tool answers.
var errShadow = errors.New("this tool acts on the world and is not run in a shadow")

// ShadowTools returns set with every tool that safe does not name replaced by
// one that refuses: the model sees the same tools, and nothing happens twice.
// Give it to the chains of shadow variants. A name that set does not have is an
// error.
func ShadowTools(set *tools.Set, safe ...string) (*tools.Set, error) {
	for _, name := range safe {
		if _, known := set.Get(name); !known {
			return nil, fmt.Errorf("there is no tool %q to be safe; %s", name, didYouMean(name, set.Names()))
		}
	}
	var list []*tools.Tool
	for _, d := range set.Definitions() {
		tool, _ := set.Get(d.Function.Name)
		if !slices.Contains(safe, d.Function.Name) {
			var err error
			if tool, err = refusing(d.Function); err != nil {
				return nil, err
			}
		}
		list = append(list, tool)
	}
	return tools.NewSet(list...)
}

func refusing(f *llms.FunctionDefinition) (*tools.Tool, error) {
	schema, err := json.Marshal(f.Parameters)
	if err != nil {
		return nil, fmt.Errorf("tool %s: %w", f.Name, err)
	}
	return tools.Raw(f.Name, f.Description, schema, func(context.Context, json.RawMessage) ([]llms.ContentPart, error) {
		return nil, errShadow
	}, nil)
}
