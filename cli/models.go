package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/metrics"
	"github.com/tmc/langchaingo/llms"
)

// models makes the models that chains and prompts name, each once.
type models struct {
	workspace *workspace
	mu        sync.Mutex
	made      map[string]llms.Model
	clients   map[string]bedrock.Client // by Region
	gatesMu   sync.Mutex                // models call for gates while they answer
	gates     map[string]*retry.Gate    // by Region and id
	setup     error                     // why a client could not be made; more telling than what follows from it
}

// model returns the model called name: of the team's registry, of
// causeway.yaml, or of Bedrock itself.
func (m *models) model(ctx context.Context, name string) (llms.Model, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if made := m.made[name]; made != nil {
		return made, nil
	}
	made, err := m.make(ctx, name)
	if err != nil {
		return nil, err
	}
	if m.made == nil {
		m.made = map[string]llms.Model{}
	}
	m.made[name] = made
	return made, nil
}

// make wraps the model called name in one layer of retries, with the
// project's quota and fallbacks.
func (m *models) make(ctx context.Context, name string) (llms.Model, error) {
	spec, err := m.spec(name)
	if err != nil {
		return nil, err
	}
	model, err := m.bare(ctx, spec)
	if err != nil {
		return nil, err
	}
	o := &retry.Options{Gates: func(string) *retry.Gate { return m.gate(spec) }}
	for _, other := range spec.Fallbacks {
		next, err := m.spec(other)
		if err != nil {
			return nil, err
		}
		backup, err := m.bare(ctx, next)
		if err != nil {
			return nil, err
		}
		o.Fallbacks = append(o.Fallbacks, retry.Fallback{Name: other, Model: backup, Gate: m.gate(next)})
	}
	return retry.Wrap(model, o), nil
}

// spec says what name means: a model of causeway.yaml, or of Bedrock itself.
func (m *models) spec(name string) (project.Model, error) {
	p := m.workspace.project
	spec, known := p.Models[name]
	if !known {
		if !project.IsModelID(name) {
			return spec, unknownModel(name, p)
		}
		spec = project.Model{ID: name}
	}
	if spec.Region == "" {
		spec.Region = p.Region
	}
	return spec, nil
}

// bare is the model of spec without anything around it.
func (m *models) bare(ctx context.Context, spec project.Model) (llms.Model, error) {
	client, err := m.client(ctx, spec.Region)
	if err != nil {
		return nil, err
	}
	return bedrock.New(client, spec.ID, nil)
}

// gate is what all calls to one model in one Region go through, under
// whatever names and as whoever's fallback: the account has one quota for it.
func (m *models) gate(spec project.Model) *retry.Gate {
	m.gatesMu.Lock()
	defer m.gatesMu.Unlock()
	key := spec.Region + " " + spec.ID
	if m.gates[key] == nil {
		if m.gates == nil {
			m.gates = map[string]*retry.Gate{}
		}
		m.gates[key] = retry.NewGate(&retry.GateOptions{Quota: retry.Quota{
			RPM: float64(spec.Quota.RPM), TPM: float64(spec.Quota.TPM), Burndown: float64(spec.Quota.Burndown),
		}})
	}
	return m.gates[key]
}

// client returns the client for region. It is made only when there are
// credentials to ask with: later, they would be missed in the middle of a run.
func (m *models) client(ctx context.Context, region string) (bedrock.Client, error) {
	if e := m.workspace.emulator; e != nil {
		return e.Client(), nil
	}
	if c := m.clients[region]; c != nil {
		return c, nil
	}
	cfg, err := m.workspace.account.ready(ctx, region, bedrockAccess)
	if err != nil {
		m.setup = err
		return nil, err
	}
	client, err := bedrock.NewClient(ctx, &bedrock.ClientOptions{Config: &cfg})
	if err != nil {
		return nil, err
	}
	if m.clients == nil {
		m.clients = map[string]bedrock.Client{}
	}
	m.clients[region] = client
	return client, nil
}

// prices are what the project's models cost, by their ids.
func (w *workspace) prices() metrics.Prices {
	prices := metrics.Prices{}
	for _, m := range w.project.Models {
		if m.Price != (project.Price{}) {
			prices[m.ID] = metrics.Price{Input: m.Price.Input, Output: m.Price.Output, CacheRead: m.Price.CacheRead, CacheWrite: m.Price.CacheWrite}
		}
	}
	return prices
}

// cost is what a run cost, by the project's prices; nil without any.
func (w *workspace) cost() func(*chain.Result) float64 {
	prices := w.prices()
	if len(prices) == 0 {
		return nil
	}
	return func(r *chain.Result) float64 {
		sum := 0.0
		for _, s := range r.Steps {
			c, _ := prices.Cost(s.Model, s.Usage)
			sum += c
		}
		return sum
	}
}

func unknownModel(name string, p *project.Project) error {
	if p.Path == "" {
		return fmt.Errorf("%q is no Bedrock model id, and there is no %s that could say what it means", name, project.FileName)
	}
	names := slices.Collect(maps.Keys(p.Models))
	return fmt.Errorf("%q is not under models in %s; %s", name, shortPath(p.Path), project.Suggest(name, names))
}
