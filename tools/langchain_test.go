package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	lctools "github.com/tmc/langchaingo/tools"

	"github.com/causeway-go/causeway/tools"
)

var (
	_ lctools.Tool = (*tools.Tool)(nil)
	_ tools.Plain  = lctools.Calculator{}
)

type search struct{ err error }

func (search) Name() string        { return "Google Search!" }
func (search) Description() string { return "Search the web." }
func (s search) Call(_ context.Context, input string) (string, error) {
	return "found " + input, s.err
}

func TestFrom(t *testing.T) {
	set := mustSet(t, tools.From(search{}), tools.From(lctools.Calculator{}))
	if got := strings.Join(set.Names(), " "); got != "Google_Search calculator" {
		t.Errorf("names: %s", got)
	}
	r := set.Run(t.Context(), []llms.ToolCall{
		call("1", "Google_Search", `{"input":"go"}`), call("2", "calculator", `{"input":"6*7"}`), call("3", "calculator", `{"__arg1":"6*7"}`),
	}, nil)
	if textOf(r[0]) != "found go" || textOf(r[1]) != "42" || !r[2].IsError {
		t.Errorf("answers: %q, %q, %q", textOf(r[0]), textOf(r[1]), textOf(r[2]))
	}
	down := errors.New("the line is down")
	r = mustSet(t, tools.From(search{err: down})).Run(t.Context(), []llms.ToolCall{call("1", "Google_Search", `{"input":"go"}`)}, nil)
	if textOf(r[0]) != down.Error() || !r[0].IsError {
		t.Errorf("an error is answered %q", textOf(r[0]))
	}
}

func TestCall(t *testing.T) {
	w := weatherTool(t, nil)
	if got, err := w.Call(t.Context(), `{"city":"Ghent"}`); err != nil || got != `{"city":"Ghent","days":3,"unit":"celsius"}` {
		t.Errorf("Call = %s, %v", got, err)
	}
	if _, err := w.Call(t.Context(), "Ghent"); err == nil {
		t.Error("a tool of three properties took a plain text")
	}
	down := errors.New("down")
	fails, err := tools.New("ask", "Ask.", func(_ context.Context, in struct {
		Question string `json:"question"`
	},
	) (string, error) {
		if in.Question == "" {
			return "", down
		}
		return "you asked " + in.Question, nil
	}, &tools.Options{ErrorText: func(error) string { return "not now" }})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := fails.Call(t.Context(), `what "now"?`); err != nil || got != `you asked what "now"?` {
		t.Errorf("Call of a plain text = %q, %v", got, err)
	}
	if _, err := fails.Call(t.Context(), `{"question":""}`); !errors.Is(err, down) || err.Error() != "not now" {
		t.Errorf("an error is %v; want the author's words around the real one", err)
	}
}
