package tools

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/causeway-go/causeway/message"
)

// Plain is langchaingo's tools.Tool, by shape, so that this package does not
// link it. A *[Tool] is one too: it goes to langchaingo's agents as it is.
type Plain interface {
	Name() string
	Description() string
	Call(ctx context.Context, input string) (string, error)
}

// From turns a langchaingo tool into one of ours. The model sends it one
// string, as the property "input". Characters of its name that models do not
// take become underscores.
func From(lc Plain) *Tool {
	type input struct {
		Input string `json:"input" jsonschema:"what the tool is to work on"`
	}
	name := strings.Trim(notInName.ReplaceAllString(lc.Name(), "_"), "_")
	description := lc.Description()
	if name == "" {
		name = "tool"
	}
	if description == "" {
		description = name
	}
	return Must(New(name[:min(len(name), 64)], description, func(ctx context.Context, in input) (string, error) {
		return lc.Call(ctx, in.Input)
	}, nil))
}

var notInName = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)

// Call makes a Tool usable as a langchaingo tool. Input is the arguments as
// JSON; a tool whose only property is a string takes that string as it is too,
// as langchaingo's agents send it. The answer is the text of the result. An
// error says what the model would have been told, and unwraps to what happened.
func (t *Tool) Call(ctx context.Context, input string) (string, error) {
	if t.text != "" && !strings.HasPrefix(strings.TrimSpace(input), "{") {
		raw, err := json.Marshal(map[string]string{t.text: input})
		if err != nil {
			return "", err
		}
		input = string(raw)
	}
	if t.o.NeedsApproval {
		return t.callApproved(ctx, input)
	}
	return t.callNow(ctx, input)
}

func (t *Tool) callNow(ctx context.Context, input string) (string, error) {
	out, err := t.invoke(ctx, []byte(input))
	if err != nil {
		return "", &callError{told: t.told(err), err: err}
	}
	limit := t.o.MaxResult
	if limit == 0 {
		limit = DefaultMaxResult
	}
	var texts []string
	for _, p := range fit(out.parts, limit) {
		if text, ok := message.Text(p); ok {
			texts = append(texts, text)
		}
	}
	text := strings.Join(texts, "\n")
	if out.isError {
		return "", errors.New(text)
	}
	return text, nil
}

// callError tells the model's version and keeps the real one.
type callError struct {
	told string
	err  error
}

func (e *callError) Error() string { return e.told }
func (e *callError) Unwrap() error { return e.err }
