package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// FuncOptions are what a step made of a function can be told.
type FuncOptions struct {
	// Inputs names the values a function of Values reads. A function of a
	// struct reads its fields' JSON names, and Inputs stays empty.
	Inputs []string
	// Outputs names the values a function that returns Values makes.
	Outputs []string
	// Output names the value that any other function makes; empty means the
	// step's name.
	Output string
}

// Func returns a step that calls fn. In is Values, or a struct whose JSON
// fields are the step's inputs: then the values are decoded into it, and its
// schema takes part in the checks. Out is Values, or anything that encodes as
// JSON: then it becomes the one value that FuncOptions.Output names, and
// struct{} makes none.
func Func[In, Out any](name string, fn func(context.Context, In) (Out, error), o *FuncOptions) Step {
	s := &funcStep{name: name}
	if o == nil {
		o = &FuncOptions{}
	}
	if fn == nil {
		s.err = errors.New("its function is nil")
		return s
	}
	s.inputs, s.outputs = o.Inputs, o.Outputs
	in, out := reflect.TypeFor[In](), reflect.TypeFor[Out]()
	if in != reflect.TypeFor[Values]() {
		s.takeStruct(in)
	}
	if out != reflect.TypeFor[Values]() {
		s.makeOne(out, o.Output)
	}
	s.call = func(ctx context.Context, in Values) (Values, error) {
		arg, err := decode[In](in)
		if err != nil {
			return nil, err
		}
		got, err := fn(ctx, arg)
		if err != nil {
			return nil, err
		}
		return encode(got, s.outputs)
	}
	return s
}

type funcStep struct {
	name            string
	inputs, outputs []string
	optional        map[string]bool
	types           *jsonschema.Schema // of the inputs, when they are a struct
	made            *jsonschema.Schema // of the one output
	call            func(context.Context, Values) (Values, error)
	err             error // what is wrong with how it was made
}

func (s *funcStep) Name() string      { return s.name }
func (s *funcStep) Inputs() []string  { return s.inputs }
func (s *funcStep) Outputs() []string { return s.outputs }

func (s *funcStep) Run(ctx context.Context, in Values) (Values, error) {
	return s.exec(ctx, frameOf(ctx), env{base: in})
}

func (s *funcStep) exec(ctx context.Context, f frame, in env) (Values, error) {
	got, err := s.call(f.within(ctx), in.only(s.inputs))
	if err != nil {
		return nil, err
	}
	return declared(s, got)
}

func (s *funcStep) describe(k *checker, at string, _ *scope) signature {
	if s.err != nil {
		k.fault(at, "func", "", "%v", s.err)
	}
	sig := signature{acts: true}
	for _, name := range s.inputs {
		n := need{name: name, optional: s.optional[name]}
		if s.types != nil {
			n.schema = s.types.Properties[name]
		}
		sig.needs = append(sig.needs, n)
	}
	for _, name := range s.outputs {
		sig.gives = append(sig.gives, give{name: name, typ: typ{schema: s.made}})
	}
	return sig
}

// takeStruct reads the inputs off a struct type.
func (s *funcStep) takeStruct(in reflect.Type) {
	schema, err := jsonschema.ForType(in, nil)
	if err != nil {
		s.err = fmt.Errorf("its input type %v has no schema: %w", in, err)
		return
	}
	if schema.Type != "object" || in.Kind() != reflect.Struct {
		s.err = fmt.Errorf("its input type is %v: it must be a struct or chain.Values", in)
		return
	}
	s.types, s.inputs = schema, schema.PropertyOrder
	s.optional = make(map[string]bool)
	for name := range schema.Properties {
		s.optional[name] = true
	}
	for _, name := range schema.Required {
		delete(s.optional, name)
	}
}

// makeOne declares the one output of a function that does not return Values.
func (s *funcStep) makeOne(out reflect.Type, name string) {
	if out == reflect.TypeFor[struct{}]() {
		s.outputs = nil
		return
	}
	if name == "" {
		name = s.name
	}
	s.outputs = []string{name}
	if out.Kind() == reflect.Interface {
		return
	}
	schema, err := jsonschema.ForType(out, nil)
	if err != nil {
		s.err = errors.Join(s.err, fmt.Errorf("its output type %v has no schema: %w", out, err))
		return
	}
	s.made = schema
}

// decode turns values into a function's argument.
func decode[In any](in Values) (In, error) {
	var arg In
	if v, ok := any(&arg).(*Values); ok {
		*v = in
		return arg, nil
	}
	given := make(Values, len(in))
	for name, v := range in {
		if v != nil { // null leaves the field alone
			given[name] = v
		}
	}
	raw, err := json.Marshal(given)
	if err != nil {
		return arg, fmt.Errorf("its input does not encode: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&arg); err != nil {
		return arg, fmt.Errorf("its input does not fit %T: %w", arg, err)
	}
	return arg, nil
}

// encode turns what a function returned into values.
func encode(got any, names []string) (Values, error) {
	if v, ok := got.(Values); ok {
		return v, nil
	}
	if len(names) == 0 {
		return nil, nil
	}
	plain, err := jsonData(got)
	if err != nil {
		return nil, fmt.Errorf("its output does not encode: %w", err)
	}
	return Values{names[0]: plain}, nil
}

// jsonData returns v as plain JSON data.
func jsonData(v any) (any, error) {
	switch v.(type) {
	case nil, bool, string, float64:
		return v, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	err = json.Unmarshal(raw, &plain)
	return plain, err
}
