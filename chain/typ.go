package chain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
	"github.com/google/jsonschema-go/jsonschema"
)

// typ is what the checker knows about a value: a schema, where nil is
// anything, and whether it may be null besides.
type typ struct {
	schema   *jsonschema.Schema
	nullable bool
}

func anyType() typ { return typ{} }

func typeNamed(name string) typ { return typ{schema: &jsonschema.Schema{Type: name}} }

func (t typ) asSchema() *jsonschema.Schema {
	switch {
	case t.schema == nil:
		return &jsonschema.Schema{}
	case t.nullable:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{t.schema, {Type: "null"}}}
	}
	return t.schema
}

// objectOf is the type of an object with these values.
func objectOf(gives []give) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	for _, g := range gives {
		s.Properties[g.name] = g.typ.asSchema()
		s.Required = append(s.Required, g.name)
	}
	return s
}

// kinds returns the JSON types that values of s may have; nil is any.
func kinds(s *jsonschema.Schema) []string {
	switch {
	case s == nil:
		return nil
	case s.Type != "":
		return []string{s.Type}
	case len(s.Types) > 0:
		return s.Types
	case s.Const != nil:
		return kindsOf([]any{*s.Const})
	case len(s.Enum) > 0:
		return kindsOf(s.Enum)
	case len(s.AnyOf) > 0:
		return kindsOfAll(s.AnyOf)
	case len(s.OneOf) > 0:
		return kindsOfAll(s.OneOf)
	}
	return nil
}

func kindsOfAll(schemas []*jsonschema.Schema) []string {
	var all []string
	for _, s := range schemas {
		k := kinds(s)
		if k == nil {
			return nil
		}
		all = append(all, k...)
	}
	return all
}

func kindsOf(values []any) []string {
	var all []string
	for _, v := range values {
		switch v := reflect.ValueOf(v); v.Kind() {
		case reflect.Invalid:
			all = append(all, "null")
		case reflect.Bool:
			all = append(all, "boolean")
		case reflect.String:
			all = append(all, "string")
		case reflect.Slice:
			all = append(all, "array")
		case reflect.Map:
			all = append(all, "object")
		default:
			all = append(all, "number")
		}
	}
	return all
}

// misfit says why no value of type have can be one of type want, or why one
// may be null where null is refused. It is empty when they fit, and where too
// little is known: what can only be seen in the value is seen when it runs.
func misfit(have typ, want *jsonschema.Schema) string {
	if want == nil {
		return ""
	}
	if have.nullable && !allowsNull(want) {
		return "it may be null"
	}
	return mismatch("", have.schema, want, 0)
}

func allowsNull(s *jsonschema.Schema) bool {
	k := kinds(s)
	return k == nil || slices.Contains(k, "null")
}

func mismatch(path string, have, want *jsonschema.Schema, depth int) string {
	if have == nil || want == nil || depth > 20 {
		return ""
	}
	h, w := kinds(have), kinds(want)
	if h != nil && w != nil && !overlap(h, w) {
		return fmt.Sprintf("%sit is %s and must be %s", at(path), article(h), article(w))
	}
	for _, name := range want.Required {
		p, ok := have.Properties[name]
		if !ok && isFalse(have.AdditionalProperties) {
			return fmt.Sprintf("%sit has no %s", at(path), name)
		}
		if ok && want.Properties[name] != nil {
			if m := mismatch(join(path, name), p, want.Properties[name], depth+1); m != "" {
				return m
			}
		}
	}
	return mismatch(path+"[]", have.Items, want.Items, depth+1)
}

func at(path string) string {
	if path == "" {
		return ""
	}
	return "at " + path + " "
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func overlap(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || (x == "integer" && y == "number") || (x == "number" && y == "integer") {
				return true
			}
		}
	}
	return false
}

func article(kinds []string) string {
	kinds = slices.Compact(slices.Sorted(slices.Values(kinds)))
	for i, k := range kinds {
		switch k {
		case "array", "object", "integer":
			kinds[i] = "an " + k
		case "null":
		default:
			kinds[i] = "a " + k
		}
	}
	return strings.Join(kinds, " or ")
}

// isFalse reports whether s is the schema false, which nothing satisfies.
func isFalse(s *jsonschema.Schema) bool {
	return s != nil && s.Not != nil && reflect.DeepEqual(s.Not, &jsonschema.Schema{})
}

// exprType is the type as expr-lang's checker wants it. Numbers are untyped:
// JSON's numbers arrive as float64 and Go's as int, and expr-lang compares
// them well only when it does not believe to know better.
func (t typ) exprType() types.Type {
	if t.schema == nil || t.nullable {
		return types.Any
	}
	k := kinds(t.schema)
	if len(k) != 1 {
		return types.Any
	}
	switch k[0] {
	case "string":
		return types.String
	case "boolean":
		return types.Bool
	case "array":
		return types.Array(typ{schema: t.schema.Items}.exprType())
	case "object":
		return objectType(t.schema)
	}
	return types.Any
}

func objectType(s *jsonschema.Schema) types.Type {
	if len(s.Properties) == 0 {
		return types.Any
	}
	m := types.Map{}
	for name, p := range s.Properties {
		m[name] = typ{schema: p, nullable: !slices.Contains(s.Required, name)}.exprType()
	}
	if s.AdditionalProperties != nil && !isFalse(s.AdditionalProperties) {
		m[types.Extra] = types.Any
	}
	return m
}
