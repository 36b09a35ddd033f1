package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Ctrl-C in the middle of an answer ends the command at once, with the exit
// code a shell expects.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"chain.yaml":        "schema: causeway.chain/v1\nname: slow\nsteps:\n  - name: wait\n    prompt: wait\n",
		"prompts/wait.yaml": "schema: causeway.prompt/v1\nname: wait\nmodel: {id: amazon.nova-lite-v1:0}\nmessages: [{user: hello}]\n",
		"replies.yaml":      "schema: causeway.script/v1\nturns:\n  - text: one two three\n    chunks: ['one ', 'two three']\n    chunk: 10m\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "causeway", "run", "chain.yaml", "--stream", "--emulator", "replies.yaml")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	seen, err := lines.ReadString('e') // of "one": the answer has begun
	if err != nil {
		t.Fatalf("no answer: %v\n%s%s", err, seen, &stderr)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.WriteTo(io.Discard); err != nil {
		t.Error(err)
	}
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	if !ok || exit.ExitCode() != 130 {
		t.Errorf("exit: %v, want code 130", exit)
	}
	if !strings.Contains(stderr.String(), "causeway: cancelled") {
		t.Errorf("output: %s", &stderr)
	}
}
