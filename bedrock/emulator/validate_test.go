package emulator

import (
	"strings"
	"testing"
)

const claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

const weatherTool = `"toolConfig":{"tools":[{"toolSpec":{"name":"weather","inputSchema":{"json":{"type":"object"}}}}]}`

func user(blocks string) string { return `{"role":"user","content":[` + blocks + `]}` }

func assistant(blocks string) string { return `{"role":"assistant","content":[` + blocks + `]}` }

func use(id string) string {
	return `{"toolUse":{"toolUseId":"` + id + `","name":"weather","input":{}}}`
}

func result(id string) string {
	return `{"toolResult":{"toolUseId":"` + id + `","content":[{"text":"sunny"}]}}`
}

// TestRefusals holds Bedrock's own words; each comes from a report of one of
// its users.
func TestRefusals(t *testing.T) {
	hi := user(`{"text":"hi"}`)
	doc := func(name string) string {
		return `{"document":{"format":"txt","name":"` + name + `","source":{"bytes":"eA=="}}}`
	}
	for _, tt := range []struct{ name, model, body, want string }{
		{"not JSON", claude, `{"messages":`, "not well-formed JSON"},
		{"model id", "does-not-exist", `{}`, "The provided model identifier is invalid."},
		{"no messages", claude, `{}`, "1 validation error detected: Value null at 'messages' failed to satisfy constraint: Member must not be null"},
		{"no content", claude, `{"messages":[{"role":"user"}]}`, "Value null at 'messages.1.member.content' failed"},
		{"empty content", claude, `{"messages":[{"role":"user","content":[]}]}`, "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content field and try again."},
		{"empty conversation", claude, `{"messages":[]}`, "A conversation must start with a user message."},
		{"assistant first", claude, `{"messages":[` + assistant(`{"text":"hi"}`) + `]}`, "A conversation must start with a user message."},
		{"two users", claude, `{"messages":[` + hi + `,` + hi + `]}`, "A conversation must alternate between user and assistant roles."},
		{"role", claude, `{"messages":[{"role":"tool","content":[{"text":"x"}]}]}`, "at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set"},
		{"blank text", claude, `{"messages":[` + user(`{"text":" \n"}`) + `]}`, "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again."},
		{"two kinds", claude, `{"messages":[` + user(`{"text":"a","cachePoint":{"type":"default"}}`) + `]}`, "can't set more than one key"},
		{"no kind", claude, `{"messages":[` + user(`{"brandNew":{}}`) + `]}`, "must set one of the following keys"},
		{"temperature", claude, `{"inferenceConfig":{"temperature":2},"messages":[` + hi + `]}`, "Value '2' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1"},
		{"max tokens", claude, `{"inferenceConfig":{"maxTokens":0},"messages":[` + hi + `]}`, "Member must have value greater than or equal to 1"},
		{
			"tool name", claude, `{"toolConfig":{"tools":[{"toolSpec":{"name":"","description":"","inputSchema":{"json":{"type":"object"}}}}]},"messages":[` + hi + `]}`,
			"3 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'toolConfig.tools.1.member.toolSpec.description' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"tool name in the history", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(`{"toolUse":{"toolUseId":"a","name":"$READ","input":{}}}`) + `]}`,
			"Value at 'messages.2.member.content.1.member.toolUse.name' failed to satisfy constraint",
		},
		{
			"schema", claude, `{"toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"string"}}}}]},"messages":[` + hi + `]}`,
			"The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
		},
		{
			"tool choice", claude, `{"toolConfig":{"toolChoice":{"tool":{"name":"b"}},"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object"}}}}]},"messages":[` + hi + `]}`,
			"Tool 'b' not found in provided tools",
		},
		{
			"no toolConfig", claude, `{"messages":[` + hi + `,` + assistant(use("a")) + `,` + user(result("a")) + `]}`,
			"The toolConfig field must be defined when using toolUse and toolResult content blocks.",
		},
		{
			"missing result", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")+","+use("b")) + `,` + user(result("a")) + `]}`,
			"Expected toolResult blocks at messages.2.content for the following Ids: b",
		},
		{
			"result at last missing", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")) + `]}`,
			"Expected toolResult blocks at messages.2.content for the following Ids: a",
		},
		{
			"surplus result", claude, `{` + weatherTool + `,"messages":[` + user(result("a")) + `]}`,
			"The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.",
		},
		{
			"same id twice", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")+","+use("a")) + `,` + user(result("a")) + `]}`,
			"`tool_use` ids must be unique",
		},
		{
			"input no object", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(`{"toolUse":{"toolUseId":"a","name":"weather","input":[]}}`) + `]}`,
			"The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field and try again.",
		},
		{
			"json no object", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")) + `,` + user(`{"toolResult":{"toolUseId":"a","content":[{"json":[1]}]}}`) + `]}`,
			"The format of the value at messages.2.content.0.toolResult.content.0.json is invalid. Provide a json object for the field and try again.",
		},
		{
			"empty error", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")) + `,` + user(`{"toolResult":{"toolUseId":"a","content":[],"status":"error"}}`) + `]}`,
			"The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
		},
		{"document name", claude, `{"messages":[` + user(doc("a.txt")) + `]}`, "The document file name can only contain alphanumeric characters"},
		{"document twice", claude, `{"messages":[` + user(doc("a")+","+doc("a")) + `]}`, "Messages can't contain duplicate document names."},
		{
			"six documents", claude, `{"messages":[` + user(`{"text":"read"},`+doc("a")+","+doc("b")+","+doc("c")+","+doc("d")+","+doc("e")+","+doc("f")) + `]}`,
			"You can't include more than 5 documents in a request.",
		},
		{"document alone", claude, `{"messages":[` + user(doc("a")) + `]}`, "A text block must be included when using documents."},
		{
			"text as a document", claude, `{"messages":[` + user(`{"text":"read"},{"document":{"format":"txt","name":"a","source":{"text":"x"}}}`) + `]}`,
			"DocumentSource object at messages.0.content.1.document.source must set one of the following keys: bytes, s3Location.",
		},
		{"image without bytes", claude, `{"messages":[` + user(`{"image":{"format":"png","source":{}}}`) + `]}`, "ImageSource object at messages.0.content.0.image.source must set one of"},
		{"prefill", "us.anthropic.claude-opus-4-6-v1", `{"messages":[` + hi + `,` + assistant(`{"text":"I"}`) + `]}`, "This model does not support assistant message prefill."},
		{"temperature and topP", claude, `{"inferenceConfig":{"temperature":0.5,"topP":0.5},"messages":[` + hi + `]}`, "`temperature` and `top_p` cannot both be specified for this model."},
		{"budget above maxTokens", claude, `{"inferenceConfig":{"maxTokens":2000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000}},"messages":[` + hi + `]}`, "`max_tokens` must be greater than `thinking.budget_tokens`"},
		{"small budget", claude, `{"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":10}},"messages":[` + hi + `]}`, "budget_tokens: Input should be greater than or equal to 1024"},
		{"temperature with thinking", claude, `{"inferenceConfig":{"temperature":0},"additionalModelRequestFields":{"thinking":{"type":"adaptive"}},"messages":[` + hi + `]}`, "`temperature` may only be set to 1 when thinking is enabled"},
		{"forced tool with thinking", claude, `{"toolConfig":{"toolChoice":{"any":{}},"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object"}}}}]},"additionalModelRequestFields":{"thinking":{"type":"adaptive"}},"messages":[` + hi + `]}`, "Thinking may not be enabled when tool_choice forces tool use."},
		{"toolUse of a user", claude, `{` + weatherTool + `,"messages":[` + user(use("a")) + `,` + assistant(`{"text":"a"}`) + `]}`, "messages.1.content for the following Ids: a"},
		{"tools for Titan", "amazon.titan-text-express-v1", `{` + weatherTool + `,"messages":[` + hi + `]}`, "This model doesn't support tool use."},
		{"system for Mistral 7B", "mistral.mistral-7b-instruct-v0:2", `{"system":[{"text":"a"}],"messages":[` + hi + `]}`, "This model doesn't support system messages."},
		{"cache points", claude, `{"messages":[` + user(`{"text":"a"}`+strings.Repeat(`,{"cachePoint":{"type":"default"}}`, 5)) + `]}`, "A maximum of 4 blocks with cache_control may be provided. Found 5."},
		{"trailing space", claude, `{"messages":[` + hi + `,` + assistant(`{"text":"I "}`) + `]}`, "final assistant content cannot end with trailing whitespace"},
		{"changed reasoning", claude, `{"messages":[` + hi + `,` + assistant(`{"reasoningContent":{"reasoningText":{"text":"other","signature":"`+signature("true")+`"}}},{"text":"a"}`) + `]}`, "Invalid `signature`"},
		{"too long", "anthropic.claude-3-haiku-20240307-v1:0", `{"messages":[` + user(`{"text":"`+strings.Repeat("long ", 170_000)+`"}`) + `]}`, "prompt is too long: 212504 tokens > 200000 maximum"},
		{"asks for too much", "anthropic.claude-3-haiku-20240307-v1:0", `{"inferenceConfig":{"maxTokens":5000},"messages":[` + hi + `]}`, "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."},
		{"prompt resource", "arn:aws:bedrock:us-east-1:123456789012:prompt/ABC:1", `{"system":[{"text":"x"}]}`, "can't be used with a prompt resource"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, failure := decode(Converse, tt.model, []byte(tt.body))
			if failure == nil || !strings.Contains(failure.Message, tt.want) {
				t.Errorf("got %v\nwant %s", failure, tt.want)
			}
		})
	}
}

// TestTaken holds what one might think is refused and is not.
func TestTaken(t *testing.T) {
	hi := user(`{"text":"hi"}`)
	for _, tt := range []struct{ name, model, body string }{
		{"blank tool result", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")) + `,` + user(`{"toolResult":{"toolUseId":"a","content":[{"text":""}]}}`) + `]}`},
		{"empty tool result", claude, `{` + weatherTool + `,"messages":[` + hi + `,` + assistant(use("a")) + `,` + user(`{"toolResult":{"toolUseId":"a","content":[]}}`) + `]}`},
		{"underscore in a document's name", claude, `{"messages":[` + user(`{"text":"a"},{"document":{"format":"txt","name":"a_b","source":{"bytes":"eA=="}}}`) + `]}`},
		{"empty system", claude, `{"system":[],"inferenceConfig":{},"messages":[` + hi + `]}`},
		{"prefill", claude, `{"messages":[` + hi + `,` + assistant(`{"text":"I"}`) + `]}`},
		{"two users, Titan", "amazon.titan-text-express-v1", `{"messages":[` + hi + `,` + hi + `]}`},
		{"profile ARN", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", `{"messages":[` + hi + `]}`},
		{"prompt ARN without messages", "arn:aws:bedrock:us-east-1:123456789012:prompt/ABC:1", `{"promptVariables":{"a":{"text":"b"}}}`},
		{"unknown member", claude, `{"brandNew":1,"messages":[` + hi + `]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, failure := decode(Converse, tt.model, []byte(tt.body)); failure != nil {
				t.Error(failure)
			}
		})
	}
}

func decode(op Operation, model string, body []byte) (*Request, *Failure) {
	r, _, f := open(op, model, body)
	return r, f
}
