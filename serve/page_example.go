package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/chain"
)

// exampleInput is an input that c takes, or nearly: what every run needs, with
// values of the right kinds.
func exampleInput(c *chain.Chain) chain.Values {
	in := c.InputSchema()
	example := chain.Values{}
	for _, name := range c.Inputs() {
		if p := in.Properties[name]; p == nil || slices.Contains(in.Required, name) || len(in.Required) == 0 && p.Default == nil {
			example[name] = exampleOf(p, 0)
		}
	}
	return example
}

// exampleOf is a value of a schema; text is left for the reader to write.
func exampleOf(s *jsonschema.Schema, depth int) any {
	switch {
	case s == nil || depth > 4:
		return "…"
	case s.Default != nil:
		return s.Default
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Const != nil:
		return *s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.AnyOf) > 0:
		return exampleOf(s.AnyOf[0], depth+1)
	case len(s.OneOf) > 0:
		return exampleOf(s.OneOf[0], depth+1)
	}
	switch kindOf(s) {
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return true
	case "array":
		if s.Items == nil {
			return []any{}
		}
		return []any{exampleOf(s.Items, depth+1)}
	case "object":
		parts := map[string]any{}
		for _, name := range s.Required {
			parts[name] = exampleOf(s.Properties[name], depth+1)
		}
		return parts
	}
	return "…"
}

func kindOf(s *jsonschema.Schema) string {
	if s.Type == "" && len(s.Types) > 0 {
		return s.Types[0]
	}
	return s.Type
}

// pageInput is one input of a chain, for people.
type pageInput struct {
	Name, Kind, About string
	Optional          bool
}

// inputsOf lists the inputs of a schema, those that are needed first.
func inputsOf(s *jsonschema.Schema) []pageInput {
	var all []pageInput
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		all = append(all, pageInput{name, kindOf(p), aboutInput(p), !slices.Contains(s.Required, name)})
	}
	slices.SortStableFunc(all, func(a, b pageInput) int {
		switch {
		case a.Optional == b.Optional:
			return 0
		case a.Optional:
			return 1
		}
		return -1
	})
	return all
}

// aboutInput says what a value must be, beyond its kind.
func aboutInput(s *jsonschema.Schema) string {
	var said []string
	if s.Description != "" {
		said = append(said, s.Description)
	}
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum {
			values = append(values, string(encoded(v)))
		}
		said = append(said, "one of "+strings.Join(values, ", "))
	}
	if s.Default != nil {
		said = append(said, "default "+string(s.Default))
	}
	if s.MaxLength != nil {
		said = append(said, fmt.Sprintf("at most %d characters", *s.MaxLength))
	}
	if s.Minimum != nil {
		said = append(said, fmt.Sprintf("at least %g", *s.Minimum))
	}
	if s.Maximum != nil {
		said = append(said, fmt.Sprintf("at most %g", *s.Maximum))
	}
	return strings.Join(said, "; ")
}

// shellJSON writes v as JSON within single quotes of a shell.
func shellJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the page's template escapes
	_ = e.Encode(v)        // a string builder takes everything, and v was read from JSON
	return "'" + strings.ReplaceAll(strings.TrimSpace(b.String()), "'", `'\''`) + "'"
}
