package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

type word struct {
	Word string `json:"word"`
}

func tool(t testing.TB, name string, fn func(context.Context, word) (string, error)) *tools.Tool {
	t.Helper()
	made, err := tools.New(name, "does "+name, fn, &tools.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func set(t testing.TB, list ...*tools.Tool) *tools.Set {
	t.Helper()
	s, err := tools.NewSet(list...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func calls(args ...string) *llms.ContentChoice {
	c := &llms.ContentChoice{StopReason: "tool_use"}
	for i := 0; i+1 < len(args); i += 2 {
		c.ToolCalls = append(c.ToolCalls, llms.ToolCall{
			ID: fmt.Sprintf("call-%d", i/2), Type: "function",
			FunctionCall: &llms.FunctionCall{Name: args[i], Arguments: args[i+1]},
		})
	}
	return c
}

func TestAgentTellsTheModelOfEveryFailure(t *testing.T) {
	m := &scripted{turns: []*llms.ContentChoice{
		calls("good", `{"word":"a"}`, "fails", `{"word":"b"}`, "panics", `{"word":"c"}`, "unknown", `{}`, "good", `{broken`),
		{Content: "done", StopReason: "end_turn"},
	}}
	s := set(t,
		tool(t, "good", func(_ context.Context, w word) (string, error) { return "did " + w.Word, nil }),
		tool(t, "fails", func(context.Context, word) (string, error) { return "", errors.New("db is down") }),
		tool(t, "panics", func(context.Context, word) (string, error) { panic("oh no") }))
	c, err := New("a", []Step{Agent("work", m, asks(t, "topic"), s, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Run(t.Context(), Values{"topic": "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Values["work"] != "done" || res.Steps[0].Turns != 2 {
		t.Errorf("got %+v", res)
	}
	last := m.asked[1]
	var got []string
	for _, msg := range last {
		for _, p := range msg.Parts {
			if r, ok := p.(llms.ToolCallResponse); ok {
				got = append(got, strings.SplitN(r.Content, "\n", 2)[0])
			}
		}
	}
	want := []string{"did a", "Error: db is down", "Error: the tool failed unexpectedly", "Error: there is no tool", "Error: "}
	if len(got) != len(want) {
		t.Fatalf("the model was told %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("result %d is %q, want %q...", i, got[i], want[i])
		}
	}
}

// aware is a scripted model that reads our parts as they are.
type aware struct{ *scripted }

func (aware) MessageAware() {}

func TestAgentSendsOneTurnOfResults(t *testing.T) {
	m := &scripted{turns: []*llms.ContentChoice{
		calls("good", `{"word":"a"}`, "good", `{"word":"b"}`),
		{Content: "done"},
	}}
	s := set(t, tool(t, "good", func(ctx context.Context, w word) (string, error) {
		return tools.IdempotencyKey(ctx) + " " + RunOf(ctx).Step, nil
	}))
	c, err := New("a", []Step{Agent("work", aware{m}, asks(t, "topic"), s, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for e, err := range c.Stream(t.Context(), Values{"topic": "x"}, &RunOptions{RunID: "r1"}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Tool != nil {
			kinds = append(kinds, string(e.Kind)+" "+e.Tool.ID)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("tool events: %v", kinds)
	}
	last := m.asked[1]
	if len(last) != 3 || len(last[2].Parts) != 2 {
		t.Fatalf("second turn: %d messages, the last with %d parts", len(last), len(last[2].Parts))
	}
	var got []string
	for _, p := range last[2].Parts {
		got = append(got, textOf(p.(message.ToolResult)))
	}
	if diff := cmp.Diff([]string{"r1/work/1/call-0 work", "r1/work/1/call-1 work"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAgentStops(t *testing.T) {
	good := tool(t, "good", func(_ context.Context, w word) (string, error) { return "did " + w.Word, nil })
	loop := func() *scripted {
		return &scripted{turns: []*llms.ContentChoice{calls("good", `{"word":"1"}`), calls("good", `{"word":"2"}`), calls("good", `{"word":"3"}`)}}
	}
	run := func(m *scripted, o *AgentOptions) (*Result, error) {
		c, err := New("a", []Step{Agent("work", m, asks(t, "topic"), set(t, good), o)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Run(t.Context(), Values{"topic": "x"}, nil)
	}
	_, err := run(loop(), &AgentOptions{MaxTurns: 3})
	if e, ok := errors.AsType[*TurnsError](err); !ok || e.Turns != 3 {
		t.Errorf("three turns of calls: %v", err)
	}
	m := loop()
	if _, err := run(m, &AgentOptions{StopWhen: `calls[0].result == "did 2"`}); err != nil || len(m.asked) != 2 {
		t.Errorf("stopWhen: %v after %d turns", err, len(m.asked))
	}
}

func TestRepairOfAnAnswer(t *testing.T) {
	structuredPrompt := Template(parsed(t, strings.Split(triagePrompt, "\n")...))
	for name, tc := range map[string]struct {
		answers []string
		want    string // of the error
	}{
		"at once":   {[]string{`{"queue":"bug"}`}, ""},
		"fenced":    {[]string{"Here it is:\n```json\n{\"queue\":\"bug\"}\n```"}, ""},
		"corrected": {[]string{`{"queue":"nonsense"}`, `{"queue":"bug"}`}, ""},
		"hopeless":  {[]string{`no`, `never`}, "does not fit the output schema after 2 tries"},
	} {
		t.Run(name, func(t *testing.T) {
			m := says(tc.answers...)
			c, err := New("c", []Step{Prompt("p", m, structuredPrompt, nil)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := c.Run(t.Context(), Values{"ticket": "x"}, nil)
			switch {
			case tc.want != "":
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v", err)
				}
			case err != nil:
				t.Error(err)
			default:
				if diff := cmp.Diff(map[string]any{"queue": "bug"}, res.Values["p"]); diff != "" {
					t.Error(diff)
				}
			}
			if res.Steps[0].Turns != len(tc.answers) {
				t.Errorf("%d turns", res.Steps[0].Turns)
			}
		})
	}
}
