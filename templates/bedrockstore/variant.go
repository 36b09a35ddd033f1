package bedrockstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"
	smithydocument "github.com/aws/smithy-go/document"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

// What a variant's metadata takes (PromptVariant in the API reference).
const (
	maxEntries = 50
	maxValue   = 1024 // characters of one entry
	packedMark = "causeway-"
)

// toVariant writes a prompt as Bedrock knows it, with the exact file beside.
func toVariant(body []byte, v templates.Version) (types.PromptVariant, error) {
	none := types.PromptVariant{}
	t, err := templates.Parse(body)
	if err != nil {
		return none, err
	}
	o, _, err := t.Flatten()
	if err != nil {
		return none, fmt.Errorf("no form of Bedrock's says the same: %w", err)
	}
	line, err := packed.Encode(body, v)
	if err != nil {
		return none, err
	}
	if most := maxEntries * maxValue; len(line) > most {
		return none, fmt.Errorf("it packs to %d bytes, and a prompt's metadata takes %d", len(line), most)
	}
	variant := types.PromptVariant{
		Name: new("default"), ModelId: optional(o.Model.ID), InferenceConfiguration: inference(o.Model),
		TemplateType: types.PromptTemplateTypeChat, TemplateConfiguration: &types.PromptTemplateConfigurationMemberChat{Value: chat(o)},
	}
	if text, ok := onlyText(o); ok {
		variant.TemplateType = types.PromptTemplateTypeText
		variant.TemplateConfiguration = &types.PromptTemplateConfigurationMemberText{
			Value: types.TextPromptTemplateConfiguration{Text: &text, InputVariables: variables(o)},
		}
	}
	if o.Model.AdditionalFields != nil {
		variant.AdditionalModelRequestFields = document.NewLazyDocument(exact(o.Model.AdditionalFields))
	}
	for i := 0; line != ""; i++ {
		n := min(maxValue, len(line))
		variant.Metadata = append(variant.Metadata, types.PromptMetadataEntry{
			Key: new(fmt.Sprintf("%s%02d", packedMark, i)), Value: new(line[:n]),
		})
		line = line[n:]
	}
	return variant, nil
}

// fromMetadata puts the packed file together again.
func fromMetadata(variants []types.PromptVariant) string {
	if len(variants) == 0 {
		return ""
	}
	entries := slices.DeleteFunc(slices.Clone(variants[0].Metadata), func(e types.PromptMetadataEntry) bool {
		return !strings.HasPrefix(value(e.Key), packedMark)
	})
	slices.SortFunc(entries, func(a, b types.PromptMetadataEntry) int { return strings.Compare(value(a.Key), value(b.Key)) })
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(value(e.Value))
	}
	return b.String()
}

// exact turns numbers into the kind that a Smithy document writes digit by
// digit; it would write a json.Number as text.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		return smithydocument.Number(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = exact(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = exact(e)
		}
		return out
	}
	return v
}

// onlyText returns the text of a prompt that is nothing but one user text.
func onlyText(o *templates.Outline) (string, bool) {
	if len(o.System) > 0 || len(o.Turns) != 1 || o.Turns[0].Role != "user" || len(o.Turns[0].Blocks) != 1 {
		return "", false
	}
	b := o.Turns[0].Blocks[0]
	return b.Text, !b.CachePoint
}

func chat(o *templates.Outline) types.ChatPromptTemplateConfiguration {
	c := types.ChatPromptTemplateConfiguration{InputVariables: variables(o)}
	for _, b := range o.System {
		if b.CachePoint {
			c.System = append(c.System, &types.SystemContentBlockMemberCachePoint{Value: cachePoint})
		} else {
			c.System = append(c.System, &types.SystemContentBlockMemberText{Value: b.Text})
		}
	}
	for _, turn := range o.Turns {
		m := types.Message{Role: types.ConversationRole(turn.Role)}
		for _, b := range turn.Blocks {
			if b.CachePoint {
				m.Content = append(m.Content, &types.ContentBlockMemberCachePoint{Value: cachePoint})
			} else {
				m.Content = append(m.Content, &types.ContentBlockMemberText{Value: b.Text})
			}
		}
		c.Messages = append(c.Messages, m)
	}
	return c
}

// cachePoint is Bedrock's for stored prompts, which have no lifetime to choose.
var cachePoint = types.CachePointBlock{Type: types.CachePointTypeDefault}

func variables(o *templates.Outline) []types.PromptInputVariable {
	var out []types.PromptInputVariable
	for _, in := range o.Inputs {
		out = append(out, types.PromptInputVariable{Name: &in.Name})
	}
	return out
}

func inference(m templates.Model) types.PromptInferenceConfiguration {
	c := types.PromptModelInferenceConfiguration{StopSequences: m.Stop}
	if m.MaxTokens > 0 {
		c.MaxTokens = new(int32(m.MaxTokens))
	}
	if m.Temperature != nil {
		c.Temperature = new(float32(*m.Temperature))
	}
	if m.TopP != nil {
		c.TopP = new(float32(*m.TopP))
	}
	if c.MaxTokens == nil && c.Temperature == nil && c.TopP == nil && c.StopSequences == nil {
		return nil
	}
	return &types.PromptInferenceConfigurationMemberText{Value: c}
}
