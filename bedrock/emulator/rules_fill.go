package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fill makes a value of a JSON Schema out of a text: what the schema demands
// is always there, what it only allows where the text has it.
func fill(schema map[string]any, text string) any {
	f := &filler{text: text}
	return f.value(schema, "", 0)
}

type filler struct {
	text string
	used map[string]bool // numbers that were given out
}

// maxDepth bounds schemas that contain themselves.
const maxDepth = 8

func (f *filler) value(schema map[string]any, name string, depth int) any {
	if v, ok := schema["const"]; ok {
		return v
	}
	if enum, ok := schema["enum"].([]any); ok && len(enum) > 0 {
		return f.oneOf(enum)
	}
	kind := schemaType(schema)
	switch {
	case depth > maxDepth:
		return nil
	case kind == "object":
		return f.object(schema, depth)
	case kind == "array":
		items, _ := schema["items"].(map[string]any)
		if items == nil {
			return []any{}
		}
		return []any{f.value(items, name, depth+1)}
	case kind == "integer":
		n, _ := strconv.ParseFloat(f.number(schema, wholeNumber), 64)
		return int64(n)
	case kind == "number":
		n, _ := strconv.ParseFloat(f.number(schema, anyNumber), 64)
		return n
	case kind == "boolean":
		return !strings.Contains(" "+strings.ToLower(f.text)+" ", " not ")
	case kind == "null":
		return nil
	}
	return f.string(schema, name)
}

func schemaType(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		for _, e := range t {
			if s, ok := e.(string); ok && s != "null" {
				return s
			}
		}
	}
	if _, ok := schema["properties"]; ok {
		return "object"
	}
	return "string"
}

func (f *filler) object(schema map[string]any, depth int) any {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	out := make(map[string]any)
	for _, name := range sortedKeys(properties) {
		sub, ok := properties[name].(map[string]any)
		if !ok || !slices.Contains(required, any(name)) && !f.mentions(sub) {
			continue
		}
		out[name] = f.value(sub, name, depth+1)
	}
	return out
}

// mentions tells whether the text holds an optional property: only a value of
// an enumeration is sure enough.
func (f *filler) mentions(schema map[string]any) bool {
	enum, _ := schema["enum"].([]any)
	return slices.ContainsFunc(enum, f.says)
}

func (f *filler) says(v any) bool {
	s, ok := v.(string)
	return ok && s != "" && strings.Contains(strings.ToLower(f.text), strings.ToLower(s))
}

// oneOf is the value of an enumeration that the text names, else the last:
// that is where lists put "other".
func (f *filler) oneOf(enum []any) any {
	for _, v := range enum {
		if f.says(v) {
			return v
		}
	}
	return enum[len(enum)-1]
}

// Numbers that stand alone: not the 12 of ABC-12.
var (
	wholeNumber = regexp.MustCompile(`(?:^|[^\w.-])(-?\d+)\b`)
	anyNumber   = regexp.MustCompile(`(?:^|[^\w.-])(-?\d+(?:\.\d+)?)\b`)
)

// number takes the next number of the text, else the smallest the schema
// allows, else 1.
func (f *filler) number(schema map[string]any, pattern *regexp.Regexp) string {
	for _, m := range pattern.FindAllStringSubmatch(f.text, -1) {
		if n := m[1]; !f.used[n] {
			if f.used == nil {
				f.used = make(map[string]bool)
			}
			f.used[n] = true
			return n
		}
	}
	if low, ok := schema["minimum"].(float64); ok {
		return strconv.FormatFloat(low, 'f', -1, 64)
	}
	return "1"
}
