package grade

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/experiment"
)

// JSONSchema passes an answer that is JSON and fits schema.
func JSONSchema(schema json.RawMessage) (experiment.Grader, error) {
	var s jsonschema.Schema
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, fmt.Errorf("grade: not a JSON Schema: %w", err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	return fromText("json-schema:"+string(schema), func(_ experiment.Case, a experiment.Answer) (experiment.Score, error) {
		got, err := dataOf(a)
		if err == nil {
			err = resolved.Validate(got)
		}
		if err != nil {
			return experiment.PassFail(false, err.Error()), nil
		}
		return experiment.PassFail(true, ""), nil
	}), nil
}

// JSONPath passes an answer whose value at path equals the reference, or the
// reference's value at the same path when that is data too. A path is names and
// indexes: $.order.items[0].sku.
func JSONPath(path string) (experiment.Grader, error) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	return fromText("json-path:"+path, func(c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		data, err := dataOf(a)
		if err != nil {
			return experiment.PassFail(false, err.Error()), nil
		}
		got, found := steps.in(data)
		if !found {
			return experiment.PassFail(false, "the answer has nothing at "+path), nil
		}
		want := c.Reference
		if inner, found := steps.in(want); found {
			want = inner
		}
		return experiment.PassFail(sameData(got, want), differs(fmt.Sprint(got), fmt.Sprint(want))), nil
	}), nil
}

// path is a parsed JSON path: each element a string or an int.
type path []any

func parsePath(text string) (path, error) {
	rest, isPath := strings.CutPrefix(text, "$")
	if !isPath {
		return nil, fmt.Errorf("the path %q starts with $, as in $.order.items[0]", text)
	}
	var p path
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "['"):
			name, after, closed := strings.Cut(rest[2:], "']")
			if !closed {
				return nil, fmt.Errorf("the path %q has a [' without ']", text)
			}
			p, rest = append(p, name), after
		case rest[0] == '[':
			digits, after, closed := strings.Cut(rest[1:], "]")
			index, err := strconv.Atoi(digits)
			if !closed || err != nil || index < 0 {
				return nil, fmt.Errorf("the path %q has a [ without a number and ]", text)
			}
			p, rest = append(p, index), after
		case rest[0] == '.':
			name := rest[1:]
			if end := strings.IndexAny(name, ".["); end >= 0 {
				name = name[:end]
			}
			if name == "" {
				return nil, fmt.Errorf("the path %q has a dot without a name", text)
			}
			p, rest = append(p, name), rest[1+len(name):]
		default:
			return nil, fmt.Errorf("the path %q goes on with neither . nor [", text)
		}
	}
	return p, nil
}

func (p path) in(data any) (any, bool) {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			object, isObject := data.(map[string]any)
			value, has := object[step]
			if !isObject || !has {
				return nil, false
			}
			data = value
		case int:
			list, isList := data.([]any)
			if !isList || step >= len(list) {
				return nil, false
			}
			data = list[step]
		}
	}
	return data, true
}

// dataOf is the answer as plain JSON data.
func dataOf(a experiment.Answer) (any, error) {
	if a.Value != nil {
		if _, isText := a.Value.(string); !isText {
			return plain(a.Value)
		}
	}
	var v any
	if err := json.Unmarshal([]byte(a.Text), &v); err != nil {
		return nil, errors.New("the answer is not JSON")
	}
	return v, nil
}

// plain turns Go's numbers and structs into what JSON decodes to.
func plain(v any) (any, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("the answer is no JSON data: %w", err)
	}
	var out any
	err = json.Unmarshal(body, &out)
	return out, err
}

func sameData(a, b any) bool {
	x, errX := plain(a)
	y, errY := plain(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}
