package templates

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Template is one version of a prompt, ready to render. It never changes and
// is safe for concurrent use. What its methods return is shared: read only.
type Template struct {
	*compiled
	ref    Ref
	origin Origin
	asOf   stamp
}

// compiled is what the bytes of a prompt file mean, whoever they came from.
type compiled struct {
	name, description string
	labels            map[string]string
	model             Model
	inputs            map[string]*input
	required          []string // sorted
	slots             []slot
	history           *historySlot
	exampleText       *slot // the user message that the examples' inputs go through
	examples          []llms.MessageContent
	tools             Tools
	output            json.RawMessage
	tests             []test
	used              map[string]bool // variables that some text uses
	options           []llms.CallOption
	call              message.Call
	schemas           map[string]*jsonschema.Schema
	schema            *jsonschema.Schema
}

// Name returns the prompt's name.
func (t *Template) Name() string { return t.name }

// Ref returns which prompt this is. A template from a [Library] has Version,
// SHA256 and the Alias it was reached by; a parsed one has Name and SHA256.
func (t *Template) Ref() Ref { return t.ref }

// Description returns what the file says the prompt is for.
func (t *Template) Description() string { return t.description }

// Labels returns the file's free metadata.
func (t *Template) Labels() map[string]string { return t.labels }

// Model returns the model the prompt asks for, or "".
func (t *Template) Model() string { return t.model.ID }

// Settings returns everything the file says about the model.
func (t *Template) Settings() Model { return t.model }

// Inputs returns the schema of each declared variable.
func (t *Template) Inputs() map[string]*jsonschema.Schema { return t.schemas }

// Required returns the variables without a default that must be given, sorted.
func (t *Template) Required() []string { return t.required }

// InputSchema returns the variables as one object schema.
func (t *Template) InputSchema() *jsonschema.Schema { return t.schema }

// HistoryVar returns the variable that takes earlier messages, of type
// []llms.MessageContent, or "" if the prompt has no place for them.
func (t *Template) HistoryVar() string { return t.historyKey() }

// OutputSchema returns the JSON Schema of the answer, or nil if it is text.
func (t *Template) OutputSchema() json.RawMessage { return t.output }

// ToolNames returns the tools the prompt may use.
func (t *Template) ToolNames() []string { return t.tools.Names }

// Unused returns the declared variables that no message uses, sorted.
func (t *Template) Unused() []string {
	var names []string
	for name := range t.inputs {
		if !t.used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (c *compiled) historyKey() string {
	for _, s := range c.slots {
		if s.history != nil {
			return s.history.key
		}
	}
	return ""
}

// finish prepares what every rendering shares.
func (c *compiled) finish() {
	c.schemas = make(map[string]*jsonschema.Schema, len(c.inputs))
	for name, in := range c.inputs {
		c.schemas[name] = in.schema
		if in.required && !in.hasDefault {
			c.required = append(c.required, name)
		}
	}
	slices.Sort(c.required)
	c.schema = &jsonschema.Schema{
		Type: "object", Properties: c.schemas, Required: c.required,
		PropertyOrder:        slices.Sorted(maps.Keys(c.schemas)),
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	c.options = slices.Clip(c.callOptions())
	c.call = message.Call{
		AdditionalFields: c.model.AdditionalFields, GuardrailID: c.model.GuardrailID,
		GuardrailVersion: c.model.GuardrailVersion, OutputSchema: c.output,
	}
}

func (c *compiled) callOptions() []llms.CallOption {
	var o []llms.CallOption
	if c.model.MaxTokens > 0 {
		o = append(o, llms.WithMaxTokens(c.model.MaxTokens))
	}
	if c.model.Temperature != nil {
		o = append(o, llms.WithTemperature(*c.model.Temperature))
	}
	if c.model.TopP != nil {
		o = append(o, llms.WithTopP(*c.model.TopP))
	}
	if len(c.model.Stop) > 0 {
		o = append(o, llms.WithStopWords(c.model.Stop))
	}
	switch choice := c.tools.Choice; choice {
	case "":
	case "auto", "any", "none":
		o = append(o, llms.WithToolChoice(choice))
	default:
		o = append(o, llms.WithToolChoice(llms.ToolChoice{
			Type: "function", Function: &llms.FunctionReference{Name: choice},
		}))
	}
	return o
}
