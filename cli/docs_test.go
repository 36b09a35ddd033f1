package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/spf13/cobra"
)

// What these pages show must be so: the commands and flags exist, each
// causeway.yaml is right.
func TestDocs(t *testing.T) {
	for page, want := range map[string]struct{ commands, projects int }{
		"command.md": {15, 1},
		"jobs.md":    {2, 3},
		"serving.md": {1, 0},
	} {
		body, err := os.ReadFile("../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		commands, projects := onPage(t, page, string(body))
		if commands < want.commands || projects != want.projects {
			t.Errorf("%s has %d commands and %d projects: is the page still what this test reads?", page, commands, projects)
		}
	}
}

// onPage checks a page and counts what it shows.
func onPage(t *testing.T, page, body string) (commands, projects int) {
	for _, block := range regexp.MustCompile("(?s)```(sh|yaml)\n(.*?)```").FindAllStringSubmatch(body, -1) {
		if block[1] == "yaml" {
			projects++
			if _, err := project.Parse([]byte(block[2]), project.FileName); err != nil {
				t.Errorf("%s: %v", page, err)
			}
			continue
		}
		for line := range strings.Lines(block[2]) {
			for _, args := range invocations(line) {
				commands++
				if err := understood(args); err != nil {
					t.Errorf("%s: %v: %v", page, args, err)
				}
			}
		}
	}
	return commands, projects
}

// The examples in the help of every command are held to the same.
func TestHelpExamples(t *testing.T) {
	var each func(*cobra.Command)
	each = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			for _, args := range invocations(line) {
				if err := understood(args); err != nil {
					t.Errorf("%s: %v: %v", cmd.CommandPath(), args, err)
				}
			}
		}
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: its short help is %q", cmd.CommandPath(), cmd.Short)
		}
		for _, c := range cmd.Commands() {
			each(c)
		}
	}
	each((&app{}).command())
}

var word = regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`)

// invocations returns the arguments of every call of causeway in a shell line.
func invocations(line string) [][]string {
	var calls [][]string
	line, _, _ = strings.Cut(line, " #")
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(line, "&&", ";"), "|", ";"), ";") {
		words := word.FindAllString(strings.TrimSpace(part), -1)
		if len(words) > 1 && words[0] == "causeway" && !strings.HasPrefix(words[1], " ") {
			calls = append(calls, words[1:])
		}
	}
	return calls
}

// understood reports whether the command and its flags exist.
func understood(args []string) error {
	for i, a := range args {
		if a == ">" {
			args = args[:i]
			break
		}
	}
	root := (&app{io: IO{}.withDefaults()}).command()
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if cmd == root {
		return usagef("there is no such command")
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
