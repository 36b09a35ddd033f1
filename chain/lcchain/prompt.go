package lcchain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/prompts"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/templates"
)

// Prompter returns one of our prompts as langchaingo's FormatPrompter and
// MessageFormatter. Langchaingo's messages hold text only: what else the prompt
// says (pictures, tools, settings) they cannot carry.
func Prompter(t *templates.Template) interface {
	prompts.FormatPrompter
	prompts.MessageFormatter
} {
	return prompter{t}
}

type prompter struct{ t *templates.Template }

func (p prompter) FormatPrompt(values map[string]any) (llms.PromptValue, error) { //nolint:ireturn // langchaingo's signature
	msgs, err := p.FormatMessages(values)
	if err != nil {
		return nil, err
	}
	return prompts.ChatPromptValue(msgs), nil
}

func (p prompter) FormatMessages(values map[string]any) ([]llms.ChatMessage, error) {
	vars := values
	if h := p.t.HistoryVar(); h != "" {
		if msgs, ok := values[h].([]llms.ChatMessage); ok {
			vars = make(map[string]any, len(values))
			maps.Copy(vars, values)
			vars[h] = contents(msgs)
		}
	}
	rendered, err := p.t.Render(vars)
	if err != nil {
		return nil, err
	}
	msgs := make([]llms.ChatMessage, len(rendered.Messages))
	for i, m := range rendered.Messages {
		msgs[i] = chatMessage(m)
	}
	return msgs, nil
}

func (p prompter) GetInputVariables() []string { return p.t.Required() }

// chatMessage is the text of m as a langchaingo chat message.
func chatMessage(m llms.MessageContent) llms.ChatMessage {
	var b strings.Builder
	for _, part := range m.Parts {
		if text, ok := message.Text(part); ok {
			b.WriteString(text)
		}
	}
	switch m.Role {
	case llms.ChatMessageTypeSystem:
		return llms.SystemChatMessage{Content: b.String()}
	case llms.ChatMessageTypeAI:
		return llms.AIChatMessage{Content: b.String()}
	case llms.ChatMessageTypeHuman:
		return llms.HumanChatMessage{Content: b.String()}
	}
	return llms.GenericChatMessage{Content: b.String(), Role: string(m.Role)}
}

// contents are langchaingo's chat messages as message contents, each in its
// own role, tool calls included.
func contents(msgs []llms.ChatMessage) []llms.MessageContent {
	list := make([]llms.MessageContent, len(msgs))
	for i, m := range msgs {
		c := llms.MessageContent{Role: m.GetType()}
		switch m := m.(type) {
		case llms.ToolChatMessage:
			c.Parts = []llms.ContentPart{llms.ToolCallResponse{ToolCallID: m.ID, Content: m.Content}}
		case llms.AIChatMessage:
			if m.Content != "" {
				c.Parts = append(c.Parts, llms.TextContent{Text: m.Content})
			}
			for _, call := range m.ToolCalls {
				c.Parts = append(c.Parts, call)
			}
		default:
			c.Parts = []llms.ContentPart{llms.TextContent{Text: m.GetContent()}}
		}
		list[i] = c
	}
	return list
}

// AskOptions are what an Ask can be told.
type AskOptions struct {
	// Output names the value the step makes; empty means the step's name.
	Output string
	// Trusted says that whoever wrote the prompt may run code here. It must be
	// set: see Ask.
	Trusted bool
	// Options go with every call.
	Options []llms.CallOption
}

// ErrUntrusted says that a langchaingo prompt was not marked as trusted.
var ErrUntrusted = errors.New("lcchain: langchaingo's templates are programs: set Trusted for those you wrote yourself, and move the others to causeway.prompt/v1")

// Ask returns a step that formats a langchaingo prompt and asks a model once.
// Roles stay what they are: a system message stays one.
//
// Langchaingo v0.1.14 evaluates its default format with the functions of
// sprig, one of which reads the environment, and renders the values of
// few-shot examples a second time. So a prompt that an outsider can change
// runs code in this process, and Ask wants to be told that none can.
func Ask(name string, model llms.Model, p prompts.FormatPrompter, o *AskOptions) (chain.Step, error) {
	var opts AskOptions
	if o != nil {
		opts = *o
	}
	switch {
	case model == nil || p == nil:
		return nil, fmt.Errorf("lcchain: step %s: a model and a prompt are needed", name)
	case !opts.Trusted:
		if _, ours := p.(prompter); !ours {
			return nil, fmt.Errorf("step %s: %w", name, ErrUntrusted)
		}
	}
	if opts.Output == "" {
		opts.Output = name
	}
	ask := func(ctx context.Context, in chain.Values) (chain.Values, error) {
		formatted, err := p.FormatPrompt(in)
		if err != nil {
			return nil, err
		}
		resp, err := chain.Generate(ctx, model, contents(formatted.Messages()), opts.Options...)
		if err != nil {
			return nil, err
		}
		return chain.Values{opts.Output: resp.Content}, nil
	}
	return chain.Func(name, ask, &chain.FuncOptions{Inputs: p.GetInputVariables(), Outputs: []string{opts.Output}}), nil
}
