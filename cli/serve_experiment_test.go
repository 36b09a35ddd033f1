package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/cli"
)

// A chain that causeway.yaml makes an experiment gives conversations their
// variants, and what people say of the answers is in its log.
func TestServeRunsAnExperiment(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"causeway.yaml": "schema: causeway.project/v1\nmodels: {lite: {id: amazon.nova-lite-v1:0, price: {input: 60, output: 240}}, pro: {id: amazon.nova-pro-v1:0}}\n" +
			"experiments: {run: {greet: which.yaml}, log: told}\n",
		"which.yaml": "schema: causeway.experiment/v1\nkey: which-model\nunit: conversation\nstatus: running\n" +
			"variants: [{key: control, model: lite}, {key: strong, model: pro}]\nmetrics: {primary: {name: csat}, guardrails: [{name: cost, worseBy: 1}]}\n",
		"greet.yaml":   "schema: causeway.chain/v1\nname: greet\nsteps:\n  - {name: hello, prompt: hello}\noutput: [hello]\n",
		"hello.yaml":   "schema: causeway.prompt/v1\nname: hello\nmodel: {id: lite}\nmessages: [{user: good morning}]\n",
		"replies.yaml": "schema: causeway.script/v1\nturns:\n  - {text: hi}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := startServe(t, dir, "--emulator", filepath.Join(dir, "replies.yaml"), "--store", "file:"+dir)
	seen := map[string]int{}
	for i := range 30 {
		var got struct {
			RunID  string            `json:"runId"`
			Labels map[string]string `json:"labels"`
		}
		r.sends("POST", "/v1/chains/greet/runs", fmt.Sprintf(`{"input": {}, "session": "talk-%d"}`, i), &got)
		seen[got.Labels["variant"]]++
		resp, err := http.Post(r.url+"/v1/runs/"+got.RunID+"/feedback", "application/json", strings.NewReader(`{"score": 4}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNoContent {
			t.Errorf("feedback: %s", resp.Status)
		}
	}
	if seen["control"] == 0 || seen["strong"] == 0 || seen["control"]+seen["strong"] != 30 {
		t.Errorf("variants: %v", seen)
	}
	if code := r.stop(); code != 0 {
		t.Fatalf("serve ended with %d: %s", code, &r.told)
	}
	kept, err := os.ReadFile(filepath.Join(dir, ".causeway", "feedback.jsonl"))
	if err != nil || strings.Count(string(kept), `"variant":"strong"`) != seen["strong"] {
		t.Errorf("%v: of %v is kept %s", err, seen, kept)
	}
	var out, told bytes.Buffer
	args := []string{"experiment", "report", filepath.Join(dir, "which.yaml"), "--log", "file:" + filepath.Join(dir, "told")}
	if code := cli.Run(t.Context(), args, cli.IO{Out: &out, Err: &told}, nil); code != 0 {
		t.Fatalf("report ended with %d: %s", code, &told)
	}
	want := fmt.Sprintf("the smallest variant has %d of the 100 units with csat", min(seen["control"], seen["strong"]))
	if !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "cost") {
		t.Errorf("the report does not say %q, or no cost: %s", want, &out)
	}
}
