package chain

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/internal/nearest"
)

// CheckInput says what is wrong with the values for a run before there is one:
// nil, or the [InputError] that Run would return.
func (c *Chain) CheckInput(in Values) error {
	_, err := c.admit(in)
	return err
}

// admit checks what a run is started with and returns a copy of it, defaults
// filled in, that the run may add to.
func (c *Chain) admit(in Values) (Values, error) {
	vals := make(Values, len(in)+len(c.steps))
	for name, v := range in {
		vals[name] = numbers(v)
	}
	for name, raw := range c.defaults {
		if _, ok := vals[name]; ok {
			continue
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, fmt.Errorf("chain %s: default of %s: %w", c.name, name, err)
		}
		vals[name] = v
	}
	var problems []string
	for _, name := range c.required {
		if _, ok := vals[name]; !ok {
			problems = append(problems, name+" is missing")
		}
	}
	if c.known != nil {
		for name := range in {
			if !c.known[name] {
				problems = append(problems, unknownInput(name, c.known))
			}
		}
		slices.Sort(problems)
	}
	if len(problems) == 0 && c.input != nil {
		if err := c.input.Validate(vals); err != nil {
			problems = append(problems, misfits(c.schema, vals))
		}
	}
	if len(problems) > 0 {
		return nil, &InputError{Chain: c.name, Problems: problems}
	}
	return vals, nil
}

func unknownInput(name string, known map[string]bool) string {
	if near := nearest.Word(name, sortedKeys(known)); near != "" {
		return fmt.Sprintf("%s is not an input: did you mean %s?", name, near)
	}
	return fmt.Sprintf("%s is not an input: the inputs are %s", name, listed(sortedKeys(known)))
}

// takeInput sets what admit needs from the declared schema.
func (c *Chain) takeInput(s *jsonschema.Schema) error {
	c.schema, c.required = s, s.Required
	if s.AdditionalProperties == nil || isFalse(s.AdditionalProperties) {
		c.known = make(map[string]bool, len(s.Properties))
		for name := range s.Properties {
			c.known[name] = true
		}
	}
	for name, p := range s.Properties {
		if p.Default == nil {
			continue
		}
		if c.defaults == nil {
			c.defaults = make(map[string]json.RawMessage)
		}
		c.defaults[name] = p.Default
	}
	resolved, err := s.CloneSchemas().Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
	if err != nil {
		return err
	}
	c.input = resolved
	return nil
}
