package chain

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"golang.org/x/tools/txtar"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

const triagePrompt = `schema: causeway.prompt/v1
name: support/triage
model: {id: sonnet}
input: {required: [ticket], properties: {ticket: {type: string}}}
messages: [{user: "sort {{ticket}}"}]
output: {schema: {type: object, required: [queue], properties: {queue: {enum: [billing, bug, other]}}}}
`

const answerPrompt = `schema: causeway.prompt/v1
name: support/answer
model: {id: sonnet}
input: {required: [ticket, queue], properties: {ticket: {type: string}, queue: {type: string}}}
system: You answer.
messages: [{history: {}}, {user: "{{queue}}: {{ticket}}"}]
`

// registry holds what the chains of these tests name.
func registry(t testing.TB, m llms.Model) *Registry {
	t.Helper()
	store := templates.NewInProcess()
	for name, body := range map[string]string{"support/triage": triagePrompt, "support/answer": answerPrompt} {
		v, err := store.Publish(t.Context(), name, []byte(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.SetAlias(t.Context(), name, "production", v.Number, nil); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	type order struct {
		ID string `json:"id"`
	}
	lookup, err := tools.New("lookup_order", "finds an order", func(_ context.Context, o order) (string, error) { return "order " + o.ID + " has shipped", nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := tools.NewSet(lookup)
	if err != nil {
		t.Fatal(err)
	}
	return &Registry{
		Model: func(id string) (llms.Model, error) {
			if id != "sonnet" {
				return nil, errors.New("there is no model " + id)
			}
			return m, nil
		},
		Templates: lib,
		Tools:     set,
		Memory:    map[string]memory.Store{"default": memory.NewInProcess()},
		Steps: map[string]Step{
			"shout": Func("shout", func(_ context.Context, in struct {
				Text string `json:"text"`
			},
			) (string, error) {
				return strings.ToUpper(in.Text), nil
			}, &FuncOptions{Output: "loud"}),
		},
	}
}

const supportChain = `schema: causeway.chain/v1
name: support
input: {required: [ticket], properties: {ticket: {type: string}}}
memory: {store: default, window: 20}
steps:
  - name: triage
    prompt: support/triage@production
    output: triage
  - name: answer
    when: triage.queue != "other"
    with: {queue: triage.queue}
    agent: {prompt: support/answer@production, tools: [lookup_order], maxTurns: 6}
    timeout: 60s
    output: answer
output: [triage, answer]
`

func TestTheChainOfTheDesign(t *testing.T) {
	m := says(`{"queue": "bug"}`, "", "It has shipped.", `{"queue": "bug"}`, "As I said, it has shipped.", `{"queue": "other"}`)
	m.turns[1].ToolCalls = []llms.ToolCall{{ID: "1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "lookup_order", Arguments: `{"id":"A7"}`}}}
	c, err := Load(t.Context(), fstest.MapFS{"support.yaml": {Data: []byte(supportChain)}}, "support.yaml", registry(t, m))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(ticket string) *Result {
		res, err := c.Run(t.Context(), Values{"ticket": ticket}, &RunOptions{Session: "s"})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := ask("where is A7?")
	if diff := cmp.Diff(Values{"triage": map[string]any{"queue": "bug"}, "answer": "It has shipped."}, res.Values); diff != "" {
		t.Error(diff)
	}
	ask("and now?")
	var roles []string
	for _, msg := range m.asked[4] {
		roles = append(roles, string(msg.Role))
	}
	if diff := cmp.Diff([]string{"system", "human", "ai", "tool", "ai", "human"}, roles); diff != "" {
		t.Errorf("the second question was asked with: %s", diff)
	}
	if v := ask("hello").Values["answer"]; v != nil {
		t.Errorf("the skipped step gave %v", v)
	}
}

// Each archive in testdata/faults holds a chain and what is wrong with it.
func TestFaultsOfFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no archives: ", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fsys, want := fstest.MapFS{}, -1
			for i, f := range a.Files {
				if f.Name == "faults" {
					want = i
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			_, err = Load(t.Context(), fsys, "chain.yaml", registry(t, says()))
			if _, ok := errors.AsType[*CheckError](err); !ok {
				t.Fatalf("Load: %v, want a CheckError", err)
			}
			got := err.Error() + "\n"
			if *update {
				if want < 0 {
					a.Files = append(a.Files, txtar.File{Name: "faults"})
					want = len(a.Files) - 1
				}
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[want].Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHostileFiles(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 'b'; i < 'k'; i++ {
		prev := string(i - 1)
		bomb.WriteString(string(i) + ": &" + string(i) + " [" + strings.Repeat("*"+prev+",", 9) + "*" + prev + "]\n")
	}
	for name, file := range map[string]struct{ data, want string }{
		"empty":     {"", "bad.yaml:1:1: the file is empty"},
		"comment":   {"# nothing\n", "bad.yaml:1:1: the file holds no YAML"},
		"binary":    {"\x7fELF\x00\x01\x02", "bad.yaml:1:1: the file is not text"},
		"huge":      {strings.Repeat("# x\n", 5<<20/4), "bad.yaml: the file has 5242880 bytes"},
		"bomb":      {bomb.String(), "the file unfolds into more than"},
		"self":      {"schema: causeway.chain/v1\nsteps: &a [*a]\n", "an alias contains itself"},
		"deep":      {strings.Repeat("[", 5000), "bad.yaml:"},
		"list":      {"- a\n", "bad.yaml:1:1: a chain must be a mapping"},
		"tabs":      {"schema: x\n\tname: y\n", "bad.yaml:2:1: not YAML"},
		"documents": {"schema: causeway.chain/v1\n---\nschema: causeway.chain/v1\n", "a second document begins here"},
		"missing":   {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"bad.yaml": {Data: []byte(file.data)}}
			if name == "missing" {
				fsys, file.want = fstest.MapFS{}, "bad.yaml: the chain file cannot be read"
			}
			_, err := Load(t.Context(), fsys, "bad.yaml", nil)
			if err == nil || !strings.Contains(err.Error(), file.want) {
				t.Errorf("got %v, want %q", err, file.want)
			}
		})
	}
}
