package bedrock

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// systemTool marks, in llms.Tool.Type, a tool that Bedrock runs itself, such
// as nova_grounding; its Function needs only a Name.
const systemTool = "systemTool"

// anyInput is the schema of a tool that was declared without parameters.
var anyInput = []byte(`{"type":"object","properties":{}}`)

// toolConfig writes the tools on offer. It is nil when there are none, or the
// call asks for none: Converse has no such choice.
func (s *settings) toolConfig(names *toolNames) (*types.ToolConfiguration, error) {
	tools := s.lc.Tools
	for i := range s.lc.Functions { // langchaingo's older form, which its agents use
		tools = append(tools[:len(tools):len(tools)], llms.Tool{Type: "function", Function: &s.lc.Functions[i]})
	}
	choice, err := s.toolChoice(names)
	if err != nil || len(tools) == 0 || choice == noTools {
		return nil, err
	}
	tc := &types.ToolConfiguration{Tools: make([]types.Tool, 0, len(tools)+1), ToolChoice: choice}
	specs := make([]toolSpec, len(tools))
	for i, t := range tools {
		b, err := specs[i].tool(t, names)
		if err != nil {
			return nil, fmt.Errorf("tool %d: %w", i+1, err)
		}
		tc.Tools = append(tc.Tools, b)
	}
	return tc, nil
}

// toolSpec is a tool on its way out with all that it points to, so that twenty
// of them are one allocation.
type toolSpec struct {
	types.ToolMemberToolSpec
	name, description string
	strict            bool
	schema            types.ToolInputSchemaMemberJson
	document          rawDocument
}

// tool returns t's form.
func (spec *toolSpec) tool(t llms.Tool, names *toolNames) (types.Tool, error) {
	f := t.Function
	if f == nil || f.Name == "" {
		return nil, fmt.Errorf("a tool of type %q without a function's name", t.Type)
	}
	if t.Type == systemTool {
		return &types.ToolMemberSystemTool{Value: types.SystemTool{Name: &f.Name}}, nil
	}
	schema, err := toolSchemas.json(f.Parameters)
	if err != nil {
		return nil, fmt.Errorf("the parameters of %s: %w", f.Name, err)
	}
	spec.strict = f.Strict
	return spec.fill(names.toWire(f.Name), f.Description, schema), nil
}

func (spec *toolSpec) fill(name, description string, schema []byte) types.Tool {
	spec.name, spec.description, spec.document.json = name, description, schema
	spec.schema.Value = &spec.document
	v := &spec.Value
	v.Name, v.InputSchema = &spec.name, &spec.schema
	if description != "" {
		v.Description = &spec.description
	}
	if spec.strict {
		v.Strict = &spec.strict
	}
	return &spec.ToolMemberToolSpec
}

// toolChoice returns Bedrock's form of langchaingo's choice; nil leaves it to
// the model.
func (s *settings) toolChoice(names *toolNames) (types.ToolChoice, error) {
	choice := s.lc.ToolChoice
	if choice == nil && s.lc.FunctionCallBehavior != "" {
		choice = string(s.lc.FunctionCallBehavior)
	}
	switch c := choice.(type) {
	case nil:
		return nil, nil
	case string:
		return toolChoiceWord(c)
	case llms.ToolChoice:
		return toolChoiceOf(c, names)
	case *llms.ToolChoice:
		if c != nil {
			return toolChoiceOf(*c, names)
		}
		return nil, nil
	}
	return nil, fmt.Errorf("a tool choice of type %T: none, auto, any or an llms.ToolChoice", choice)
}

// noTools is what the choice "none" becomes; it is compared and never sent.
var noTools types.ToolChoice = &types.UnknownUnionMember{Tag: "none"}

func toolChoiceWord(word string) (types.ToolChoice, error) {
	switch word {
	case "":
		return nil, nil
	case "none":
		return noTools, nil
	case "auto":
		return &types.ToolChoiceMemberAuto{}, nil
	case "any", "required":
		return &types.ToolChoiceMemberAny{}, nil
	}
	return nil, fmt.Errorf("the tool choice %q: none, auto, any or an llms.ToolChoice", word)
}

func toolChoiceOf(c llms.ToolChoice, names *toolNames) (types.ToolChoice, error) {
	if c.Function == nil || c.Function.Name == "" {
		return toolChoiceWord(c.Type)
	}
	name := names.toWire(c.Function.Name)
	return &types.ToolChoiceMemberTool{Value: types.SpecificToolChoice{Name: &name}}, nil
}
