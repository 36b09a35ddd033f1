package chain

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/templates"
)

// scripted is a model that answers with its turns, one after another, and
// remembers what it was asked.
type scripted struct {
	turns []*llms.ContentChoice
	asked [][]llms.MessageContent
}

func (m *scripted) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(m.asked) >= len(m.turns) {
		return nil, errors.New("the script has ended")
	}
	c := m.turns[len(m.asked)]
	m.asked = append(m.asked, msgs)
	var o llms.CallOptions
	for _, f := range opts {
		f(&o)
	}
	if o.StreamingFunc != nil {
		for _, w := range strings.SplitAfter(c.Content, " ") {
			if err := o.StreamingFunc(ctx, []byte(w)); err != nil {
				return nil, err
			}
		}
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{c}}, nil
}

func (m *scripted) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}

func says(texts ...string) *scripted {
	m := &scripted{}
	for _, t := range texts {
		m.turns = append(m.turns, &llms.ContentChoice{Content: t})
	}
	return m
}

func parsed(t testing.TB, lines ...string) *templates.Template {
	t.Helper()
	tmpl, err := templates.Parse([]byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func asks(t testing.TB, vars ...string) PromptSource {
	lines := []string{"schema: causeway.prompt/v1", "name: test/p", "input:", "  required: [" + strings.Join(vars, ", ") + "]", "  properties:"}
	var user strings.Builder
	for _, v := range vars {
		lines = append(lines, "    "+v+": {type: string}")
		user.WriteString(" " + v + "={{" + v + "}}")
	}
	lines = append(lines, "messages:", "  - user: \""+strings.TrimSpace(user.String())+"\"")
	return Template(parsed(t, lines...))
}

func TestEveryEarlierValueStays(t *testing.T) {
	m := says("one", "two", "three")
	c, err := New("three", []Step{
		Prompt("a", m, asks(t, "topic"), nil),
		Prompt("b", m, asks(t, "a"), nil),
		Prompt("c", m, asks(t, "topic", "a", "b"), nil),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Run(t.Context(), Values{"topic": "tea"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Values{"a": "one", "b": "two", "c": "three"}, res.Values); diff != "" {
		t.Error(diff)
	}
	got := m.asked[2][0].Parts[0].(llms.TextContent).Text
	if want := "topic=tea a=one b=two"; got != want {
		t.Errorf("the third step was asked %q, want %q", got, want)
	}
}

func TestStreamTellsWhatHappensInOrder(t *testing.T) {
	m := says("hello there", "bye")
	c, err := New("two", []Step{
		Prompt("a", m, asks(t, "topic"), nil),
		With(Prompt("b", m, asks(t, "a"), nil), &StepOptions{When: `a == "never"`}),
		Prompt("c", m, asks(t, "a"), nil),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, err := range c.Stream(t.Context(), Values{"topic": "x"}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		line := string(e.Kind) + " " + e.Step + " " + e.Text
		if e.Skipped {
			line += "skipped"
		}
		got = append(got, strings.TrimSpace(line))
	}
	want := []string{
		"run.started", "step.started a", "token a hello", "token a there", "step.finished a",
		"step.finished b skipped", "step.started c", "token c bye", "step.finished c", "run.finished",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNewReportsEveryFaultAtOnce(t *testing.T) {
	m := says()
	_, err := New("bad", []Step{
		Prompt("a", m, asks(t, "b"), nil),
		Prompt("b", m, asks(t, "topic"), nil),
		Prompt("b", m, asks(t, "topic"), nil),
		With(Prompt("c", m, asks(t, "topic"), nil), &StepOptions{When: "b ==", With: map[string]string{"tropic": "a"}}),
		Prompt("d", nil, asks(t, "topic"), nil),
	}, &Options{Output: []string{"c", "e"}})
	faults, ok := errors.AsType[*CheckError](err)
	if !ok {
		t.Fatalf("New: %v", err)
	}
	var got []string
	for _, f := range faults.Faults {
		got = append(got, f.String())
	}
	for _, part := range []string{
		"step a: b is made by step b, which runs later",
		"step b: there are two steps named b",
		"its output b is already made by step b",
		"step c: b ==:", "step c: it has no input tropic (did you mean topic?)",
		"step d: it has no model",
		"the chain returns e, which no step makes",
	} {
		if !strings.Contains(strings.Join(got, "\n"), part) {
			t.Errorf("no fault says %q", part)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
}
