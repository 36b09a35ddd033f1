package chain

import (
	"context"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// DefaultRepairs is how often a model is asked again when its answer does not
// fit the output schema.
const DefaultRepairs = 1

// PromptOptions are what a Prompt can be told.
type PromptOptions struct {
	// Output names the value the step makes; empty means the step's name.
	Output string
	// Models finds the model that the prompt names, for a step whose own model
	// is nil. It is asked on every run and must be quick.
	Models func(id string) (llms.Model, error)
	// ModelID is looked up in Models in place of the prompt's own model.
	ModelID string
	// Repairs is how often the model is asked again, with what was wrong, when
	// its answer does not fit the prompt's output schema: 0 means
	// DefaultRepairs, negative never.
	Repairs int
}

// Prompt returns a step that renders a prompt and asks a model once. Its
// inputs are the prompt's variables. It makes one value: the answer's text,
// or, of a prompt with an output schema, the JSON data it holds, which fits
// the schema.
func Prompt(name string, model llms.Model, prompt PromptSource, o *PromptOptions) Step {
	if o == nil {
		o = &PromptOptions{}
	}
	return &promptStep{
		asker:   newAsker(name, model, prompt, o.Output, o.Models, o.ModelID),
		repairs: repairs(o.Repairs),
	}
}

func newAsker(name string, model llms.Model, prompt PromptSource, output string, models func(string) (llms.Model, error), id string) asker {
	if output == "" {
		output = name
	}
	return asker{name: name, output: output, model: model, models: models, modelID: id, source: prompt}
}

func repairs(n int) int {
	if n == 0 {
		return DefaultRepairs
	}
	return max(n, 0)
}

type promptStep struct {
	asker
	repairs int
}

func (p *promptStep) Run(ctx context.Context, in Values) (Values, error) {
	return p.exec(ctx, frameOf(ctx), env{base: in})
}

func (p *promptStep) exec(ctx context.Context, f frame, in env) (Values, error) {
	q, err := p.prepare(ctx, f, in)
	if err != nil {
		return nil, err
	}
	choice, err := q.generate(ctx, f, q.prompt.Messages, 1)
	if err != nil {
		return nil, err
	}
	v, final, err := q.answer(ctx, f, q.prompt.Messages, choice, p.repairs)
	if err != nil {
		return nil, err
	}
	if q.template.HistoryVar() != "" {
		f.say(q.prompt.Messages, message.Assistant(final))
	}
	return Values{p.output: v}, nil
}

func (p *promptStep) describe(k *checker, at string, sc *scope) signature {
	return k.asker(at, &p.asker, false, sc)
}
