package bedrock

import (
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// answer is a reply on its way to the caller, streamed or not.
type answer struct {
	info       message.Info
	stopReason string
}

// answerOf reads an unstreamed reply.
func (r *request) answerOf(out *bedrockruntime.ConverseOutput) (*answer, error) {
	reply, ok := out.Output.(*types.ConverseOutputMemberMessage)
	if !ok {
		return nil, errors.New("the answer holds no message")
	}
	a := &answer{stopReason: string(out.StopReason)}
	a.info.Model = r.model
	a.info.Message = llms.MessageContent{Role: llms.ChatMessageTypeAI}
	a.info.Message.Parts = make([]llms.ContentPart, 0, len(reply.Value.Content))
	var before types.ContentBlock
	for _, b := range reply.Value.Content {
		// The SDK gives a block it does not know as nil, or as the very
		// block before it once more.
		if b == nil || b == before {
			continue
		}
		before = b
		part, err := r.part(b)
		if err != nil {
			return nil, err
		}
		if part != nil {
			a.info.Message.Parts = append(a.info.Message.Parts, part)
		}
	}
	a.info.Usage = usageOf(out.Usage)
	if out.Metrics != nil && out.Metrics.LatencyMs != nil {
		a.info.Latency = time.Duration(*out.Metrics.LatencyMs) * time.Millisecond
	}
	if out.PerformanceConfig != nil {
		a.info.Performance = string(out.PerformanceConfig.Latency)
	}
	if out.ServiceTier != nil {
		a.info.ServiceTier = string(out.ServiceTier.Type)
	}
	var err error
	if out.Trace != nil {
		if a.info.Trace, err = wireJSON(out.Trace); err != nil {
			return nil, err
		}
		a.setInvoked(out.Trace.PromptRouter)
	}
	a.info.AdditionalFields, err = documentJSON(out.AdditionalModelResponseFields)
	return a, err
}

// setInvoked names the model that a prompt router chose.
func (a *answer) setInvoked(t *types.PromptRouterTrace) {
	if t != nil && t.InvokedModelId != nil {
		a.info.Model = *t.InvokedModelId
	}
}

// response gives the answer langchaingo's form, with ours attached.
func (a *answer) response() *llms.ContentResponse {
	var r struct { // one allocation
		response llms.ContentResponse
		choices  [1]*llms.ContentChoice
		choice   llms.ContentChoice
	}
	choice := &r.choice
	r.choices[0], r.response.Choices = choice, r.choices[:]
	choice.StopReason = a.stopReason
	choice.Content = joined(a.info.Message.Parts, answerText)
	choice.ReasoningContent = joined(a.info.Message.Parts, reasoningText)
	for _, part := range a.info.Message.Parts {
		if call, ok := part.(llms.ToolCall); ok && call.Type != serverTool {
			choice.ToolCalls = append(choice.ToolCalls, call)
		}
	}
	if len(choice.ToolCalls) > 0 {
		choice.FuncCall = choice.ToolCalls[0].FunctionCall
	}
	choice.GenerationInfo = foreignInfo(a.info.Usage)
	message.Attach(choice, a.info)
	return &r.response
}

// foreignInfo tells the usage by the keys of langchaingo's other providers,
// for code that was written for those.
func foreignInfo(u message.Usage) map[string]any {
	info := make(map[string]any, 8)
	info["PromptTokens"] = u.Input
	info["CompletionTokens"] = u.Output
	info["TotalTokens"] = u.Input + u.Output + u.CacheRead + u.CacheWrite
	if u.CacheRead != 0 {
		info["CacheReadInputTokens"] = u.CacheRead
	}
	if u.CacheWrite != 0 {
		info["CacheCreationInputTokens"] = u.CacheWrite
	}
	return info
}

func answerText(p llms.ContentPart) (string, bool) {
	switch p := p.(type) {
	case llms.TextContent:
		return p.Text, true
	case message.Cited:
		return p.Text, true
	}
	return "", false
}

func reasoningText(p llms.ContentPart) (string, bool) {
	r, ok := p.(message.Reasoning)
	return r.Text, ok
}

// joined concatenates the texts of parts; the usual single one is not copied.
func joined(parts []llms.ContentPart, text func(llms.ContentPart) (string, bool)) string {
	var one string
	var more *strings.Builder
	for _, p := range parts {
		s, ok := text(p)
		switch {
		case !ok:
		case one == "" && more == nil:
			one = s
		case more == nil:
			more = &strings.Builder{}
			more.WriteString(one)
			fallthrough
		default:
			more.WriteString(s)
		}
	}
	if more != nil {
		return more.String()
	}
	return one
}
