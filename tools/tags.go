package tools

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// applyTags sets what a field's tags say on its schema, and says whether the
// field may be absent.
func applyTags(s *jsonschema.Schema, f reflect.StructField) (optional bool, err error) {
	if d := f.Tag.Get("jsonschema"); d != "" {
		s.Description = d
	}
	value := s // what enum and the bounds of a value hold for
	if s.Type == "array" {
		value = s.Items
	}
	for tag, set := range map[string]func(string) error{
		"enum":      func(v string) error { return setEnum(value, v) },
		"format":    func(v string) error { value.Format = v; return nil },
		"pattern":   func(v string) error { value.Pattern = v; _, err := regexp.Compile(v); return err },
		"minimum":   number(&value.Minimum),
		"maximum":   number(&value.Maximum),
		"minLength": count(&value.MinLength),
		"maxLength": count(&value.MaxLength),
		"minItems":  count(&s.MinItems),
		"maxItems":  count(&s.MaxItems),
		"default":   func(v string) error { return setDefault(s, v) },
	} {
		if v, ok := f.Tag.Lookup(tag); ok {
			if err := set(v); err != nil {
				return false, fmt.Errorf("tag %s:%q: %w", tag, v, err)
			}
		}
	}
	switch r := f.Tag.Get("required"); r {
	case "":
		return isOptional(f) || s.Default != nil, nil
	case "true", "false":
		return r == "false", nil
	default:
		return false, fmt.Errorf("tag required:%q: want true or false", r)
	}
}

// setEnum reads a comma-separated list; each item is of the schema's type. A
// pointer with an enum is never null.
func setEnum(s *jsonschema.Schema, list string) error {
	if len(s.Types) == 2 {
		s.Type, s.Types = s.Types[1], nil
	}
	for item := range strings.SplitSeq(list, ",") {
		raw, err := literal(s, strings.TrimSpace(item))
		if err != nil {
			return err
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		s.Enum = append(s.Enum, v)
	}
	return nil
}

func setDefault(s *jsonschema.Schema, text string) error {
	raw, err := literal(s, text)
	s.Default = raw
	return err
}

// literal reads the text of a tag as a JSON value of the schema's type: the
// text itself of a string, JSON of everything else.
func literal(s *jsonschema.Schema, text string) (json.RawMessage, error) {
	if s.Type == "string" || len(s.Types) > 0 && s.Types[1] == "string" {
		return json.Marshal(text)
	}
	if !json.Valid([]byte(text)) {
		return nil, fmt.Errorf("not a value of type %s", s.Type+strings.Join(s.Types, " or "))
	}
	return json.RawMessage(text), nil
}

func number(to **float64) func(string) error {
	return func(text string) error {
		f, err := strconv.ParseFloat(text, 64)
		*to = &f
		return err
	}
}

func count(to **int) func(string) error {
	return func(text string) error {
		n, err := strconv.ParseUint(text, 10, 31)
		*to = new(int(n))
		return err
	}
}
