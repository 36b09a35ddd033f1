package cli

import (
	"context"
	"os"
	"os/user"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

// promptFlags are what every command over a store of prompts takes.
type promptFlags struct {
	store string
	json  bool
}

// changeFlags are what the commands take that change a store.
type changeFlags struct {
	dryRun      bool
	author, why string
}

func (a *app) promptsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prompts",
		Short: "Publish, compare, promote and roll back prompts",
		Long: `prompts works on a store of prompts: an S3 bucket (s3://bucket/prefix), a folder
(file:dir), or, for small prompts, Parameter Store (ssm:/prefix), Secrets Manager
(secrets:prefix) or Bedrock Prompt Management (bedrock:).

A prompt is written as a YAML file, checked with lint, and published with push,
which makes it the next version. Versions never change. Chains ask for an alias
such as support/triage@production; promote points it at another version, and
rollback points it back, without a deploy.

The store is --store, or what causeway.yaml says under prompts.`,
		Example: `  causeway prompts push prompts/ --why "shorter answers"
  causeway prompts diff support/triage@production support/triage@4
  causeway prompts promote support/triage@4 production --why "better in the test"
  causeway prompts rollback support/triage@production --why "wrong queue"`,
	}
	cmd.AddCommand(
		a.promptsInit(), a.promptsLint(), a.promptsTest(), a.promptsPush(), a.promptsList(), a.promptsShow(), a.promptsDiff(),
		a.promptsLog(), a.promptsPromote(), a.promptsRollback(), a.promptsExport(), a.promptsImport(),
	)
	a.group(cmd)
	return cmd
}

func (f *promptFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.store, "store", "", "the store: s3://bucket/prefix or file:`dir`; without it causeway.yaml's")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON and nothing else")
}

func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would be done, and do nothing")
	cmd.Flags().StringVar(&f.why, "why", "", "the reason, kept in the log")
	cmd.Flags().StringVar(&f.author, "author", "", "who does it, kept in the log; without it your user name")
}

// by is who changes a store.
func (f *changeFlags) by() string {
	if f.author != "" {
		return f.author
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}

// promptStore is an open store of prompts.
type promptStore struct {
	templates.Store
	at project.Location
}

// withStore opens the store that flags or the project of the working directory
// name, for as long as f works with it.
func (a *app) withStore(ctx context.Context, flags promptFlags, f func(promptStore) error) error {
	w, err := a.open(".", places{store: flags.store})
	if err != nil {
		return err
	}
	defer w.Close()
	if w.prompts.IsZero() {
		return usagef("there is no store of prompts: add --store s3://bucket/prefix or --store file:dir, or write prompts: into %s", project.FileName)
	}
	store, err := w.promptStore(ctx, w.prompts)
	if err != nil {
		return err
	}
	return f(promptStore{store, w.prompts})
}
