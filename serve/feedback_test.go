package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/templates"
)

func openFeedback(t *testing.T, path string) *serve.FileFeedback {
	t.Helper()
	s, err := serve.NewFileFeedback(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFileFeedbackSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deeper", "feedback.jsonl")
	first := openFeedback(t, path)
	for i := range 3 {
		if err := first.Add(t.Context(), serve.Feedback{Record: serve.Record{RunID: fmt.Sprint(i), Chain: "c"}, Score: new(float64(i + 1)), Comment: "line one\nline two"}); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v: others may read it", info.Mode(), err)
	}
	crashed, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(crashed, `{"runId": "cut sho`)
	crashed.Close()
	second := openFeedback(t, path)
	if err := second.Add(t.Context(), serve.Feedback{Record: serve.Record{RunID: "after"}, Thumbs: "up"}); err != nil {
		t.Fatal(err)
	}
	var runs []string
	broken := 0
	for f, err := range second.All() {
		if err != nil {
			broken++
			if !strings.Contains(err.Error(), "feedback.jsonl:4:") || strings.Contains(err.Error(), "cut") {
				t.Errorf("%v, want the place and not the words", err)
			}
			continue
		}
		runs = append(runs, f.RunID)
	}
	if fmt.Sprint(runs) != "[0 1 2 after]" || broken != 1 {
		t.Errorf("%v and %d broken lines, want four runs and the one that was cut short", runs, broken)
	}
}

func TestFileFeedbackSideBySide(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	stores := []*serve.FileFeedback{openFeedback(t, path), openFeedback(t, path)} // as two processes have it
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			f := serve.Feedback{Record: serve.Record{RunID: fmt.Sprint(i)}, Comment: strings.Repeat("x", 4000)}
			if err := stores[i%2].Add(context.Background(), f); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for f, err := range stores[0].All() {
		if err != nil {
			t.Fatal(err)
		}
		seen[f.RunID] = true
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 are there", len(seen))
	}
}

func TestFileFeedbackRefuses(t *testing.T) {
	s := openFeedback(t, filepath.Join(t.TempDir(), "f"))
	if err := s.Add(t.Context(), serve.Feedback{Comment: strings.Repeat("x", 70_000)}); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("a line of 70,000 bytes: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), serve.Feedback{}); err == nil {
		t.Error("feedback was taken and is not kept")
	}
	if _, err := serve.NewFileFeedback(t.TempDir()); err == nil {
		t.Error("a folder is no file")
	}
}

// tried is a chain of an experiment with two versions of one prompt.
func tried(t *testing.T) *chain.Chain {
	t.Helper()
	store := templates.NewInProcess()
	for _, tone := range []string{"Be brief.", "Be warm."} {
		source := "schema: causeway.prompt/v1\nname: support/answer\nmodel: {id: m, maxTokens: 50}\n" +
			"input: {required: [question], properties: {question: {type: string}}}\nsystem: \"" + tone + "\"\nmessages:\n  - user: \"{{question}}\"\n"
		if _, err := store.Publish(t.Context(), "support/answer", []byte(source), nil); err != nil {
			t.Fatal(err)
		}
	}
	library, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := experiment.Parse([]byte("schema: causeway.experiment/v1\nkey: tone\nunit: conversation\n" +
		"variants:\n  - {key: control, prompt: support/answer@1}\n  - {key: warm, prompt: support/answer@2}\nmetrics:\n  primary: {name: csat, window: 1h}\n"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := bedrock.New(emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "Soon."})}).Client(), sonnet, nil)
	if err != nil {
		t.Fatal(err)
	}
	chains, err := e.Load(t.Context(), fstest.MapFS{"support.yaml": &fstest.MapFile{Data: []byte("schema: causeway.chain/v1\nname: support\n" +
		"input: {required: [question], properties: {question: {type: string}}}\nsteps:\n  - {name: answer, prompt: support/answer@production, output: answer}\noutput: answer\n")}},
		"support.yaml", &chain.Registry{Model: func(string) (llms.Model, error) { return model, nil }, Templates: library},
		&experiment.LoadOptions{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	log := experiment.NewFolderLog(t.TempDir())
	t.Cleanup(func() { _ = log.Close() })
	runner, err := experiment.NewRunner(e, chains, experiment.NewTracker(e, log, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	return runner.Chain()
}

// What somebody says of an answer is kept with the prompt's version and with
// the variant, whichever way the answer came.
func TestFeedbackOnAnExperiment(t *testing.T) {
	store := openFeedback(t, filepath.Join(t.TempDir(), "feedback.jsonl"))
	s := serve.New([]*chain.Chain{tried(t)}, &serve.Options{Feedback: store})
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	const runs = 16
	for i := range runs {
		body := fmt.Sprintf(`{"input": {"question": "When?"}, "session": "conversation-%d"}`, i)
		how := fromJSON
		if i%2 == 1 {
			how = fromStream
		}
		if resp, said := ask(t, "POST", ts.URL+"/v1/runs/"+how(t, ts, body)+"/feedback", `{"score": 4, "comment": "fine"}`); resp.StatusCode != 204 {
			t.Fatal(said)
		}
	}
	versions := map[string]int{"control": 1, "warm": 2}
	variants := map[string]int{}
	for f, err := range store.All() {
		if err != nil {
			t.Fatal(err)
		}
		variant := f.Labels["variant"]
		variants[variant]++
		if f.Labels["experiment"] != "tone" || len(f.Prompts) != 1 || f.Prompts[0].Version != versions[variant] || f.Prompts[0].SHA256 == "" {
			t.Errorf("kept with %v and %v", f.Labels, f.Prompts)
		}
	}
	if variants["control"]+variants["warm"] != runs || variants["control"] == 0 || variants["warm"] == 0 {
		t.Errorf("variants %v, want %d of both kinds", variants, runs)
	}
	expect(t, scrape(t, s), map[string]float64{ // the variants are parts of one chain, and counted once
		"causeway_runs_finished_total chain=support outcome=ok problem=": runs,
		"causeway_model_requests_total chain=support model=" + sonnet:    runs,
	})
}

func fromJSON(t *testing.T, ts *httptest.Server, body string) (runID string) {
	t.Helper()
	_, answer := ask(t, "POST", ts.URL+"/v1/chains/support/runs", body)
	var run struct{ RunID string }
	if err := json.Unmarshal([]byte(answer), &run); err != nil || run.RunID == "" {
		t.Fatal(answer)
	}
	return run.RunID
}

func fromStream(t *testing.T, ts *httptest.Server, body string) (runID string) {
	t.Helper()
	resp := stream(t, t.Context(), ts.URL+"/v1/chains/support/runs", body)
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return strings.Split(resp.Header.Get("Location"), "/")[3]
}
