package cli

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve"
)

// Files that change are served anew once they have no faults; until then the
// last good version is.
func TestSiteFollowsItsFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	chainFile := "schema: causeway.chain/v1\nname: greet\nsteps:\n  - name: hello\n    prompt: hello\noutput: [hello]\n"
	prompt := func(text string) string {
		return "schema: causeway.prompt/v1\nname: hello\nmodel: {id: haiku}\nmessages: [{user: " + text + "}]\n"
	}
	write("causeway.yaml", "schema: causeway.project/v1\nmodels: {haiku: {id: amazon.nova-lite-v1:0}}\n")
	write("greet.yaml", chainFile)
	write("prompts/hello.yaml", prompt("good morning"))
	write("replies.yaml", "schema: causeway.script/v1\nturns:\n  - when: {text: '/(.+)/'}\n    text: 'you said {{group 1}}'\n")

	var told bytes.Buffer
	s := &site{app: &app{io: IO{Err: &told}.withDefaults()}, args: []string{dir}, places: places{emulator: filepath.Join(dir, "replies.yaml")}}
	defer s.close()
	chains, err := s.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.server = serve.New(chains, nil)
	answers := func(want string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/chains/greet/runs", strings.NewReader(`{"input": {}}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d %s, want %q", w.Code, w.Body, want)
		}
	}
	answers("you said good morning")

	s.look(t.Context())
	if told.Len() > 0 {
		t.Errorf("nothing has changed, but: %s", &told)
	}

	write("prompts/hello.yaml", prompt("good night"))
	s.look(t.Context())
	answers("you said good night")

	write("greet.yaml", chainFile+"outputs: []\n")
	s.look(t.Context())
	answers("you said good night")
	if !strings.Contains(told.String(), "greet.yaml:7:1: ") || !strings.Contains(told.String(), "the last version without faults is still served") {
		t.Errorf("told: %s", &told)
	}
	told.Reset()
	s.look(t.Context())
	if told.Len() > 0 {
		t.Errorf("the same fault is told again: %s", &told)
	}

	write("greet.yaml", chainFile)
	write("causeway.yaml", "schema: causeway.project/v1\nmodels: {haiku: {id: amazon.nova-pro-v1:0}}\n")
	s.look(t.Context())
	answers("amazon.nova-pro-v1:0")
	if !strings.Contains(told.String(), "files have changed, now serving 1 chain: greet") {
		t.Errorf("told: %s", &told)
	}
}
