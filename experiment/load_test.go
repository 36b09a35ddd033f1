package experiment_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

// echo answers with its name and the words it was asked.
type echo string

func (e echo) GenerateContent(_ context.Context, msgs []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	var words []string
	for _, m := range msgs {
		for _, p := range m.Parts {
			if text, ok := p.(llms.TextContent); ok {
				words = append(words, text.Text)
			}
		}
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: string(e) + " heard " + strings.Join(words, " | "), StopReason: "end_turn"}}}, nil
}

func (e echo) Call(ctx context.Context, prompt string, o ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, e, prompt, o...)
}

func prompts(t testing.TB, tones ...string) templates.Store {
	t.Helper()
	store := templates.NewInProcess()
	for i, tone := range tones {
		body := "schema: causeway.prompt/v1\nname: support/answer\nmodel: {id: sonnet}\ninput: {required: [question], properties: {question: {type: string}}}\nsystem: " + tone + "\nmessages:\n  - user: \"{{question}}\"\n"
		v, err := store.Publish(t.Context(), "support/answer", []byte(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := store.SetAlias(t.Context(), "support/answer", "production", v.Number, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	return store
}

// One chain file, three variants of it: another prompt version, another model,
// another file.
func TestLoad(t *testing.T) {
	store := prompts(t, "Be brief.", "Be warm.")
	library, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := func(step string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("schema: causeway.chain/v1\nname: support\ninput: {required: [question], properties: {question: {type: string}}}\nsteps:\n  - name: answer\n    prompt: support/answer@production\n    output: answer\n" + step)}
	}
	fsys := fstest.MapFS{"chains/support.yaml": file(""), "chains/polite.yaml": file("    with: {question: '\"Please: \" + question'}\n")}
	e := parse(t, `
schema: causeway.experiment/v1
key: load
variants:
  - {key: control}
  - {key: warm, prompt: support/answer@2}
  - {key: haiku, model: haiku}
  - {key: polite, chain: polite}
metrics: {primary: {name: csat}}
`)
	registry := &chain.Registry{Templates: library, Model: func(id string) (llms.Model, error) { return echo(id), nil }}
	chains, err := e.Load(t.Context(), fsys, "chains/support.yaml", registry, &experiment.LoadOptions{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"control": "sonnet heard Be brief. | hi",
		"warm":    "sonnet heard Be warm. | hi",
		"haiku":   "haiku heard Be brief. | hi",
		"polite":  "sonnet heard Be brief. | Please: hi",
	} {
		res, err := chains[key].Run(t.Context(), chain.Values{"question": "hi"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.Values["answer"] != want {
			t.Errorf("%s: %v, want %s", key, res.Values["answer"], want)
		}
		if version := res.Prompts[0].Version; version != 1 && key != "warm" || version != 2 && key == "warm" {
			t.Errorf("%s used version %d", key, version)
		}
	}
	if _, err := e.Load(t.Context(), fsys, "chains/support.yaml", registry, nil); err == nil || !strings.Contains(err.Error(), "variant warm: it pins") {
		t.Errorf("without a store: %v", err)
	}
}

func TestShadowTools(t *testing.T) {
	called := map[string]int{}
	tool := func(name string) *tools.Tool {
		made, err := tools.New(name, "Does "+name, func(context.Context, struct{ ID string }) (string, error) { called[name]++; return "done", nil }, nil)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	set, err := tools.NewSet(tool("look_up"), tool("refund"))
	if err != nil {
		t.Fatal(err)
	}
	shadow, err := experiment.ShadowTools(set, "look_up")
	if err != nil {
		t.Fatal(err)
	}
	call := func(name string) llms.ToolCall {
		return llms.ToolCall{ID: name, Type: "function", FunctionCall: &llms.FunctionCall{Name: name, Arguments: `{"ID":"1"}`}}
	}
	results := shadow.Run(t.Context(), []llms.ToolCall{call("look_up"), call("refund")}, nil)
	if called["look_up"] != 1 || called["refund"] != 0 || results[0].IsError || !results[1].IsError {
		t.Errorf("called %v, results %+v", called, results)
	}
	if got, want := shadow.Definitions()[1].Function.Description, "Does refund"; got != want {
		t.Errorf("the model is told %q, want %q", got, want)
	}
	if _, err := experiment.ShadowTools(set, "lookup"); err == nil || !strings.Contains(err.Error(), "look_up") {
		t.Errorf("an unknown name: %v", err)
	}
}

// A step of any chain names an experiment; what people say of that run joins
// it.
func TestStepInYAML(t *testing.T) {
	synctest.Test(t, stepInYAML)
}

func stepInYAML(t *testing.T) {
	e := parse(t, strings.Replace(live, "variants:", "weights: [0, 1]\nvariants:", 1))
	s := newSetup(t, e, map[string]*chain.Chain{"control": variantChain(t, "control", 0, nil), "warm": variantChain(t, "warm", time.Second, nil)}, nil)
	fsys := fstest.MapFS{"desk.yaml": &fstest.MapFile{Data: []byte(`schema: causeway.chain/v1
name: desk
input: {required: [question], properties: {question: {type: string}}}
steps:
  - {name: reply, func: live}
output: answer
`)}}
	c, err := chain.Load(t.Context(), fsys, "desk.yaml", &chain.Registry{Steps: map[string]chain.Step{"live": s.runner.Step("live")}})
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Run(t.Context(), chain.Values{"question": "x"}, &chain.RunOptions{Session: "a"})
	if err != nil || res.Values["answer"] != "warm: x" {
		t.Fatalf("%v, %v", res, err)
	}
	if res.Labels["experiment"] != "live" || res.Labels["variant"] != "warm" {
		t.Errorf("the run's labels are %v", res.Labels)
	}
	if err := s.tracker.Feedback(t.Context(), experiment.Feedback{RunID: res.RunID, Values: map[string]float64{"csat": 4}}); err != nil {
		t.Fatal(err)
	}
	r, err := s.runner.Review(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Metrics[0].Arms[1]; got.Value != 4 || r.Metrics[2].Arms[1].Value < 1000 {
		t.Errorf("csat %+v, latency %+v", got, r.Metrics[2].Arms[1])
	}
}
