package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

// asker is what Prompt and Agent have in common: a prompt, and a model to ask.
type asker struct {
	name    string
	output  string
	model   llms.Model // nil: models decides by the prompt's model
	models  func(id string) (llms.Model, error)
	modelID string // in place of the prompt's
	source  PromptSource
	schemas atomic.Pointer[resolvedSchema]
}

// resolvedSchema is the output schema of the template last used.
type resolvedSchema struct {
	of     *templates.Template
	schema *jsonschema.Resolved
}

func (a *asker) Name() string      { return a.name }
func (a *asker) Outputs() []string { return []string{a.output} }

// Inputs names the prompt's variables, as far as they are known without asking
// a library.
func (a *asker) Inputs() []string {
	t, err := settled(a.source)
	if err != nil || t == nil {
		return nil
	}
	return sortedKeys(t.Inputs())
}

// asked is a rendered prompt and who is to answer it.
type asked struct {
	template *templates.Template
	prompt   *templates.Prompt
	model    llms.Model
	schema   *jsonschema.Resolved // of the answer; nil for text
}

// prepare renders the prompt for the values of in.
func (a *asker) prepare(ctx context.Context, f frame, in env) (asked, error) {
	t, err := a.template(ctx, f)
	if err != nil {
		return asked{}, err
	}
	q := asked{template: t}
	if q.model, err = a.modelFor(t); err != nil {
		return asked{}, err
	}
	if q.schema, err = a.schemaFor(t); err != nil {
		return asked{}, err
	}
	if q.prompt, err = t.Render(a.variables(t, f, in)); err != nil {
		return asked{}, err
	}
	ref := t.Ref()
	f.res.Prompt = &PromptUse{Ref: ref.String(), Version: ref.Version, SHA256: ref.SHA256}
	return q, nil
}

// template returns the prompt to use: for an agent that goes on with a
// conversation from the journal the version it began with.
func (a *asker) template(ctx context.Context, f frame) (*templates.Template, error) {
	switch src := a.source.(type) {
	case fixed:
	case *shelved:
		if past, ok := f.run.journal.turn(f.path, 1); ok && past.cost.Prompt != nil && past.cost.Prompt.Version > 0 {
			return src.lib.Resolve(ctx, templates.Ref{Name: src.ref.Name, Version: past.cost.Prompt.Version})
		}
	default:
		ctx = f.within(ctx) // somebody else's may choose by run, session or label
	}
	return a.source.Template(ctx)
}

// variables picks the prompt's variables out of in. Null counts as not given
// where the prompt can do without.
func (a *asker) variables(t *templates.Template, f frame, in env) Values {
	inputs := t.Inputs()
	vars := make(Values, len(inputs)+1)
	required := t.Required()
	for name := range inputs {
		if v, ok := in.get(name); ok && (v != nil || slices.Contains(required, name)) {
			vars[name] = v
		}
	}
	if h := t.HistoryVar(); h != "" {
		if v, ok := in.get(h); ok && v != nil {
			vars[h] = v
		} else {
			vars[h] = f.memory.messages()
		}
	}
	return vars
}

func (a *asker) modelFor(t *templates.Template) (llms.Model, error) {
	if a.model != nil {
		return a.model, nil
	}
	id := a.modelID
	if id == "" {
		id = t.Model()
	}
	if a.models == nil {
		return nil, errors.New("it has no model: give one, or Models that finds the prompt's")
	}
	if id == "" {
		return nil, fmt.Errorf("neither the step nor its prompt %s names a model", t.Name())
	}
	return a.models(id)
}

func (a *asker) schemaFor(t *templates.Template) (*jsonschema.Resolved, error) {
	raw := t.OutputSchema()
	if raw == nil {
		return nil, nil
	}
	if s := a.schemas.Load(); s != nil && s.of == t {
		return s.schema, nil
	}
	schema, err := parseSchema(raw)
	if err != nil {
		return nil, fmt.Errorf("the output schema of %s: %w", t.Name(), err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("the output schema of %s: %w", t.Name(), err)
	}
	a.schemas.Store(&resolvedSchema{of: t, schema: resolved})
	return resolved, nil
}

// generate asks the model once.
func (q asked) generate(ctx context.Context, f frame, msgs []llms.MessageContent, turn int, more ...llms.CallOption) (*llms.ContentChoice, error) {
	if c := q.prompt.Call; !emptyCall(c) {
		ctx = message.WithCall(ctx, c)
	}
	opts := q.prompt.Options
	if len(more) > 0 {
		opts = append(slices.Clip(opts), more...)
	}
	return f.generate(ctx, q.model, msgs, turn, opts)
}

// bookFailure counts the attempts that an error tells of.
func (f frame) bookFailure(err error) {
	f.res.mu.Lock()
	defer f.res.mu.Unlock()
	if e, ok := errors.AsType[*retry.Error](err); ok {
		f.res.Attempts += e.Attempts
		f.res.Waited += e.Waited
		return
	}
	f.res.Attempts++
}

func emptyCall(c message.Call) bool {
	return len(c.RequestMetadata) == 0 && len(c.AdditionalFields) == 0 && c.GuardrailID == "" && c.OutputSchema == nil && len(c.PromptVariables) == 0
}
