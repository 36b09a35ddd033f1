package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// schema is what a tool of four parameters has.
const schema = `{"type":"object","required":["id"],"additionalProperties":false,"properties":{` +
	`"id":{"type":"string","description":"The id, as the customer wrote it","maxLength":40},` +
	`"kind":{"type":"string","description":"What the id is of","enum":["order","invoice","parcel"]},` +
	`"limit":{"type":"integer","description":"How many to return","minimum":1,"maximum":50},` +
	`"since":{"type":"string","description":"A date, as in 2026-11-22"}}}`

func benchTools(ctx context.Context, s *server) error {
	m, err := ours(ctx, s.URL+answersIn)
	if err != nil {
		return err
	}
	c := bare(s.URL + answersIn)
	var raw, maps []llms.Tool
	var sdk []types.Tool
	for i := range 20 {
		var asMap map[string]any
		if err := json.Unmarshal([]byte(schema), &asMap); err != nil {
			return err
		}
		name, description := fmt.Sprintf("tool_%d", i), "Looks something up in one of the places where things are kept."
		raw = append(raw, tool(name, description, json.RawMessage(schema)))
		maps = append(maps, tool(name, description, asMap))
		sdk = append(sdk, &types.ToolMemberToolSpec{Value: types.ToolSpecification{
			Name: &name, Description: &description,
			InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(asMap)},
		}})
	}
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order 1017?")}
	ask := func(opts ...llms.CallOption) func() error {
		return func() error {
			_, err := m.GenerateContent(ctx, msgs, opts...)
			return err
		}
	}
	return race("20 tools", 40,
		contender{"bare SDK, no tools", func() error { return bareTools(ctx, c, nil) }},
		contender{"bare SDK, 20 lazy documents", func() error { return bareTools(ctx, c, &types.ToolConfiguration{Tools: sdk}) }},
		contender{"bedrock.Model, no tools", ask()},
		contender{"bedrock.Model, 20 as tools.Set", ask(llms.WithTools(raw))},
		contender{"bedrock.Model, 20 as maps", ask(llms.WithTools(maps))})
}

func tool(name, description string, parameters any) llms.Tool {
	return llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: name, Description: description, Parameters: parameters}}
}

func bareTools(ctx context.Context, c *bedrockruntime.Client, tools *types.ToolConfiguration) error {
	id := modelID
	_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: &id, ToolConfig: tools,
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Where is my order 1017?"}},
		}},
	})
	return err
}
