package templates

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Flatten returns the prompt in the only language other registries know: texts
// with {{name}} in them. Partials are written out, fences are written around
// untrusted variables, examples become turns. lost tells what has no place
// there and stays behind, such as defaults. A prompt that would mean something
// else is an error: one with sections, paths, media or guarded text.
func (t *Template) Flatten() (o *Outline, lost []string, err error) {
	o = &Outline{Name: t.name, Description: t.description, Labels: t.labels, Model: t.model, Tools: t.tools, Output: t.output}
	for _, name := range slices.Sorted(maps.Keys(t.inputs)) {
		o.Inputs = append(o.Inputs, OutlineInput{Name: name, Required: t.inputs[name].required})
		if t.inputs[name].hasDefault {
			lost = append(lost, "the default of "+name)
		}
	}
	var errs []error
	for i := range t.slots {
		s := &t.slots[i]
		switch {
		case s.history != nil:
			lost = append(lost, "the place of the history")
		case s.examples:
			turns, err := exampleTurns(t.examples)
			if err != nil {
				errs = append(errs, fmt.Errorf("prompt %s: examples: %w", t.name, err))
			}
			o.Turns = append(o.Turns, turns...)
		default:
			blocks, err := t.flatBlocks(s)
			if err != nil {
				errs = append(errs, err)
			}
			if s.role == roleSystem {
				o.System = blocks
			} else {
				o.Turns = append(o.Turns, Turn{Role: s.role.String(), Blocks: blocks})
			}
		}
	}
	return o, append(lost, t.lost()...), errors.Join(errs...)
}

func (t *Template) lost() (lost []string) {
	for what, there := range map[string]bool{
		"the fallback models": len(t.model.Fallbacks) > 0, "the guardrail": t.model.GuardrailID != "",
		"the answer's schema": t.output != nil, "the tools, whose definitions live with their code": len(t.tools.Names) > 0,
		"the golden tests": len(t.tests) > 0,
	} {
		if there {
			lost = append(lost, what)
		}
	}
	slices.Sort(lost)
	return lost
}

// errBraces is about texts that would be read as holding a variable.
var errBraces = errors.New("the text itself holds {{, which elsewhere begins a variable")

func exampleTurns(messages []llms.MessageContent) ([]Turn, error) {
	var turns []Turn
	for _, m := range messages {
		text := textOf(m)
		if strings.Contains(text, "{{") {
			return nil, errBraces
		}
		turns = append(turns, Turn{Role: roleName(m.Role), Blocks: []Block{{Text: text}}})
	}
	return turns, nil
}

func (t *Template) flatBlocks(s *slot) ([]Block, error) {
	var out []Block
	for i := range s.parts {
		p := &s.parts[i]
		switch p.kind {
		case partText:
			var b strings.Builder
			if err := t.flatText(&b, p.text.nodes, 0); err != nil {
				return nil, fmt.Errorf("prompt %s: %s: %w", t.name, p.path, err)
			}
			out = append(out, Block{Text: b.String()})
		case partCachePoint:
			out = append(out, Block{CachePoint: true, TTL: p.ttl})
		default:
			return nil, fmt.Errorf("prompt %s: %s: media and guarded text have no equal elsewhere", t.name, p.path)
		}
	}
	return out, nil
}

func (t *Template) flatText(b *strings.Builder, nodes []node, depth int) error {
	if depth > maxTextDepth || b.Len() > DefaultMaxOutput {
		return ErrTooLarge
	}
	for _, n := range nodes {
		switch n.kind {
		case kindLiteral:
			if strings.Contains(n.text, "{{") {
				return errBraces
			}
			b.WriteString(n.text)
		case kindPartial:
			if err := t.flatText(b, n.partial.nodes, depth+1); err != nil {
				return err
			}
		case kindValue:
			if len(n.path) != 1 {
				return fmt.Errorf("the path %s is more than a name, and only names are known elsewhere", quoted(n.text))
			}
			tag := "{{" + n.path[0] + "}}"
			if fence := t.inputs[n.path[0]].fence; fence != "" {
				tag = "<" + fence + ">" + tag + "</" + fence + ">"
			}
			b.WriteString(tag)
		default:
			return fmt.Errorf("the section %s has no equal elsewhere", quoted(n.text))
		}
	}
	return nil
}

// PromptVariables checks the variables as Render does and returns them as
// text, with the defaults: what a call to a prompt's ARN takes
// (message.Call.PromptVariables).
func (t *Template) PromptVariables(vars map[string]any) (map[string]string, error) {
	sc, err := t.scope(vars)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, in := range t.inputs {
		v, _, found := sc.lookup(name)
		if _, none := v.(absent); none || !found || in.media != "" {
			continue
		}
		text := appendValue(nil, v)
		if in.fence != "" && hasFence(text) {
			return nil, &VariableError{Prompt: t.name, Variable: name, Err: ErrFence}
		}
		out[name] = string(text)
	}
	return out, nil
}
