package templates

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// picoObject reads the schema of a Dotprompt file: JSON Schema as it is, or
// Picoschema, its short form, in which a property is "name?: type, description"
// and name(array), name(object), name(enum) wrap what follows. Of an object,
// required is a []string.
func picoObject(v any) (map[string]any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return picoScalar(v)
	case map[string]any:
		if kind, ok := v["type"].(string); ok && slices.Contains(schemaTypes, kind) {
			return jsonSchema(v), nil
		}
		return picoProperties(v)
	}
	return nil, errors.New("it is neither JSON Schema nor Picoschema")
}

// jsonSchema makes required a []string, as this package's own objects have it.
func jsonSchema(v map[string]any) map[string]any {
	out := maps.Clone(v)
	if _, ok := v["required"]; ok {
		out["required"] = fields(v).texts("required")
	}
	return out
}

func picoProperties(v map[string]any) (map[string]any, error) {
	properties, required := map[string]any{}, []string{}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		name, wrapper := key, ""
		if open := strings.IndexByte(key, '('); open > 0 && strings.HasSuffix(key, ")") {
			name, wrapper = key[:open], key[open+1:len(key)-1]
		}
		name, optional := strings.CutSuffix(name, "?")
		if !isIdentifier(name) {
			return nil, fmt.Errorf("the property %s has no name that is known here", fieldName(name))
		}
		schema, err := picoProperty(wrapper, v[key])
		if err != nil {
			return nil, err
		}
		if !optional {
			required = append(required, name)
		}
		properties[name] = schema
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}, nil
}

func picoProperty(wrapper string, v any) (map[string]any, error) {
	kind, description, _ := strings.Cut(wrapper, ",")
	var schema map[string]any
	switch strings.TrimSpace(kind) {
	case "":
		inner, err := picoObject(v)
		return inner, err
	case "enum":
		schema = map[string]any{"enum": v}
	case "array":
		items, err := picoObject(v)
		if err != nil {
			return nil, err
		}
		schema = map[string]any{"type": "array", "items": items}
	case "object":
		inner, err := picoObject(v)
		if err != nil {
			return nil, err
		}
		schema = inner
	default:
		return nil, fmt.Errorf("the wrapper %s is none of array, object, enum", fieldName(kind))
	}
	if text := strings.TrimSpace(description); text != "" {
		schema["description"] = text
	}
	return schema, nil
}

// picoScalar reads "type, description". The type any is no limit.
func picoScalar(s string) (map[string]any, error) {
	kind, description, _ := strings.Cut(s, ",")
	kind = strings.TrimSpace(kind)
	schema := map[string]any{}
	switch {
	case kind == "any":
	case slices.Contains(schemaTypes, kind):
		schema["type"] = kind
	default:
		return nil, fmt.Errorf("the type %s is none of string, number, integer, boolean, null, any", fieldName(kind))
	}
	if text := strings.TrimSpace(description); text != "" {
		schema["description"] = text
	}
	return schema, nil
}
