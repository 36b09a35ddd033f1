package cli

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve"
)

const (
	siteChain   = "schema: causeway.chain/v1\nname: greet\nsteps:\n  - name: hello\n    prompt: hello\noutput: [hello]\n"
	siteProject = "schema: causeway.project/v1\nmodels: {haiku: {id: amazon.nova-lite-v1:0}}\n"
	siteReplies = "schema: causeway.script/v1\nturns:\n  - when: {text: '/(.+)/'}\n    text: 'you said {{group 1}}'\n"
)

func sitePrompt(text string) string {
	return "schema: causeway.prompt/v1\nname: hello\nmodel: {id: haiku}\nmessages: [{user: " + text + "}]\n"
}

// testSite is a served folder whose files a test changes.
type testSite struct {
	*site
	t    *testing.T
	dir  string
	told bytes.Buffer
}

func startSite(t *testing.T) *testSite {
	t.Helper()
	s := &testSite{t: t, dir: t.TempDir()}
	s.write("causeway.yaml", siteProject)
	s.write("greet.yaml", siteChain)
	s.write("prompts/hello.yaml", sitePrompt("good morning"))
	s.write("replies.yaml", siteReplies)
	s.site = &site{
		app: &app{io: IO{Err: &s.told}.withDefaults()}, args: []string{s.dir},
		places: places{emulator: filepath.Join(s.dir, "replies.yaml")},
	}
	t.Cleanup(s.close)
	chains, err := s.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.server = serve.New(chains, nil)
	return s
}

func (s *testSite) write(name, body string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// wants checks what the chain answers now.
func (s *testSite) wants(answer string) {
	s.t.Helper()
	w := s.post("/v1/chains/greet/runs", `{"input": {}}`)
	if w.Code != 200 || !strings.Contains(w.Body.String(), answer) {
		s.t.Errorf("%d %s, want %q", w.Code, w.Body, answer)
	}
}

// post asks the server.
func (s *testSite) post(path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), "POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	return w
}

// says checks what the person at the command has been told since the last time.
func (s *testSite) says(parts ...string) {
	s.t.Helper()
	told := s.told.String()
	s.told.Reset()
	if len(parts) == 0 && told != "" {
		s.t.Errorf("nothing was to be told: %s", told)
	}
	for _, part := range parts {
		if !strings.Contains(told, part) {
			s.t.Errorf("told %q, want %q", told, part)
		}
	}
}

// Files that change are served anew once they have no faults; until then the
// last good version is.
func TestSiteFollowsItsFiles(t *testing.T) {
	s := startSite(t)
	s.wants("you said good morning")
	s.look(t.Context())
	s.says()

	s.write("prompts/hello.yaml", sitePrompt("good night"))
	s.look(t.Context())
	s.wants("you said good night")
	s.says("files have changed, now serving 1 chain: greet")

	s.write("greet.yaml", siteChain+"outputs: []\n")
	s.look(t.Context())
	s.wants("you said good night")
	s.says("greet.yaml:7:1: ", "the last version without faults is still served")
	s.look(t.Context())
	s.says() // not the same fault again

	s.write("greet.yaml", siteChain)
	s.write("causeway.yaml", strings.ReplaceAll(siteProject, "lite", "pro"))
	s.look(t.Context())
	s.wants("amazon.nova-pro-v1:0")
	s.says("files have changed")
}

// A run that waits for a person is answered by the chain as it is read anew.
func TestSiteKeepsWhatWaits(t *testing.T) {
	s := startSite(t)
	s.write("greet.yaml", "schema: causeway.chain/v1\nname: greet\nsteps:\n  - {name: ok, approve: {question: Shall we}}\n  - {name: hello, prompt: hello}\noutput: [hello]\n")
	s.look(t.Context())
	asked := s.post("/v1/chains/greet/runs", `{"input": {}}`)
	var run struct {
		RunID string `json:"runId"`
	}
	if err := json.Unmarshal(asked.Body.Bytes(), &run); err != nil || asked.Code != 200 {
		t.Fatalf("%d %s", asked.Code, asked.Body)
	}
	s.write("prompts/hello.yaml", sitePrompt("good night"))
	s.look(t.Context())
	answered := s.post("/v1/chains/greet/runs/"+run.RunID+"/answer", `{"answer": {"approved": true}}`)
	if answered.Code != 200 || !strings.Contains(answered.Body.String(), "you said good night") {
		t.Errorf("%d %s", answered.Code, answered.Body)
	}
}

// While files have faults the experiment that is served goes on as it is; one
// whose chain asks a person is answered also after a change.
func TestSiteKeepsItsExperiment(t *testing.T) {
	s := startSite(t)
	s.write("causeway.yaml", siteProject+"experiments: {run: {greet: tone.yaml}}\n")
	s.write("tone.yaml", "schema: causeway.experiment/v1\nkey: tone\nunit: conversation\nvariants: [{key: a, model: haiku}, {key: b, model: haiku}]\nmetrics: {primary: {name: csat}}\n")
	s.write("greet.yaml", "schema: causeway.chain/v1\nname: greet\nsteps:\n  - {name: ok, approve: {question: Shall we}}\n  - {name: hello, prompt: hello}\noutput: [hello]\n")
	s.look(t.Context())
	served := s.trials.trackers["tone"]
	if served == nil {
		t.Fatalf("no experiment is served: %s", &s.told)
	}
	asked := s.post("/v1/chains/greet/runs", `{"input": {}, "session": "anna"}`)
	var run struct {
		RunID     string `json:"runId"`
		Interrupt any    `json:"interrupt"`
	}
	if err := json.Unmarshal(asked.Body.Bytes(), &run); err != nil || run.Interrupt == nil {
		t.Fatalf("%d %s", asked.Code, asked.Body)
	}

	s.write("other.yaml", siteChain+"outputs: []\n") // a fault, but not of the experiment
	s.look(t.Context())
	if s.trials.trackers["tone"] != served {
		t.Error("an experiment that is not served has taken the place of the one that is")
	}
	s.write("other.yaml", strings.ReplaceAll(siteChain, "name: greet", "name: other"))
	s.look(t.Context())
	if s.trials.trackers["tone"] == served {
		t.Error("the experiment was not read again")
	}
	answered := s.post("/v1/chains/greet/runs/"+run.RunID+"/answer", `{"answer": {"approved": true}}`)
	if answered.Code != 200 || !strings.Contains(answered.Body.String(), "you said good morning") {
		t.Errorf("%d %s", answered.Code, answered.Body)
	}
}
