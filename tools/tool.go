package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"
)

// The limits a tool has unless its [Options] say otherwise.
const (
	DefaultTimeout   = time.Minute
	DefaultMaxResult = 64 << 10 // bytes of text
)

// Options tune one tool. The zero value is what the fields say.
type Options struct {
	// Timeout ends a call that takes longer. 0 means DefaultTimeout, negative
	// no limit but the caller's context.
	Timeout time.Duration

	// MaxResult is how many bytes of text the model gets to see; the rest is
	// cut off and a mark says so. 0 means DefaultMaxResult, negative no limit.
	MaxResult int

	// ErrorText says what the model is told when the function failed: with the
	// function's error, a *PanicError or a *TimeoutError. Nil tells the text of
	// an error, but of a panic only that there was one.
	ErrorText func(error) string

	// NeedsApproval holds every call back until somebody has allowed it: Approve,
	// or else RunOptions.Approve. With neither, the call is refused.
	NeedsApproval bool
	Approve       func(context.Context, Request) (Decision, error)

	// Idempotent says that running the same call twice does what running it once
	// does, so that a run that was cut off may simply call again.
	Idempotent bool

	// InputSchema replaces the schema made from the input type, for what Go types
	// cannot say. The input must still decode into the type.
	InputSchema *jsonschema.Schema
}

// Tool is one function a model may call. It is safe for concurrent use as far
// as the function is.
type Tool struct {
	name, description string
	schema            json.RawMessage // of the input, encoded once
	input             *input
	text              string // the only property, when it is a string: see Call
	call              func(context.Context, json.RawMessage) (outcome, error)
	o                 Options
}

// toolName is what Bedrock allows: API_runtime_ToolSpecification, "name".
var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// New returns a tool that runs fn. In is a struct, or a map with string keys;
// struct{} takes nothing. Its schema comes from the fields' types and tags:
// json names and omits, jsonschema describes, and a tag named after a schema
// keyword sets that keyword:
//
//	Unit string  `json:"unit" jsonschema:"of the answer" enum:"celsius,fahrenheit" default:"celsius"`
//	Days int     `json:"days,omitempty" minimum:"1" maximum:"14"`
//
// These are enum, default, format, pattern, minimum, maximum, minLength,
// maxLength, minItems and maxItems. A field is required unless it has
// omitempty, omitzero or a default; required:"true" and required:"false"
// overrule that. Of a slice, enum, pattern, format and the bounds of a value
// hold for its items.
//
// Out becomes the result: a string as text, parts ([]llms.ContentPart or one of
// package message) as they are, a message.ToolResult with its IsError, and
// anything else as JSON.
//
// New fails when name or description is not one Bedrock takes, when a type has
// no schema (functions, channels, recursion), and when a tag is malformed.
func New[In, Out any](name, description string, fn func(context.Context, In) (Out, error), o *Options) (*Tool, error) {
	if fn == nil {
		return nil, fmt.Errorf("tool %s: no function", name)
	}
	t := reflect.TypeFor[In]()
	var s *jsonschema.Schema
	var err error
	if o != nil && o.InputSchema != nil {
		s = o.InputSchema
	} else if s, err = schemaOf(t); err != nil {
		return nil, fmt.Errorf("tool %s: input %s: %w", name, t, err)
	}
	tool, err := newTool(name, description, s, o)
	if err != nil {
		return nil, err
	}
	exact := holdsInterface(t, nil)
	tool.call = func(ctx context.Context, raw json.RawMessage) (outcome, error) {
		var in In
		if err := decode(raw, &in, exact); err != nil {
			return outcome{}, &InputError{Tool: name, Faults: []string{err.Error()}}
		}
		out, err := fn(ctx, in)
		if err != nil {
			return outcome{}, err
		}
		return outcomeOf(out)
	}
	return tool, nil
}

// Raw returns a tool whose schema is given as JSON and whose function gets the
// checked arguments as JSON: for tools that are known only at run time. The
// schema must be one of an object; what it does not say is not checked.
func Raw(name, description string, schema json.RawMessage, fn func(context.Context, json.RawMessage) ([]llms.ContentPart, error), o *Options) (*Tool, error) {
	if fn == nil {
		return nil, fmt.Errorf("tool %s: no function", name)
	}
	s := new(jsonschema.Schema)
	if err := json.Unmarshal(schema, s); err != nil {
		return nil, fmt.Errorf("tool %s: schema: %w", name, err)
	}
	tool, err := newTool(name, description, s, o)
	if err != nil {
		return nil, err
	}
	tool.schema = schema
	tool.call = func(ctx context.Context, raw json.RawMessage) (outcome, error) {
		parts, err := fn(ctx, raw)
		return outcome{parts: parts}, err
	}
	return tool, nil
}

func newTool(name, description string, s *jsonschema.Schema, o *Options) (*Tool, error) {
	if !toolName.MatchString(name) {
		return nil, fmt.Errorf("tool %q: a name is 1 to 64 letters, digits, _ and -", name)
	}
	if description == "" {
		return nil, fmt.Errorf("tool %s: no description; it is how the model knows when to call it", name)
	}
	t := &Tool{name: name, description: description}
	if o != nil {
		t.o = *o
	}
	if s.Type != "object" {
		return nil, fmt.Errorf("tool %s: the schema of its input is of type %q; a model sends an object", name, s.Type)
	}
	var err error
	if t.schema, err = json.Marshal(s); err != nil {
		return nil, fmt.Errorf("tool %s: schema: %w", name, err)
	}
	if t.input, err = newInput(s); err != nil {
		return nil, fmt.Errorf("tool %s: schema: %w", name, err)
	}
	if len(s.Properties) == 1 {
		for p, ps := range s.Properties {
			if ps.Type == "string" {
				t.text = p
			}
		}
	}
	return t, nil
}

// Must returns t, and panics where err is not nil: for tools made in variables.
func Must(t *Tool, err error) *Tool {
	if err != nil {
		panic(err)
	}
	return t
}

// Name is what the model calls the tool by.
func (t *Tool) Name() string { return t.name }

// Description tells the model what the tool does.
func (t *Tool) Description() string { return t.description }

// Schema is the JSON Schema of the input. It is shared: read only.
func (t *Tool) Schema() json.RawMessage { return t.schema }

// Idempotent says whether a call may be repeated without harm.
func (t *Tool) Idempotent() bool { return t.o.Idempotent }

// NeedsApproval says whether somebody has to allow each call.
func (t *Tool) NeedsApproval() bool { return t.o.NeedsApproval }

// definition is the tool as a model is offered it.
func (t *Tool) definition() llms.Tool {
	return llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
		Name: t.name, Description: t.description, Parameters: t.schema,
	}}
}

// InputError says what is wrong with the arguments of a call, all of it, and
// what would be right. Its text is meant for the model.
type InputError struct {
	Tool   string
	Faults []string
	Schema json.RawMessage // of the input, where seeing it would help; else nil
}

func (e *InputError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the arguments of %s are wrong; nothing was run", e.Tool)
	for _, f := range e.Faults {
		text.WriteString("\n- " + f)
	}
	if e.Schema != nil {
		text.WriteString("\nSend one JSON object that follows this schema: " + string(e.Schema))
	}
	return text.String()
}
