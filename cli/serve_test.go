package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/cli"
)

// told is what a command has written while it still runs.
type told struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *told) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *told) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// running is a causeway serve on a port of its own.
type running struct {
	t    *testing.T
	url  string
	told told
	stop func() int
}

func startServe(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, says := io.Pipe()
	r := &running{t: t}
	done := make(chan int, 1)
	go func() {
		code := cli.Run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), cli.IO{Out: says, Err: &r.told}, nil)
		says.Close()
		done <- code
	}()
	r.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { r.stop() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("serve has not started: %s", &r.told)
	}
	r.url = strings.TrimSpace(line)
	return r
}

// greets is what the chain greet answers.
func (r *running) greets() string {
	r.t.Helper()
	resp, err := http.Post(r.url+"/v1/chains/greet/runs", "application/json", strings.NewReader(`{"input": {}}`))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s %s %v", resp.Status, body, err)
	}
	return string(body)
}

// eventually waits until what is so, at most half a minute.
func (r *running) eventually(what string, so func() bool) {
	r.t.Helper()
	deadline := time.After(30 * time.Second)
	for tick := time.Tick(20 * time.Millisecond); !so(); {
		select {
		case <-deadline:
			r.t.Fatalf("%s: not within half a minute; told: %s", what, &r.told)
		case <-tick:
		}
	}
}

// Over a real port: a broken file is told and changes nothing, a good one takes
// over, and with --reload=false neither does.
func TestServeWhileFilesChange(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	prompt := func(text string) string {
		return "schema: causeway.prompt/v1\nname: hello\nmodel: {id: amazon.nova-lite-v1:0}\nmessages: [{user: " + text + "}]\n"
	}
	if err := os.Mkdir(filepath.Join(dir, "prompts"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("greet.yaml", "schema: causeway.chain/v1\nname: greet\nsteps:\n  - name: hello\n    prompt: hello\noutput: [hello]\n")
	write("prompts/hello.yaml", prompt("good morning"))
	write("replies.yaml", "schema: causeway.script/v1\nturns:\n  - when: {text: '/(.+)/'}\n    text: 'you said {{group 1}}'\n")
	script := filepath.Join(dir, "replies.yaml")

	still := startServe(t, dir, "--emulator", script, "--reload=false", "--log=false") // looks first, if it looks
	live := startServe(t, dir, "--emulator", script)
	for _, r := range []*running{still, live} {
		if got := r.greets(); !strings.Contains(got, "you said good morning") {
			t.Errorf("greets: %s", got)
		}
	}

	write("prompts/hello.yaml", prompt("good night")+"mesages: []\n")
	live.eventually("the fault is told", func() bool {
		return strings.Contains(live.told.String(), "the last version without faults is still served")
	})
	if !strings.Contains(live.told.String(), "prompts/hello.yaml:5:1: ") {
		t.Errorf("told: %s", &live.told)
	}
	if got := live.greets(); !strings.Contains(got, "you said good morning") {
		t.Errorf("with a broken file it greets: %s", got)
	}

	write("prompts/hello.yaml", prompt("good night"))
	live.eventually("the new version is served", func() bool { return strings.Contains(live.greets(), "you said good night") })

	if got := still.greets(); !strings.Contains(got, "you said good morning") || strings.Contains(still.told.String(), "still served") {
		t.Errorf("with --reload=false it greets %s, told: %s", got, &still.told)
	}
	const request = "path=/v1/chains/greet/runs"
	if !strings.Contains(live.told.String(), request) || strings.Contains(still.told.String(), request) {
		t.Errorf("logs:\n%s\nwith --log=false:\n%s", &live.told, &still.told)
	}
	for _, r := range []*running{still, live} {
		if code := r.stop(); code != 0 {
			t.Errorf("it ended with %d: %s", code, &r.told)
		}
		if _, err := http.Get(r.url + "/healthz"); err == nil {
			t.Error("it still listens")
		}
	}
}
