package templates

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
)

// shape is what a value must look like: the part of JSON Schema that prompt
// files may use, compiled for fast checks.
type shape struct {
	schema     *jsonschema.Schema
	types      []string // any of these; none: every type
	enum       []any
	pattern    *regexp.Regexp
	items      *shape
	properties map[string]*shape
	required   []string
	closed     bool // no properties but those named
}

// check says what is wrong with a plain value, nil if nothing.
func (s *shape) check(v any, path string) *VariableError {
	if !s.hasType(v) {
		return &VariableError{
			Variable: path, Err: ErrWrongType,
			Detail: fmt.Sprintf("want %s, got %s", strings.Join(s.types, " or "), typeOf(v)),
		}
	}
	if s.enum != nil && !slices.ContainsFunc(s.enum, func(e any) bool { return sameValue(e, v) }) {
		return refused(path, "want one of "+string(encodeJSON(s.enum)))
	}
	switch v := v.(type) {
	case string:
		return s.checkText(v, path)
	case []any:
		return s.checkList(v, path)
	case map[string]any:
		return s.checkObject(v, path)
	}
	return s.checkNumber(v, path)
}

func refused(path, detail string) *VariableError {
	return &VariableError{Variable: path, Err: ErrRefused, Detail: detail}
}

func (s *shape) checkText(v, path string) *VariableError {
	if !utf8.ValidString(v) {
		return refused(path, "it is not UTF-8 text")
	}
	if least := s.schema.MinLength; least != nil && utf8.RuneCountInString(v) < *least {
		return refused(path, fmt.Sprintf("want at least %d characters, got %d", *least, utf8.RuneCountInString(v)))
	}
	if most := s.schema.MaxLength; most != nil && len(v) > *most && utf8.RuneCountInString(v) > *most {
		return refused(path, fmt.Sprintf("want at most %d characters, got %d", *most, utf8.RuneCountInString(v)))
	}
	if s.pattern != nil && !s.pattern.MatchString(v) {
		return refused(path, "want text that matches "+s.pattern.String())
	}
	return nil
}

func (s *shape) checkList(v []any, path string) *VariableError {
	if least := s.schema.MinItems; least != nil && len(v) < *least {
		return refused(path, fmt.Sprintf("want at least %d elements, got %d", *least, len(v)))
	}
	if most := s.schema.MaxItems; most != nil && len(v) > *most {
		return refused(path, fmt.Sprintf("want at most %d elements, got %d", *most, len(v)))
	}
	if s.items == nil {
		return nil
	}
	for i, item := range v {
		if err := s.items.check(item, path+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func (s *shape) checkObject(v map[string]any, path string) *VariableError {
	for _, name := range s.required {
		if _, ok := v[name]; !ok {
			return &VariableError{Variable: join(path, name), Err: ErrMissing}
		}
	}
	if len(s.properties) == 0 && !s.closed {
		return nil
	}
	for name, value := range v {
		property := s.properties[name]
		if property == nil {
			if s.closed {
				return &VariableError{Variable: join(path, fieldName(name)), Err: ErrUndeclared}
			}
			continue
		}
		if err := property.check(value, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

func (s *shape) checkNumber(v any, path string) *VariableError {
	low, high := s.schema.Minimum, s.schema.Maximum
	if low == nil && high == nil {
		return nil
	}
	f, ok := toFloat(v)
	if !ok {
		return nil
	}
	if low != nil && f < *low {
		return refused(path, fmt.Sprintf("want at least %g", *low))
	}
	if high != nil && f > *high {
		return refused(path, fmt.Sprintf("want at most %g", *high))
	}
	return nil
}

func (s *shape) hasType(v any) bool {
	if len(s.types) == 0 {
		return true
	}
	got := typeOf(v)
	for _, want := range s.types {
		if got == want || want == "number" && got == "integer" {
			return true
		}
	}
	return false
}

// typeOf names the JSON Schema type of a plain value.
func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case int, int64:
		return "integer"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	case json.Number:
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// sameValue compares as JSON Schema does: numbers by value.
func sameValue(a, b any) bool {
	if x, ok := toFloat(a); ok {
		y, ok := toFloat(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}
