package serve_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
)

// shop is a chain with inputs of every kind, and with words that must not
// become anything else on a page or in a shell.
func shop(t *testing.T) *chain.Chain {
	t.Helper()
	var in jsonschema.Schema
	if err := json.Unmarshal([]byte(`{
		"required": ["text", "kind", "count", "flags", "who"],
		"properties": {
			"text":     {"type": "string", "maxLength": 100, "description": "what <b>they</b> want"},
			"kind":     {"enum": ["it's $(new) \"now\"", "old"]},
			"count":    {"type": "integer", "minimum": 3},
			"flags":    {"type": "array", "items": {"type": "boolean"}},
			"who":      {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "age": {"type": "number"}}},
			"language": {"type": "string", "default": "en"}
		}}`), &in); err != nil {
		t.Fatal(err)
	}
	echo := chain.Func("said", func(_ context.Context, i chain.Values) (string, error) { return i["kind"].(string), nil }, &chain.FuncOptions{Inputs: []string{"text", "kind", "count", "flags", "who", "language"}})
	c, err := chain.New("shop", []chain.Step{echo}, &chain.Options{Input: &in, Description: `Sells <script>alert("toys")</script> & more`})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pageOf returns the page and its lines of shell.
func pageOf(t *testing.T, o *serve.Options, header ...string) (page string, commands []string) {
	t.Helper()
	ts := httptest.NewServer(serve.New([]*chain.Chain{shop(t)}, o))
	t.Cleanup(func() { ts.Close(); http.DefaultClient.CloseIdleConnections() })
	resp, page := ask(t, "GET", ts.URL+"/", "", header...)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%s %s", resp.Status, page)
	}
	for _, block := range strings.Split(page, `<pre tabindex="0"><code>curl`)[1:] {
		command, _, _ := strings.Cut(block, "</code></pre>")
		commands = append(commands, "curl"+html.UnescapeString(command))
		words := arguments(t, commands[len(commands)-1])
		asked, answer := perform(t, words)
		if asked.StatusCode/100 != 2 {
			t.Errorf("%q: %s: %s", words, asked.Status, answer)
		}
		if slices.Contains(words, "-N") && !strings.Contains(answer, "event: run.finished") {
			t.Errorf("%q streams %s", words, answer)
		}
	}
	return page, commands
}

// arguments are what a shell makes of a command.
func arguments(t *testing.T, command string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\n' "$@"; }; `+command)
	cmd.Env = []string{"CAUSEWAY_KEY=a key"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// perform does what curl would.
func perform(t *testing.T, words []string) (*http.Response, string) {
	t.Helper()
	var url, body string
	var headers []string
	for i := 0; i < len(words); i++ {
		switch {
		case words[i] == "-d":
			i++
			body = words[i]
		case words[i] == "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			headers = append(headers, name, value)
		case strings.HasPrefix(words[i], "http"):
			url = words[i]
		}
	}
	return ask(t, "POST", url, body, headers...)
}

// Every command of the page works as it stands, whatever a schema holds.
func TestPageCommands(t *testing.T) {
	page, commands := pageOf(t, nil)
	if len(commands) != 2 {
		t.Errorf("%d commands: %q", len(commands), commands)
	}
	for _, want := range []string{
		`Sells &lt;script&gt;alert(&#34;toys&#34;)&lt;/script&gt; &amp; more`, "what &lt;b&gt;they&lt;/b&gt; want; at most 100 characters",
		`<code>language</code></td><td class="soft kind">string, optional</td><td>default &#34;en&#34;`, "at least 3", "one of &#34;it&#39;s $(new)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, never := range []string{"<script", "CAUSEWAY_KEY", "/jobs", " onclick", "src=", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
}

// With keys and jobs there is more to say.
func TestPageWithKeysAndJobs(t *testing.T) {
	backend, err := jobs.NewFolder(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	o := &serve.Options{Auth: serve.BearerKeys("a key"), Jobs: backend}
	page, commands := pageOf(t, o, "Authorization", "Bearer a key")
	if len(commands) != 3 || !strings.HasPrefix(commands[2], "curl -i ") {
		t.Errorf("%d commands: %q", len(commands), commands)
	}
	for _, want := range []string{"the key in the variable <code>CAUSEWAY_KEY</code>", "/v1/jobs/{id}"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "a key") {
		t.Error("the page tells the key")
	}
}

// Behind a proxy that ends TLS the page's addresses have it.
func TestPageBehindAProxy(t *testing.T) {
	_, ts := start(t, nil, nil)
	for proto, want := range map[string]string{"https": "curl https://", "": "curl http://", "javascript": "curl http://"} {
		if _, page := ask(t, "GET", ts.URL+"/", "", "X-Forwarded-Proto", proto); !strings.Contains(page, want) {
			t.Errorf("%s: no %s", proto, want)
		}
	}
}
