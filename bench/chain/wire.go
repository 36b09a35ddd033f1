package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

const modelID = "anthropic.claude-sonnet-4-5-20250929-v1:0"

type order struct {
	ID string `json:"id" jsonschema:"the order's number"`
}

func lookUp(_ context.Context, o order) (string, error) { return "order " + o.ID + " was shipped", nil }

func benchWire(ctx context.Context) error {
	url, stop, err := startServer()
	if err != nil {
		return err
	}
	defer stop()
	cfg := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")}
	bare := func() *bedrockruntime.Client {
		return bedrockruntime.NewFromConfig(cfg, func(o *bedrockruntime.Options) { o.BaseEndpoint = &url })
	}
	client, err := bedrock.NewClient(ctx, &bedrock.ClientOptions{Endpoint: url, Config: &cfg})
	if err != nil {
		return err
	}
	model, err := bedrock.New(client, modelID, nil)
	if err != nil {
		return err
	}
	three, err := threeSteps(model)
	if err != nil {
		return err
	}
	one, two := bare(), bare()
	in := chain.Values{"text": "Where is my order 1017?"}
	err = race("three calls, each over the answer before", 30,
		contender{"bare SDK", func() error { return bareThree(ctx, one) }},
		contender{"bare SDK again", func() error { return bareThree(ctx, two) }},
		contender{"chain of three steps", func() error { _, err := three.Run(ctx, in, nil); return err }})
	if err != nil {
		return err
	}
	desk, err := agent(model)
	if err != nil {
		return err
	}
	return race("an agent's two turns with one tool", 40,
		contender{"bare SDK", func() error { return bareAgent(ctx, one) }},
		contender{"bare SDK again", func() error { return bareAgent(ctx, two) }},
		contender{"chain of an agent", func() error { _, err := desk.Run(ctx, in, nil); return err }})
}

func prompt(name, variable string) (chain.PromptSource, error) {
	t, err := templates.Parse(fmt.Appendf(nil, "schema: causeway.prompt/v1\nname: %s\nmodel: {id: m, maxTokens: 512, temperature: 0}\n"+
		"input: {required: [%s], properties: {%[2]s: {type: string}}}\nsystem: You answer questions about orders.\nmessages: [{user: \"{{%[2]s}}\"}]\n", name, variable))
	if err != nil {
		return nil, err
	}
	return chain.Template(t), nil
}

func threeSteps(model *bedrock.Model) (*chain.Chain, error) {
	var steps []chain.Step
	before := "text"
	for _, name := range []string{"a", "b", "c"} {
		p, err := prompt(name, before)
		if err != nil {
			return nil, err
		}
		steps = append(steps, chain.Prompt(name, model, p, nil))
		before = name
	}
	return chain.New("three", steps, nil)
}

func agent(model *bedrock.Model) (*chain.Chain, error) {
	p, err := prompt("answer", "text")
	if err != nil {
		return nil, err
	}
	tool, err := tools.New("lookup_order", "Finds an order", lookUp, nil)
	if err != nil {
		return nil, err
	}
	set, err := tools.NewSet(tool)
	if err != nil {
		return nil, err
	}
	return chain.New("desk", []chain.Step{chain.Agent("answer", model, p, set, nil)}, nil)
}

// say is a Converse input as one writes it by hand.
func say(msgs ...types.Message) *bedrockruntime.ConverseInput {
	return &bedrockruntime.ConverseInput{
		ModelId:         new(modelID),
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: new(int32(512)), Temperature: new(float32(0))},
		System:          []types.SystemContentBlock{&types.SystemContentBlockMemberText{Value: "You answer questions about orders."}},
		Messages:        msgs,
	}
}

func user(blocks ...types.ContentBlock) types.Message {
	return types.Message{Role: types.ConversationRoleUser, Content: blocks}
}

func bareThree(ctx context.Context, c *bedrockruntime.Client) error {
	text := "Where is my order 1017?"
	for range 3 {
		out, err := c.Converse(ctx, say(user(&types.ContentBlockMemberText{Value: text})))
		if err != nil {
			return err
		}
		text = out.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value
	}
	return nil
}

func bareAgent(ctx context.Context, c *bedrockruntime.Client) error {
	in := say(user(&types.ContentBlockMemberText{Value: "Where is my order 1017?"}))
	in.ToolConfig = &types.ToolConfiguration{Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{
		Name: new("lookup_order"), Description: new("Finds an order"),
		InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(map[string]any{
			"type": "object", "required": []string{"id"}, "additionalProperties": false,
			"properties": map[string]any{"id": map[string]any{"type": "string", "description": "the order's number"}},
		})},
	}}}}
	out, err := c.Converse(ctx, in)
	if err != nil {
		return err
	}
	said := out.Output.(*types.ConverseOutputMemberMessage).Value
	call := said.Content[1].(*types.ContentBlockMemberToolUse).Value
	var o struct{ ID string }
	if err := call.Input.UnmarshalSmithyDocument(&o); err != nil {
		return err
	}
	found, err := lookUp(ctx, order{ID: o.ID})
	if err != nil {
		return err
	}
	in.Messages = append(in.Messages, said, user(&types.ContentBlockMemberToolResult{Value: types.ToolResultBlock{
		ToolUseId: call.ToolUseId, Content: []types.ToolResultContentBlock{&types.ToolResultContentBlockMemberText{Value: found}},
	}}))
	_, err = c.Converse(ctx, in)
	return err
}
