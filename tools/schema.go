package tools

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// schemaOf makes the schema of an input type as encoding/json decodes it.
// jsonschema.For is close but describes some types otherwise than they decode
// (bytes, big.Int, the string option, named embedded structs, types with an
// UnmarshalText), and knows no tag but a description.
func schemaOf(t reflect.Type) (*jsonschema.Schema, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s, err := typeSchema(t, map[reflect.Type]bool{})
	if err != nil {
		return nil, err
	}
	if s.Type != "object" {
		return nil, errors.New("a model sends an object: the input has to be a struct or a map with string keys")
	}
	return s, nil
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// typeSchema describes t. open holds the named types around it.
func typeSchema(t reflect.Type, open map[reflect.Type]bool) (*jsonschema.Schema, error) {
	if t.Kind() == reflect.Pointer {
		s, err := typeSchema(t.Elem(), open)
		if err == nil && s.Type != "" {
			s.Type, s.Types = "", []string{"null", s.Type}
		}
		return s, err
	}
	if s := knownSchema(t); s != nil {
		return s, nil
	}
	if t.Name() != "" {
		if open[t] {
			return nil, fmt.Errorf("%s holds itself, which a schema from a type cannot say: give Options.InputSchema", t)
		}
		open[t] = true
		defer delete(open, t)
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return listSchema(t, open)
	case reflect.Map:
		return mapSchema(t, open)
	case reflect.Struct:
		return structSchema(t, open)
	}
	return kindSchema(t)
}

// knownSchema describes types that decode otherwise than their kind does.
func knownSchema(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "integer", Description: "nanoseconds"}
	case reflect.TypeFor[big.Int]():
		return &jsonschema.Schema{Type: "integer"}
	case reflect.TypeFor[json.Number]():
		return &jsonschema.Schema{Type: "number"}
	}
	if t.Kind() == reflect.Interface {
		return &jsonschema.Schema{}
	}
	switch p := reflect.PointerTo(t); {
	case p.Implements(unmarshaler): // a json.RawMessage too
		return &jsonschema.Schema{}
	case p.Implements(textUnmarshaler):
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

func kindSchema(t reflect.Type) (*jsonschema.Schema, error) {
	switch t.Kind() {
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}, nil
	case reflect.String:
		return &jsonschema.Schema{Type: "string"}, nil
	case reflect.Float32, reflect.Float64:
		return &jsonschema.Schema{Type: "number"}, nil
	case reflect.Int, reflect.Int64:
		return &jsonschema.Schema{Type: "integer"}, nil
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return &jsonschema.Schema{Type: "integer", Minimum: new(0.0)}, nil
	case reflect.Int8, reflect.Int16, reflect.Int32:
		limit := math.Ldexp(1, t.Bits()-1)
		return &jsonschema.Schema{Type: "integer", Minimum: new(-limit), Maximum: new(limit - 1)}, nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return &jsonschema.Schema{Type: "integer", Minimum: new(0.0), Maximum: new(math.Ldexp(1, t.Bits()) - 1)}, nil
	}
	return nil, fmt.Errorf("%s: JSON has no such thing as a %s", t, t.Kind())
}

func listSchema(t reflect.Type, open map[reflect.Type]bool) (*jsonschema.Schema, error) {
	if e := t.Elem(); t.Kind() == reflect.Slice && e.Kind() == reflect.Uint8 && knownSchema(e) == nil {
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}, nil
	}
	items, err := typeSchema(t.Elem(), open)
	if err != nil {
		return nil, err
	}
	s := &jsonschema.Schema{Type: "array", Items: items}
	if t.Kind() == reflect.Array {
		s.MinItems, s.MaxItems = new(t.Len()), new(t.Len())
	}
	return s, nil
}

func mapSchema(t reflect.Type, open map[reflect.Type]bool) (*jsonschema.Schema, error) {
	if k := t.Key(); k.Kind() != reflect.String && !reflect.PointerTo(k).Implements(textUnmarshaler) {
		return nil, fmt.Errorf("%s: the keys of a JSON object are strings", t)
	}
	values, err := typeSchema(t.Elem(), open)
	if err != nil {
		return nil, err
	}
	return &jsonschema.Schema{Type: "object", AdditionalProperties: values}, nil
}

func structSchema(t reflect.Type, open map[reflect.Type]bool) (*jsonschema.Schema, error) {
	s := &jsonschema.Schema{
		Type:                 "object",
		Properties:           map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	for _, f := range fieldsOf(t) {
		p, err := typeSchema(f.Type, open)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		if f.quoted {
			p = &jsonschema.Schema{Type: "string", Description: "a " + p.Type + " in quotes"}
		}
		optional, err := applyTags(p, f.StructField)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		s.Properties[f.json] = p
		s.PropertyOrder = append(s.PropertyOrder, f.json)
		if !optional {
			s.Required = append(s.Required, f.json)
		}
	}
	return s, nil
}
