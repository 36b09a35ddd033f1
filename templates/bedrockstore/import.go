package bedrockstore

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	agent "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

// Import reads a prompt of Bedrock's, by its id or ARN, and returns it as a
// prompt file called name. version is a number, or empty for the draft. lost
// tells what of it our form does not hold. A prompt that a Store published
// comes back as the file it was, whatever its name.
func Import(ctx context.Context, client Client, id, version, name string) (file []byte, lost []string, err error) {
	out, err := client.GetPrompt(ctx, &agent.GetPromptInput{PromptIdentifier: &id, PromptVersion: optional(version)})
	if err != nil {
		return nil, nil, explain("import "+id, err)
	}
	variant, more := pick(out)
	if variant == nil {
		return nil, nil, fmt.Errorf("bedrockstore: import %s: it has no variant", id)
	}
	if exact := fromMetadata([]types.PromptVariant{*variant}); exact != "" {
		return unpack(exact)
	}
	o := &templates.Outline{Name: name, Description: value(out.Description), Model: templates.Model{ID: value(variant.ModelId)}}
	if more > 0 {
		lost = append(lost, fmt.Sprintf("%d other variants", more))
	}
	for _, e := range variant.Metadata {
		if o.Labels == nil {
			o.Labels = map[string]string{}
		}
		o.Labels[value(e.Key)] = value(e.Value)
	}
	if variant.GenAiResource != nil {
		lost = append(lost, "the agent it is for")
	}
	if err := settings(&o.Model, variant); err != nil {
		return nil, nil, fmt.Errorf("bedrockstore: import %s: %w", id, err)
	}
	gone, err := contents(o, variant)
	if err != nil {
		return nil, nil, fmt.Errorf("bedrockstore: import %s: %w", id, err)
	}
	file, err = o.YAML()
	if err != nil {
		return nil, nil, fmt.Errorf("bedrockstore: import %s: %w", id, err)
	}
	return file, append(lost, gone...), nil
}

// pick returns the default variant, and how many others there are.
func pick(out *agent.GetPromptOutput) (*types.PromptVariant, int) {
	for i, v := range out.Variants {
		if len(out.Variants) == 1 || value(v.Name) == value(out.DefaultVariant) {
			return &out.Variants[i], len(out.Variants) - 1
		}
	}
	return nil, 0
}

// settings reads how the model is to be called.
func settings(m *templates.Model, v *types.PromptVariant) error {
	if c, ok := v.InferenceConfiguration.(*types.PromptInferenceConfigurationMemberText); ok {
		m.MaxTokens, m.Stop = int(value(c.Value.MaxTokens)), c.Value.StopSequences
		m.Temperature, m.TopP = wider(c.Value.Temperature), wider(c.Value.TopP)
	}
	if v.AdditionalModelRequestFields == nil {
		return nil
	}
	data, err := v.AdditionalModelRequestFields.MarshalSmithyDocument()
	if err != nil {
		return err
	}
	return json.Unmarshal(data, &m.AdditionalFields)
}

// wider turns 0.2 into 0.2: through its digits, since the next float64 to a
// float32 has more of them.
func wider(f *float32) *float64 {
	if f == nil {
		return nil
	}
	var wide float64
	if _, err := fmt.Sscan(fmt.Sprint(*f), &wide); err != nil {
		return nil
	}
	return &wide
}

// contents reads the texts and their variables.
func contents(o *templates.Outline, v *types.PromptVariant) (lost []string, err error) {
	switch c := v.TemplateConfiguration.(type) {
	case *types.PromptTemplateConfigurationMemberText:
		vars := names(o, c.Value.InputVariables)
		turn := templates.Turn{Role: "user", Blocks: []templates.Block{{Text: text(value(c.Value.Text), vars)}}}
		if c.Value.CachePoint != nil {
			turn.Blocks = append(turn.Blocks, templates.Block{CachePoint: true})
		}
		o.Turns = append(o.Turns, turn)
		return nil, nil
	case *types.PromptTemplateConfigurationMemberChat:
		return chatContents(o, c.Value)
	}
	return nil, fmt.Errorf("its template is of the kind %T, which is not known here", v.TemplateConfiguration)
}

func chatContents(o *templates.Outline, c types.ChatPromptTemplateConfiguration) (lost []string, err error) {
	vars := names(o, c.InputVariables)
	for _, b := range c.System {
		switch b := b.(type) {
		case *types.SystemContentBlockMemberText:
			o.System = append(o.System, templates.Block{Text: text(b.Value, vars)})
		case *types.SystemContentBlockMemberCachePoint:
			o.System = append(o.System, templates.Block{CachePoint: true})
		default:
			return nil, fmt.Errorf("the system text has a block of the kind %T, which is not known here", b)
		}
	}
	for _, m := range c.Messages {
		turn := templates.Turn{Role: string(m.Role)}
		for _, b := range m.Content {
			switch b := b.(type) {
			case *types.ContentBlockMemberText:
				turn.Blocks = append(turn.Blocks, templates.Block{Text: text(b.Value, vars)})
			case *types.ContentBlockMemberCachePoint:
				turn.Blocks = append(turn.Blocks, templates.Block{CachePoint: true})
			default:
				return nil, fmt.Errorf("a message has a block of the kind %T, which is not known here", b)
			}
		}
		o.Turns = append(o.Turns, turn)
	}
	if c.ToolConfiguration != nil {
		lost = toolNames(o, c.ToolConfiguration)
	}
	return lost, nil
}

// toolNames keeps what tools are called: what they are lives with their code.
func toolNames(o *templates.Outline, c *types.ToolConfiguration) (lost []string) {
	for _, t := range c.Tools {
		if spec, ok := t.(*types.ToolMemberToolSpec); ok {
			o.Tools.Names = append(o.Tools.Names, value(spec.Value.Name))
		}
	}
	switch choice := c.ToolChoice.(type) {
	case *types.ToolChoiceMemberAny:
		o.Tools.Choice = "any"
	case *types.ToolChoiceMemberAuto:
		o.Tools.Choice = "auto"
	case *types.ToolChoiceMemberTool:
		o.Tools.Choice = value(choice.Value.Name)
	}
	return []string{"the definitions of the tools: register tools of these names"}
}

// names declares the variables: text, and all of them required, as Bedrock
// has it.
func names(o *templates.Outline, vars []types.PromptInputVariable) map[string]bool {
	out := map[string]bool{}
	for _, v := range vars {
		name := value(v.Name)
		out[name] = true
		o.Inputs = append(o.Inputs, templates.OutlineInput{Name: name, Required: true, Schema: json.RawMessage(`{"type":"string"}`)})
	}
	return out
}

var tag = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_-]+)\s*\}\}`)

// text rewrites a text in which only the declared names are variables, and
// other braces are braces.
func text(s string, vars map[string]bool) string {
	var pieces []templates.Piece
	at := 0
	for _, m := range tag.FindAllStringSubmatchIndex(s, -1) {
		if name := s[m[2]:m[3]]; vars[name] {
			pieces = append(pieces, templates.Piece{Text: s[at:m[0]]}, templates.Piece{Variable: name})
			at = m[1]
		}
	}
	return templates.WritePieces(append(pieces, templates.Piece{Text: s[at:]}))
}

// unpack returns the file that a Store put beside Bedrock's form.
func unpack(line string) ([]byte, []string, error) {
	body, _, err := packed.Decode(line, "imported", 0)
	if err != nil {
		return nil, nil, fmt.Errorf("bedrockstore: %w", err)
	}
	return body, nil, nil
}
