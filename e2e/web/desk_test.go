package web

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
)

// desk is examples/web as its own process, which takes the emulator for Bedrock.
type desk struct {
	url string
	cmd *exec.Cmd
	key io.WriteCloser
	out *output
}

// output is what a process has printed so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

var pageAt = regexp.MustCompile(`the page is at (\S+);`)

func startDesk(t *testing.T, bedrockURL string) *desk {
	t.Helper()
	program := filepath.Join(t.TempDir(), "web")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/web")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	d := &desk{cmd: exec.Command(program, "-live", "-addr", "127.0.0.1:0"), out: &output{}}
	d.cmd.Env = append(os.Environ(),
		"AWS_ENDPOINT_URL_BEDROCK_RUNTIME="+bedrockURL, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID="+emulator.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+emulator.SecretAccessKey)
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	var err error
	if d.key, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := pageAt.FindStringSubmatch(d.out.String()); m != nil {
			d.url = m[1]
			return d
		}
	}
	t.Fatalf("the example does not start:\n%s", d.out)
	return nil
}

// stop presses Enter and returns all that was printed.
func (d *desk) stop(t *testing.T) string {
	t.Helper()
	if _, err := io.WriteString(d.key, "\n"); err != nil {
		t.Error(err)
	}
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("the example ended with %v\n%s", err, d.out)
	}
	return d.out.String()
}

// lines are those of text that hold some words.
func lines(text, words string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
