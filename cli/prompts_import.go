package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/bedrockstore"
	"github.com/spf13/cobra"
)

// imported is what import did, or would do.
type imported struct {
	From   string   `json:"from"`
	File   string   `json:"file"`
	Name   string   `json:"name"`
	Lost   []string `json:"lost,omitempty"` // what of the original our form does not hold
	Action string   `json:"action"`         // written, unchanged, would write
}

type importFlags struct {
	exporter
	name string
	json bool
}

func (a *app) promptsImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE... | bedrock:ID[:VERSION]",
		Short: "Turn prompts of other tools into prompt files",
		Long: `import reads LangChain prompts (.yaml), Dotprompt files (.prompt), Prompty files
(.prompty) and prompts of Amazon Bedrock Prompt Management, by their id or ARN,
and writes them as prompt files. What the original says and a prompt file cannot
is told; what would mean something else here is refused.`,
		Example: `  causeway prompts import old/triage.prompty --name support/triage
  causeway prompts import bedrock:ABCDEFGHIJ:3 --name support/triage`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if f.name != "" && len(args) > 1 {
				return usagef("--name is for one prompt, and %d are given", len(args))
			}
			done := []imported{}
			for _, from := range args {
				one, err := a.importOne(cmd.Context(), from, f)
				if err != nil {
					return err
				}
				done = append(done, one)
			}
			return a.tellImported(f, done)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.dir, "to", "prompts", "the `folder` to write to")
	flags.StringVar(&f.name, "name", "", "of the prompt; without it made from the file's `name`")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be written, and write nothing")
	flags.BoolVar(&f.force, "force", false, "write over a file that differs")
	flags.BoolVar(&f.json, "json", false, "print JSON and nothing else")
	return cmd
}

func (a *app) importOne(ctx context.Context, from string, f importFlags) (imported, error) {
	found, err := a.foreign(ctx, from, f.name)
	if err != nil {
		return imported{}, err
	}
	written, err := f.write(templates.Exported{Path: found.Name + ".yaml", Body: found.Body})
	return imported{From: from, File: written.File, Name: found.Name, Lost: found.Lost, Action: written.Action}, err
}

// foreign reads a prompt that is not in our form.
func (a *app) foreign(ctx context.Context, from, name string) (*templates.Imported, error) {
	if id, ok := strings.CutPrefix(from, "bedrock:"); ok {
		return a.foreignBedrock(ctx, id, name)
	}
	body, err := readFile(from, nil)
	if err != nil {
		return nil, err
	}
	o := &templates.ImportOptions{Name: name}
	if name == "" && filepath.IsAbs(from) {
		from = filepath.Base(from)
	}
	return templates.Import(filepath.ToSlash(from), body, o)
}

func (a *app) foreignBedrock(ctx context.Context, id, name string) (*templates.Imported, error) {
	if name == "" {
		return nil, usagef("a prompt of Bedrock needs a name here: add --name support/triage")
	}
	version := ""
	if short, v, ok := strings.Cut(id, ":"); ok && !strings.HasPrefix(id, "arn:") {
		id, version = short, v
	}
	w, err := a.open(".", places{})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	cfg, err := w.account.ready(ctx, w.project.Region, access{})
	if err != nil {
		return nil, err
	}
	body, lost, err := bedrockstore.Import(ctx, bedrockagent.NewFromConfig(cfg), id, version, name)
	return &templates.Imported{Name: name, Body: body, Lost: lost}, err
}

func (a *app) tellImported(f importFlags, done []imported) error {
	if f.json {
		return writeJSON(a.io.Out, done)
	}
	style := a.outStyle()
	for _, i := range done {
		if _, err := fmt.Fprintln(a.io.Out, i.File, style.Dim(i.Action)); err != nil {
			return err
		}
		for _, what := range i.Lost {
			fmt.Fprintln(a.io.Err, a.errStyle().Yellow("not taken over: ")+what)
		}
	}
	if !f.dryRun {
		fmt.Fprintf(a.io.Err, "look at it with: causeway prompts lint %s\n", f.dir)
	}
	return nil
}
