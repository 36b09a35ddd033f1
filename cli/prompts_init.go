package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// starterFile is a file that init writes.
type starterFile struct{ path, body string }

// starter is what init writes, in this order: a project, a prompt, a chain and
// a script that answers it, ready to run offline.
var starter = []starterFile{
	{project.FileName, `schema: causeway.project/v1
region: us-east-1
models:
  haiku: {id: us.anthropic.claude-haiku-4-5-20251001-v1:0}
prompts: prompts # or s3://bucket/prefix, then publish with: causeway prompts push
`},
	{"prompts/greet.yaml", `schema: causeway.prompt/v1
name: greet
description: Greet somebody in their language
model: {id: haiku, maxTokens: 200}
input:
  required: [name]
  properties:
    name: {type: string, maxLength: 100}
    language: {type: string, enum: [en, fr, nl, de], default: en}
system: You greet people warmly, in one sentence. Answer in {{language}}.
messages:
  - user: "Please greet {{name}}."
tests:
  - {input: {name: Anna}, contains: Please greet Anna.}
`},
	{"greet.yaml", `schema: causeway.chain/v1
name: greet
input: {required: [name], properties: {name: {type: string}}}
steps:
  - name: greeting
    prompt: greet@production
output: [greeting]
`},
	{"replies.yaml", `schema: causeway.script/v1
turns:
  - when: {text: '/greet (.+)\./'}
    text: "Good morning, {{group 1}}! How lovely to see you."
    chunk: 60ms
`},
}

func (a *app) promptsInit() *cobra.Command {
	var dryRun, asJSON bool
	var name string
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a first prompt, and a chain that uses it",
		Long: `init writes a small project that runs: causeway.yaml, a prompt with a test, a
chain, and a script of replies to try it offline. With --name it writes one
prompt of that name into the folder, which is prompts then. It changes no file
that is there.`,
		Example: `  causeway prompts init shop
  causeway prompts init --name support/triage`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.does(func(_ *cobra.Command, args []string) error {
			if name == "" {
				return a.init(append(args, ".")[0], starter, dryRun, asJSON)
			}
			body, err := templates.Starter(name)
			if err != nil {
				return usageError{err.Error()}
			}
			return a.init(append(args, "prompts")[0], []starterFile{{name + ".yaml", string(body)}}, dryRun, asJSON)
		}),
	}
	cmd.Flags().StringVar(&name, "name", "", "write one prompt of this `name` instead of a project")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be written, and write nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON and nothing else")
	return cmd
}

func (a *app) init(dir string, files []starterFile, dryRun, asJSON bool) error {
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: nothing was written", path)
		}
		paths = append(paths, path)
	}
	if !dryRun {
		for i, f := range files {
			if err := writeNew(paths[i], f.body); err != nil {
				return err
			}
		}
	}
	if asJSON {
		return writeJSON(a.io.Out, struct {
			Files  []string `json:"files"`
			DryRun bool     `json:"dryRun,omitempty"`
		}{paths, dryRun})
	}
	for _, path := range paths {
		fmt.Fprintln(a.io.Out, path)
	}
	if dryRun || len(files) == 1 {
		return nil
	}
	in := ""
	if dir != "." {
		in = "cd " + dir + " && "
	}
	_, err := fmt.Fprintf(a.io.Err, "try it, without an AWS account:\n  %scauseway run greet.yaml --set name=Anna --emulator replies.yaml\n", in)
	return err
}

// writeNew writes a file that is not there yet.
func writeNew(path, body string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(body)
	return errors.Join(err, f.Close())
}
