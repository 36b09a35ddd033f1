package cli

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/spf13/cobra"
)

// app is one invocation of the command.
type app struct {
	io       IO
	registry *chain.Registry
	lines    *bufio.Reader // of io.In, once something was asked
	started  bool          // a command's work has begun; before, every error is one of usage
}

// usageError is a mistake in how the command was called.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func isUsage(err error) bool {
	_, ok := errors.AsType[usageError](err)
	return ok
}

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "causeway",
		Short: "Chains and prompts for the models of Amazon Bedrock",
		Long: `causeway runs and checks chains written in YAML.

Models, prompts, memory and built-in tools come from the causeway.yaml beside
the chain or in a folder above it. With --emulator nothing leaves this machine
and no AWS account is needed.`,
		Example: `  causeway check .                                   find every fault
  causeway run support.yaml --set ticket="Where is my order?"
  causeway run support.yaml --set ticket=hi --emulator replies.yaml`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	a.group(root)
	root.SetIn(a.io.In)
	root.SetOut(a.io.Out)
	root.SetErr(a.io.Err)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(a.runCommand(), a.checkCommand(), a.graphCommand(), a.serveCommand(), a.workerCommand(), a.promptsCommand(), a.experimentCommand(), a.evalCommand(), a.emulatorCommand(), a.versionCommand())
	return root
}

// does makes f a command's work: from its start on, errors are failures and no
// longer mistakes of usage.
func (a *app) does(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.started = true
		return f(cmd, args)
	}
}

// group makes cmd a command of commands: alone it prints its help, and what is
// no command of it is a mistake.
func (a *app) group(cmd *cobra.Command) {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		return usagef("there is no command %q; %s", cmd.CommandPath()+" "+args[0], project.Suggest(args[0], names))
	}
}

// takes makes sure that a command is given n arguments.
func takes(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if n == 0 {
			return usagef("%s takes no argument; %q is one", cmd.CommandPath(), args[0])
		}
		return usagef("%s takes %s, %d given: %s", cmd.CommandPath(), screen.Count(n, "argument"), len(args), cmd.UseLine())
	}
}

func (a *app) outStyle() screen.Style { return screen.StyleOf(a.io.Out, a.io.Getenv) }
func (a *app) errStyle() screen.Style { return screen.StyleOf(a.io.Err, a.io.Getenv) }
