package chain

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
)

// maxProblems bounds how many misfits of one value are told.
const maxProblems = 5

// misfits says in what v does not fit s, which a validation has just found. It
// never quotes a value: those are users' and models' words, and end up in logs.
func misfits(s *jsonschema.Schema, v any) string {
	plain, err := jsonData(v)
	if err != nil {
		return "it does not encode as JSON"
	}
	e := &explainer{}
	e.value(s, plain, "")
	switch {
	case len(e.problems) == 0:
		return "it does not fit the schema"
	case len(e.problems) > maxProblems:
		e.problems = append(e.problems[:maxProblems], "and more")
	}
	return strings.Join(e.problems, "; ")
}

type explainer struct{ problems []string }

func (e *explainer) add(path, format string, args ...any) {
	e.problems = append(e.problems, at(path)+fmt.Sprintf(format, args...))
}

func (e *explainer) value(s *jsonschema.Schema, v any, path string) {
	if s == nil {
		return
	}
	if want := kinds(&jsonschema.Schema{Type: s.Type, Types: s.Types}); want != nil && !overlap(kindsOf([]any{v}), want) {
		e.add(path, "it is %s and must be %s", article(kindsOf([]any{v})), article(want))
		return
	}
	e.choice(s, v, path)
	switch v := v.(type) {
	case string:
		e.text(s, v, path)
	case float64:
		e.number(s, v, path)
	case []any:
		e.list(s, v, path)
	case map[string]any:
		e.object(s, v, path)
	}
}

func (e *explainer) choice(s *jsonschema.Schema, v any, path string) {
	allowed := s.Enum
	if s.Const != nil {
		allowed = []any{*s.Const}
	}
	if allowed == nil || slices.ContainsFunc(allowed, func(a any) bool { return jsonschema.Equal(a, v) }) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		b, _ := json.Marshal(a)
		words[i] = string(b)
	}
	e.add(path, "it must be one of %s", listed(words))
}

func (e *explainer) text(s *jsonschema.Schema, v, path string) {
	n := utf8.RuneCountInString(v)
	if s.MinLength != nil && n < *s.MinLength {
		e.add(path, "it has %d characters and must have at least %d", n, *s.MinLength)
	}
	if s.MaxLength != nil && n > *s.MaxLength {
		e.add(path, "it has %d characters and must have at most %d", n, *s.MaxLength)
	}
	if s.Pattern != "" {
		if re, err := regexp.Compile(s.Pattern); err == nil && !re.MatchString(v) {
			e.add(path, "it must match %s", s.Pattern)
		}
	}
}

func (e *explainer) number(s *jsonschema.Schema, v float64, path string) {
	if s.Type == "integer" && v != float64(int64(v)) {
		e.add(path, "it must be a whole number")
	}
	if s.Minimum != nil && v < *s.Minimum {
		e.add(path, "it must be at least %v", *s.Minimum)
	}
	if s.Maximum != nil && v > *s.Maximum {
		e.add(path, "it must be at most %v", *s.Maximum)
	}
}

func (e *explainer) list(s *jsonschema.Schema, v []any, path string) {
	if s.MinItems != nil && len(v) < *s.MinItems {
		e.add(path, "it has %d items and must have at least %d", len(v), *s.MinItems)
	}
	if s.MaxItems != nil && len(v) > *s.MaxItems {
		e.add(path, "it has %d items and must have at most %d", len(v), *s.MaxItems)
	}
	for i, item := range v {
		e.value(s.Items, item, fmt.Sprintf("%s[%d]", path, i))
	}
}

func (e *explainer) object(s *jsonschema.Schema, v map[string]any, path string) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			e.add(path, "%s is missing", name)
		}
	}
	for _, name := range sortedKeys(v) {
		if p, ok := s.Properties[name]; ok {
			e.value(p, v[name], join(path, name))
		} else if isFalse(s.AdditionalProperties) {
			e.add(path, "it has a property that is not allowed; the properties are %s", listed(sortedKeys(s.Properties)))
		}
	}
}
