package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Prompt is a rendered template: everything one call to a model needs, except
// the model and the definitions of the tools.
type Prompt struct {
	Ref          Ref // which prompt this came from, for events and records
	Origin       Origin
	Age          time.Duration // since the store last confirmed Ref's alias; 0 for what is pinned
	Model        string        // the model asked for; "" leaves it to the caller
	Messages     []llms.MessageContent
	Options      []llms.CallOption // never WithModel; shared, so append to a copy
	Call         message.Call      // OutputSchema is set here too
	Tools        []string
	OutputSchema json.RawMessage // nil: the answer is text
}

// Render fills the template in. vars has the declared variables as plain JSON
// data and, under HistoryVar, earlier messages as []llms.MessageContent.
// Media variables take message.Image and its siblings, bytes, or text: a data:
// URL, an s3:// address.
//
// Every variable that is missing, undeclared, of the wrong type or outside
// its limits is a *[VariableError]; all of them come joined. Render touches
// neither the network nor the disk.
func (t *Template) Render(vars map[string]any) (*Prompt, error) {
	sc, err := t.scope(vars)
	if err != nil {
		return nil, err
	}
	p := &Prompt{
		Ref: t.ref, Origin: t.origin, Age: t.asOf.age(), Model: t.model.ID,
		Options: t.options, Call: t.call, Tools: t.tools.Names, OutputSchema: t.output,
	}
	earlier, err := t.earlier(vars)
	if err != nil {
		return nil, err
	}
	p.Messages, err = t.messages(&sc, vars, earlier)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (c *compiled) messages(sc *scope, vars map[string]any, earlier []llms.MessageContent) ([]llms.MessageContent, error) {
	room := 0
	for i := range c.slots {
		room += len(c.slots[i].parts)
	}
	parts := make([]llms.ContentPart, 0, room)
	out := make([]llms.MessageContent, 0, len(c.slots)+len(earlier)+len(c.examples))
	for i := range c.slots {
		s := &c.slots[i]
		switch {
		case s.history != nil:
			out = append(out, earlier...)
			continue
		case s.examples:
			out = append(out, c.examples...)
			continue
		}
		start := len(parts)
		var err error
		if parts, err = s.render(sc, vars, parts); err != nil {
			return nil, err
		}
		if mine := parts[start:len(parts):len(parts)]; len(mine) > 0 {
			out = append(out, llms.MessageContent{Role: chatRoles[s.role], Parts: mine})
		} else if s.role != roleSystem {
			return nil, fmt.Errorf("prompt %s: %s rendered to nothing; a message cannot be empty", c.name, s.path)
		}
	}
	return out, nil
}

var chatRoles = [...]llms.ChatMessageType{llms.ChatMessageTypeSystem, llms.ChatMessageTypeHuman, llms.ChatMessageTypeAI}

// render appends the slot's parts. Text that comes out blank is left out:
// Bedrock refuses blank text.
func (s *slot) render(sc *scope, vars map[string]any, parts []llms.ContentPart) ([]llms.ContentPart, error) {
	for i := range s.parts {
		p := &s.parts[i]
		switch p.kind {
		case partText, partGuarded:
			text, err := p.text.render(sc)
			if err != nil {
				return nil, located(err, sc.prompt, p.path)
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			if p.kind == partGuarded {
				parts = append(parts, message.Guarded{Text: text})
			} else {
				parts = append(parts, llms.TextContent{Text: text})
			}
		case partCachePoint:
			parts = append(parts, message.CachePoint{TTL: p.ttl})
		default:
			block, err := p.media(sc.prompt, vars, sc.inputs[p.variable].media)
			if err != nil {
				return nil, err
			}
			if block != nil {
				parts = append(parts, block)
			}
		}
	}
	return parts, nil
}

// scope checks the variables and returns what texts will see of them.
func (c *compiled) scope(vars map[string]any) (scope, error) {
	sc := scope{prompt: c.name, vars: vars, inputs: c.inputs}
	var errs []error
	fault := func(e *VariableError) {
		e.Prompt = c.name
		errs = append(errs, e)
	}
	for _, name := range c.required {
		if _, ok := vars[name]; !ok {
			fault(&VariableError{Variable: name, Err: ErrMissing, Detail: "it is required"})
		}
	}
	for name, value := range vars {
		in := c.inputs[name]
		switch {
		case in == nil:
			if c.history == nil || name != c.history.key {
				fault(&VariableError{Variable: fieldName(name), Err: ErrUndeclared, Detail: "declare it under input.properties, or do not give it"})
			}
		case in.media == "":
			plain, changed, err := in.plain(name, value)
			if err != nil {
				fault(err)
			} else if changed {
				if sc.converted == nil {
					sc.converted = map[string]any{}
				}
				sc.converted[name] = plain
			}
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return sc, errors.Join(errs...)
}

// plain returns the value as plain data of the declared shape.
func (in *input) plain(name string, value any) (plain any, changed bool, err *VariableError) {
	plain, changed, err = toPlain(value)
	if err != nil {
		err.Variable = join(name, err.Variable)
		return nil, true, err
	}
	return plain, changed, in.check(plain, name)
}

// located says where a rendering failed, unless the error knows.
func located(err error, prompt, path string) error {
	if _, ok := errors.AsType[*VariableError](err); ok {
		return err
	}
	return fmt.Errorf("prompt %s: %s: %w", prompt, path, err)
}
