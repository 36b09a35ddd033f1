package main

import (
	"context"
	"embed"
	"math/rand/v2"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

//go:embed experiment.yaml chain.yaml prompts
var files embed.FS

// load reads the experiment and loads its chain once for each variant.
func load(ctx context.Context) (*experiment.Experiment, map[string]*chain.Chain, error) {
	body, err := files.ReadFile("experiment.yaml")
	if err != nil {
		return nil, nil, err
	}
	e, err := experiment.ParseFile(body, "experiment.yaml")
	if err != nil {
		return nil, nil, err
	}
	prompts, library, err := publish(ctx)
	if err != nil {
		return nil, nil, err
	}
	model, err := bedrock.New(desk.Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		return nil, nil, err
	}
	patient := retry.Wrap(model, nil)
	chains, err := e.Load(ctx, files, "chain.yaml", &chain.Registry{
		Templates: library, Model: func(string) (llms.Model, error) { return patient, nil },
	}, &experiment.LoadOptions{Store: prompts})
	return e, chains, err
}

// publish puts both versions of the prompt into a store; production is the
// first.
func publish(ctx context.Context) (templates.Store, *templates.Library, error) {
	store := templates.NewInProcess()
	for _, file := range []string{"prompts/answer.v1.yaml", "prompts/answer.v2.yaml"} {
		body, err := files.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		if _, err := store.Publish(ctx, "support/answer", body, nil); err != nil {
			return nil, nil, err
		}
	}
	if _, err := store.SetAlias(ctx, "support/answer", "production", 1, nil); err != nil {
		return nil, nil, err
	}
	library, err := templates.NewLibrary(store, nil)
	return store, library, err
}

// desk is Bedrock on this machine: it answers in the tone that the prompt asks
// for.
var desk = emulator.New(&emulator.Options{
	Responder: emulator.RespondFunc(func(_ context.Context, r *emulator.Request) (*emulator.Reply, error) {
		text := "Your parcel is on its way."
		if strings.Contains(r.SystemText(), "warm") {
			text = "I am sorry you had to wait! Your parcel is on its way, and you will get a message once it is at your door."
		}
		return emulator.TextReply(text), nil
	}),
})

// crowd makes up opinions: the same ones on every run.
type crowd struct {
	random *rand.Rand
	same   bool
}

func newCrowd(same bool) *crowd { return &crowd{rand.New(rand.NewPCG(2026, 11)), same} }

// opinion is a score from 1 to 5, and whether the customer gave one.
func (c *crowd) opinion(answer string) (score float64, given bool) {
	mood := 3.2 + c.random.NormFloat64()
	if !c.same && strings.Contains(answer, "at your door") {
		mood += 0.6
	}
	return float64(min(5, max(1, int(mood+0.5)))), c.random.Float64() < 0.7
}
