package bedrock_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

const (
	claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
	nova   = "us.amazon.nova-pro-v1:0"
)

// lookup is a tool with a schema as a program writes it.
var lookup = llms.WithTools([]llms.Tool{{Type: "function", Function: &llms.FunctionDefinition{
	Name: "lookup", Description: "d", Strict: true, Parameters: struct {
		Type string `json:"type"`
	}{"object"},
}}})

const lookupSent = `"tools":[{"toolSpec":{"name":"lookup","description":"d","strict":true,"inputSchema":{"json":{"type":"object"}}}}]`

// whole is an option that overwrites all others.
var whole = llms.WithOptions(llms.CallOptions{MaxTokens: 7})

// settingCases lists what each setting is on the wire, beside the message.
var settingCases = map[string]struct {
	model   string
	options bedrock.Options
	call    message.Call
	opts    []llms.CallOption
	sent    string // members beside "messages"
}{
	"nothing":                {},
	"zeros are wishes":       {opts: []llms.CallOption{llms.WithTemperature(0), llms.WithTopP(0)}, sent: `"inferenceConfig":{"temperature":0,"topP":0}`},
	"WithOptions":            {opts: []llms.CallOption{whole}, sent: `"inferenceConfig":{"maxTokens":7}`},
	"zero after a whole":     {opts: []llms.CallOption{whole, llms.WithTemperature(0)}, sent: `"inferenceConfig":{"maxTokens":7,"temperature":0}`},
	"inference":              {opts: []llms.CallOption{llms.WithMaxTokens(5), llms.WithTemperature(0.7), llms.WithTopP(0.9), llms.WithStopWords([]string{"x"})}, sent: `"inferenceConfig":{"maxTokens":5,"temperature":0.7,"topP":0.9,"stopSequences":["x"]}`},
	"the model's bound":      {options: bedrock.Options{MaxTokens: 9}, sent: `"inferenceConfig":{"maxTokens":9}`},
	"the call's bound":       {options: bedrock.Options{MaxTokens: 9}, opts: []llms.CallOption{llms.WithMaxTokens(5)}, sent: `"inferenceConfig":{"maxTokens":5}`},
	"guardrail":              {options: bedrock.Options{Guardrail: bedrock.Guardrail{ID: "g", Trace: "enabled_full"}}, sent: `"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"DRAFT","trace":"enabled_full"}`},
	"the call's guardrail":   {options: bedrock.Options{Guardrail: bedrock.Guardrail{ID: "g", Version: "1"}}, call: message.Call{GuardrailID: "h", GuardrailVersion: "2"}, sent: `"guardrailConfig":{"guardrailIdentifier":"h","guardrailVersion":"2"}`},
	"performance":            {options: bedrock.Options{Performance: "optimized", ServiceTier: "priority"}, sent: `"performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"priority"}`},
	"metadata":               {options: bedrock.Options{RequestMetadata: map[string]string{"a": "1", "b": "1"}}, call: message.Call{RequestMetadata: map[string]string{"b": "2"}}, sent: `"requestMetadata":{"a":"1","b":"2"}`},
	"response paths":         {options: bedrock.Options{ResponsePaths: []string{"/seed"}}, sent: `"additionalModelResponseFieldPaths":["/seed"]`},
	"effort":                 {options: bedrock.Options{Effort: "high"}, sent: `"outputConfig":{"effort":"high"}`},
	"output schema":          {model: claude, options: bedrock.Options{OutputName: "n"}, call: message.Call{OutputSchema: json.RawMessage(`{"type":"object"}`)}, sent: `"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"n","schema":"{\"type\":\"object\",\"additionalProperties\":false}"}}}}`},
	"output schema as it is": {model: nova, options: bedrock.Options{OutputSchema: json.RawMessage(`{"type":"object"}`)}, sent: `"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}"}}}}`},
	"output schema in words": {model: nova, call: message.Call{OutputSchema: json.RawMessage(`{"type":"object"}`)}, sent: `"system":[{"text":"Answer with JSON alone, with nothing before or after it. It must follow this JSON Schema:\n{\"type\":\"object\"}"}]`},
	"tools":                  {opts: []llms.CallOption{lookup}, sent: `"toolConfig":{` + lookupSent + `}`},
	"tool choice auto":       {opts: []llms.CallOption{lookup, llms.WithToolChoice("auto")}, sent: `"toolConfig":{` + lookupSent + `,"toolChoice":{"auto":{}}}`},
	"tool choice any":        {opts: []llms.CallOption{lookup, llms.WithToolChoice("required")}, sent: `"toolConfig":{` + lookupSent + `,"toolChoice":{"any":{}}}`},
	"tool choice one":        {opts: []llms.CallOption{lookup, llms.WithToolChoice(&llms.ToolChoice{Function: &llms.FunctionReference{Name: "lookup"}})}, sent: `"toolConfig":{` + lookupSent + `,"toolChoice":{"tool":{"name":"lookup"}}}`},
	"tool choice none":       {opts: []llms.CallOption{lookup, llms.WithToolChoice("none")}},
	"functions, older form":  {opts: []llms.CallOption{llms.WithFunctions([]llms.FunctionDefinition{{Name: "f"}}), llms.WithFunctionCallBehavior(llms.FunctionCallBehaviorAuto)}, sent: `"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}],"toolChoice":{"auto":{}}}`},
	"a tool of Bedrock's":    {opts: []llms.CallOption{llms.WithTools([]llms.Tool{{Type: "systemTool", Function: &llms.FunctionDefinition{Name: "nova_grounding"}}})}, sent: `"toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]}`},
	"numbers in fields":      {options: bedrock.Options{AdditionalFields: map[string]any{"n": json.Number("12345678901234567890"), "raw": json.RawMessage(`{"x":1.0}`), "nil": nil}}, sent: `"additionalModelRequestFields":{"n":12345678901234567890,"raw":{"x":1.0},"nil":null}`},
	"empty fields":           {options: bedrock.Options{AdditionalFields: map[string]any{}}, sent: `"additionalModelRequestFields":{}`},
	"top-k, Claude":          {model: claude, opts: []llms.CallOption{llms.WithTopK(5)}, sent: `"additionalModelRequestFields":{"top_k":5}`},
	"top-k, Nova":            {model: nova, options: bedrock.Options{AdditionalFields: map[string]any{"inferenceConfig": map[string]any{"x": 1}}}, opts: []llms.CallOption{llms.WithTopK(5)}, sent: `"additionalModelRequestFields":{"inferenceConfig":{"topK":5,"x":1}}`},
	"thinking, a budget":     {model: claude, opts: []llms.CallOption{llms.WithThinkingBudget(2000), llms.WithInterleaveThinking(true)}, sent: `"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000},"anthropic_beta":["interleaved-thinking-2025-05-14"]}`},
	"thinking, a share":      {model: claude, opts: []llms.CallOption{llms.WithMaxTokens(10000), llms.WithThinkingMode(llms.ThinkingModeMedium)}, sent: `"inferenceConfig":{"maxTokens":10000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":5000}}`},
	"thinking, auto":         {model: claude, opts: []llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeAuto)}, sent: `"additionalModelRequestFields":{"thinking":{"type":"adaptive"}}`},
	"thinking, the least":    {model: claude, opts: []llms.CallOption{llms.WithMaxTokens(2000), llms.WithThinkingMode(llms.ThinkingModeLow)}, sent: `"inferenceConfig":{"maxTokens":2000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}`},
	"thinking, no room":      {model: claude, opts: []llms.CallOption{llms.WithMaxTokens(200), llms.WithThinkingMode(llms.ThinkingModeLow)}, sent: `"inferenceConfig":{"maxTokens":200}`},
	"thinking, none":         {model: claude, opts: []llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeNone)}},
	"thinking, Nova":         {model: "us.amazon.nova-2-lite-v1:0", opts: []llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeHigh)}, sent: `"additionalModelRequestFields":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}}`},
	"thinking, gpt-oss":      {model: "openai.gpt-oss-120b-1:0", opts: []llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeLow)}, sent: `"additionalModelRequestFields":{"reasoning_effort":"low"}`},
	"an ARN's base model":    {model: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", options: bedrock.Options{BaseModel: "anthropic.claude-sonnet-4"}, opts: []llms.CallOption{llms.WithTopK(5)}, sent: `"additionalModelRequestFields":{"top_k":5}`},
	"the call's fields win":  {model: claude, options: bedrock.Options{AdditionalFields: map[string]any{"top_k": 6}}, call: message.Call{AdditionalFields: map[string]any{"top_k": 7}}, opts: []llms.CallOption{llms.WithTopK(5)}, sent: `"additionalModelRequestFields":{"top_k":7}`},
	"no field, left out":     {opts: []llms.CallOption{llms.WithSeed(1), llms.WithN(2), llms.WithPresencePenalty(1)}},
}

func TestSettings(t *testing.T) {
	for name, c := range settingCases {
		t.Run(name, func(t *testing.T) {
			w := answering(sayHello)
			id := c.model
			if id == "" {
				id = "m"
			}
			m := newModel(t, w, id, &c.options)
			if _, err := m.GenerateContent(message.WithCall(t.Context(), c.call), human("hi"), c.opts...); err != nil {
				t.Fatal(err)
			}
			want := `{"messages":[{"role":"user","content":[{"text":"hi"}]}]`
			if c.sent != "" {
				want += "," + c.sent
			}
			if diff := cmp.Diff(decoded(t, []byte(want+"}")), w.sentJSON(t)); diff != "" {
				t.Errorf("(-want +sent):\n%s", diff)
			}
		})
	}
}

// What only a stream can say is said in streams.
func TestStreamSettings(t *testing.T) {
	w := streaming(textStream(t, 1))
	m := newModel(t, w, "m", &bedrock.Options{Guardrail: bedrock.Guardrail{ID: "g", Version: "1", StreamMode: "async"}})
	if _, err := m.GenerateContent(t.Context(), human("hi"), llms.WithModel("other"), llms.WithStreamingFunc(deaf)); err != nil {
		t.Fatal(err)
	}
	want := decoded(t, []byte(`{"messages":[{"role":"user","content":[{"text":"hi"}]}],"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1","streamProcessingMode":"async"}}`))
	if diff := cmp.Diff(want, w.sentJSON(t)); diff != "" || w.path != "/model/other/converse-stream" {
		t.Errorf("%s %s", w.path, diff)
	}
}

func TestCachingOption(t *testing.T) {
	history := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "s"), llms.TextParts(llms.ChatMessageTypeHuman, "h"),
	}
	for name, c := range map[string]struct {
		model   string
		caching bedrock.Caching
		opts    []llms.CallOption
		points  int
	}{
		"all, an hour":   {claude, bedrock.Caching{System: true, Tools: true, Messages: true, TTL: time.Hour}, nil, 3},
		"langchaingo's":  {claude, bedrock.Caching{}, []llms.CallOption{llms.WithPromptCaching(true)}, 3},
		"switched off":   {claude, bedrock.Caching{System: true}, []llms.CallOption{llms.WithPromptCaching(false)}, 0},
		"no such model":  {"meta.llama3-1-8b-instruct-v1:0", bedrock.Caching{System: true, Tools: true}, nil, 0},
		"system only":    {nova, bedrock.Caching{System: true}, nil, 1},
		"an unknown ARN": {"arn:aws:bedrock:us-east-1:1:application-inference-profile/x", bedrock.Caching{Messages: true}, nil, 1},
	} {
		w := answering(sayHello)
		m := newModel(t, w, c.model, &bedrock.Options{Caching: c.caching})
		if _, err := m.GenerateContent(t.Context(), history, append(c.opts, lookup)...); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(w.body), `"cachePoint"`); n != c.points {
			t.Errorf("%s: %d cache points in %s", name, n, w.body)
		}
		if hours := strings.Count(string(w.body), `"ttl":"1h"`); c.caching.TTL != 0 && hours != c.points {
			t.Errorf("%s: %d of them for an hour", name, hours)
		}
	}
}

// A managed prompt brings its own settings and may need no message.
func TestPromptARN(t *testing.T) {
	const arn = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT12345:1"
	w := answering(sayHello)
	m := newModel(t, w, arn, &bedrock.Options{PromptVariables: map[string]string{"a": "1"}})
	ctx := message.WithCall(t.Context(), message.Call{PromptVariables: map[string]string{"b": "2"}})
	if _, err := m.GenerateContent(ctx, nil); err != nil {
		t.Fatal(err)
	}
	got := w.sentJSON(t).(map[string]any)["promptVariables"]
	if diff := cmp.Diff(decoded(t, []byte(`{"a":{"text":"1"},"b":{"text":"2"}}`)), got); diff != "" {
		t.Error(diff)
	}
	if w.path != "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprompt%2FPROMPT12345%3A1/converse" {
		t.Error(w.path)
	}
	for _, opt := range []llms.CallOption{llms.WithTemperature(1), lookup} {
		if _, err := m.GenerateContent(ctx, nil, opt); !llms.IsInvalidRequestError(err) {
			t.Errorf("a setting beside a managed prompt: %v", err)
		}
	}
}

// Requests that cannot be made are refused here, and nothing is sent.
func TestInvalidRequests(t *testing.T) {
	user := func(parts ...llms.ContentPart) []llms.MessageContent {
		return []llms.MessageContent{{Role: llms.ChatMessageTypeHuman, Parts: parts}}
	}
	for name, c := range map[string]struct {
		msgs  []llms.MessageContent
		opts  []llms.CallOption
		words string
	}{
		"no messages":        {nil, nil, "at least one"},
		"system only":        {[]llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, "s")}, nil, "at least one"},
		"unknown role":       {[]llms.MessageContent{{Role: "narrator"}}, nil, "message 1 (narrator)"},
		"nil part":           {user(nil), nil, "message 1 (human): part 1: it is nil"},
		"web image":          {user(llms.ImageURLPart("https://example.com/a.png")), nil, "fetch it"},
		"image type":         {user(llms.BinaryPart("image/tiff", []byte{1})), nil, "png, jpeg, gif, webp"},
		"two sources":        {user(message.Image{MIMEType: "image/png", Data: []byte{1}, Source: "s3://b/k"}), nil, "both Data and Source"},
		"no source":          {user(message.Video{MIMEType: "video/mp4"}), nil, "neither"},
		"http source":        {user(message.Audio{MIMEType: "audio/wav", Source: "https://x"}), nil, "s3://"},
		"document sources":   {user(message.Document{Text: "a", Data: []byte{1}}), nil, "exactly one"},
		"cache time":         {user(llms.TextPart("a"), message.CachePoint{TTL: time.Minute}), nil, "5m or 1h"},
		"image in system":    {[]llms.MessageContent{{Role: llms.ChatMessageTypeSystem, Parts: []llms.ContentPart{message.Image{}}}}, nil, "system message"},
		"nameless tool":      {human("h"), []llms.CallOption{llms.WithTools([]llms.Tool{{Type: "function"}})}, "tool 1"},
		"schema no object":   {human("h"), []llms.CallOption{llms.WithTools([]llms.Tool{{Function: &llms.FunctionDefinition{Name: "f", Parameters: json.RawMessage("[1]")}}})}, "no JSON Schema object"},
		"schema no JSON":     {human("h"), []llms.CallOption{llms.WithTools([]llms.Tool{{Function: &llms.FunctionDefinition{Name: "f", Parameters: json.RawMessage("{")}}})}, "not valid JSON"},
		"schema no value":    {human("h"), []llms.CallOption{llms.WithTools([]llms.Tool{{Function: &llms.FunctionDefinition{Name: "f", Parameters: make(chan int)}}})}, "parameters of f"},
		"tool choice":        {human("h"), []llms.CallOption{lookup, llms.WithToolChoice("maybe")}, "none, auto, any"},
		"tool choice's type": {human("h"), []llms.CallOption{lookup, llms.WithToolChoice(5)}, "int"},
		"broken result":      {user(message.ToolResult{ToolCallID: "a", Parts: []llms.ContentPart{message.JSON{Value: json.RawMessage("{")}}}), nil, "result of a"},
		"nested result":      {user(message.ToolResult{ToolCallID: "a", Parts: []llms.ContentPart{message.ToolResult{}}}), nil, "no place"},
	} {
		w := answering(sayHello)
		_, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), c.msgs, c.opts...)
		if !llms.IsInvalidRequestError(err) || w.sent != 0 || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, %d requests sent", name, err, w.sent)
		}
	}
	w := answering(sayHello)
	_, err := newModel(t, w, "m", &bedrock.Options{Strict: true}).GenerateContent(t.Context(), human("h"), llms.WithSeed(3), llms.WithTopK(3), llms.WithJSONMode(), llms.WithThinkingMode(llms.ThinkingModeLow))
	if !llms.IsInvalidRequestError(err) || !strings.Contains(err.Error(), "Seed; JSONMode; TopK; Thinking") || w.sent != 0 {
		t.Errorf("strict: %v", err)
	}
}

// A tool's odd name comes back as its caller wrote it, streamed or not.
func TestToolNamesComeBack(t *testing.T) {
	odd := llms.WithTools([]llms.Tool{{Function: &llms.FunctionDefinition{Name: "files/read"}}, {Function: &llms.FunctionDefinition{Name: "files.read"}}})
	r := &reply{}
	r.add(`{"toolUse":{"toolUseId":"a","name":"files_read_2","input":{}}}`, `{"toolUse":{"toolUseId":"a","name":"files_read_2"}}`)
	var heard string
	ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(d message.Delta) error { heard = d.ToolName; return nil }})
	for _, c := range []struct {
		ctx context.Context
		w   *wire
	}{{t.Context(), answering(r.unary("tool_use"))}, {ctx, streaming(r.stream(t, "tool_use"))}} {
		resp, err := newModel(t, c.w, "m", nil).GenerateContent(c.ctx, human("h"), odd)
		if err != nil {
			t.Fatal(err)
		}
		if name := resp.Choices[0].ToolCalls[0].FunctionCall.Name; name != "files.read" {
			t.Errorf("came back as %q", name)
		}
	}
	if heard != "files.read" {
		t.Errorf("streamed as %q", heard)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := bedrock.New(nil, "m", nil); err == nil {
		t.Error("no client is no error")
	}
	if _, err := bedrock.New(answering("").client(t), "", nil); err == nil {
		t.Error("no id is no error")
	}
}

func TestSupportsReasoning(t *testing.T) {
	for id, want := range map[string]bool{
		claude: true, "anthropic.claude-3-5-sonnet-20241022-v2:0": false, "anthropic.claude-3-haiku-20240307-v1:0": false,
		"us.anthropic.claude-3-7-sonnet-20250219-v1:0": true, nova: false, "us.amazon.nova-2-lite-v1:0": true,
		"us.deepseek.r1-v1:0": true, "openai.gpt-oss-20b-1:0": true, "meta.llama3-1-8b-instruct-v1:0": false,
	} {
		if got := newModel(t, answering(""), id, nil).SupportsReasoning(); got != want {
			t.Errorf("%s: %v", id, got)
		}
	}
}

// A document's odd name comes back in citations as its caller wrote it, and
// goes out again as it was sent.
func TestDocumentNamesComeBack(t *testing.T) {
	history := []llms.MessageContent{{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
		llms.TextContent{Text: "q"}, message.Document{Name: "Q3.report", Text: "words", Citations: true},
	}}}
	r := &reply{}
	r.add(`{"citationsContent":{"content":[{"text":"a"}],"citations":[{"title":"Q3-report"}]}}`, "", `{"text":"a"}`, `{"citation":{"title":"Q3-report"}}`)
	for _, c := range []struct {
		w    *wire
		opts []llms.CallOption
	}{{answering(r.unary("end_turn")), nil}, {streaming(r.stream(t, "end_turn")), []llms.CallOption{llms.WithStreamingFunc(deaf)}}} {
		resp, err := newModel(t, c.w, claude, nil).GenerateContent(t.Context(), history, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		answer := message.Assistant(resp.Choices[0])
		if title := answer.Parts[0].(message.Cited).Citations[0].Title; title != "Q3.report" {
			t.Errorf("came back as %q", title)
		}
		w := answering(sayHello)
		again := append(history[:1:1], answer, llms.TextParts(llms.ChatMessageTypeHuman, "more"))
		if _, err := newModel(t, w, claude, nil).GenerateContent(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(w.body), `"title":"Q3-report"`) {
			t.Errorf("sent %s", w.body)
		}
	}
}
