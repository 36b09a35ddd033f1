package causeway

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The README shows code that is compiled and run: its blocks stand in
// examples/hello word for word, and its commands are run here.
func TestReadme(t *testing.T) {
	readme := read(t, "README.md")
	for lang, file := range map[string]string{"go": "examples/hello/main.go", "yaml": "examples/hello/chain.yaml"} {
		_, rest, found := strings.Cut(readme, "```"+lang+"\n")
		block, _, closed := strings.Cut(rest, "```")
		if !found || !closed {
			t.Errorf("the README has no block of %s", lang)
			continue
		}
		if !strings.HasSuffix(read(t, file), block) {
			t.Errorf("the README's %s is not that of %s", lang, file)
		}
	}
	for _, command := range commands(t, readme) {
		if strings.HasPrefix(command, "go test ") {
			continue // this is it
		}
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			run(t, command)
		})
	}
}

// commands returns the lines of the README's shell blocks, without comments.
func commands(t *testing.T, readme string) []string {
	t.Helper()
	var all []string
	rest := readme
	for {
		_, block, ok := strings.Cut(rest, "```sh\n")
		if !ok {
			break
		}
		block, rest, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			command, _, _ := strings.Cut(line, "#")
			all = append(all, strings.TrimSpace(command))
		}
	}
	if len(all) < 4 {
		t.Fatalf("the README has commands %q, want the two and those of the YAML chapter", all)
	}
	return all
}

func run(t *testing.T, command string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
	}
	if out.Len() == 0 {
		t.Error("it prints nothing")
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
