package chain

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/causeway-go/causeway/templates"
)

// asker checks what Prompt and Agent have in common and returns the step's
// signature.
func (k *checker) asker(at string, a *asker, agent bool, sc *scope) signature {
	sig := signature{gives: []give{{name: a.output}}}
	t, err := settled(a.source)
	if err == nil && t == nil && k.ctx != nil {
		t, err = a.source.Template(k.ctx)
	}
	if err != nil {
		k.fault(at, "prompt", k.otherPrompt(a.source, err), "%v", err)
	}
	if a.model == nil && a.models == nil {
		k.fault(at, "model", "give it one, or Models that finds the prompt's", "it has no model")
	}
	if t == nil {
		sig.open = true
		k.recall = k.recall || err == nil // for all we know it may have a place for the conversation
		return sig
	}
	if a.model == nil && a.models != nil && k.ctx != nil {
		if _, err := a.modelFor(t); err != nil {
			k.fault(at, "model", "", "%v", err)
		}
	}
	k.templateInputs(t, &sig)
	k.templateOutput(at, t, a, &sig)
	if h := t.HistoryVar(); h != "" {
		k.recall = true
		if sc.lookup(h) != nil { // a value of that name goes before the conversation
			sig.needs = append(sig.needs, need{name: h, optional: true})
		}
	}
	if names := t.ToolNames(); len(names) > 0 && !agent {
		k.fault(at, "prompt", "make it an agent step", "its prompt %s uses tools (%s), which only an agent can call", t.Name(), listed(names))
	}
	return sig
}

// otherPrompt is the hint for a prompt that the library does not have.
func (k *checker) otherPrompt(src PromptSource, err error) string {
	missing, ok := errors.AsType[*missingPrompt](err)
	s, shelf := src.(*shelved)
	if !ok || !shelf {
		return ""
	}
	ctx, cancel := context.WithTimeout(k.ctx, 5*time.Second)
	defer cancel()
	var names []string
	for name, err := range s.lib.Names(ctx, "") {
		if err != nil || len(names) == maxNames {
			break // a hint is not worth more
		}
		names = append(names, name)
	}
	if s.ref.Name != missing.name && slices.Contains(names, s.ref.Name) {
		return "there is " + s.ref.Name + ", but not this version or alias of it"
	}
	return didYouMean(s.ref.Name, names)
}

// maxNames is how many prompts are looked through for one that was meant.
const maxNames = 1000

func (k *checker) templateInputs(t *templates.Template, sig *signature) {
	inputs, required := t.Inputs(), t.Required()
	for _, name := range sortedKeys(inputs) {
		sig.needs = append(sig.needs, need{name: name, schema: inputs[name], optional: !slices.Contains(required, name)})
	}
}

func (k *checker) templateOutput(at string, t *templates.Template, a *asker, sig *signature) {
	sig.gives[0].typ = typeNamed("string")
	raw := t.OutputSchema()
	if raw == nil {
		return
	}
	schema, err := parseSchema(raw)
	if err == nil {
		_, err = a.schemaFor(t)
	}
	if err != nil {
		k.fault(at, "prompt", "", "the output schema of its prompt %s is not valid: %v", t.Name(), err)
		return
	}
	sig.gives[0].typ = typ{schema: schema}
}
