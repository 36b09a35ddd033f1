package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/causeway-go/causeway/chain"
	"github.com/spf13/cobra"
)

// IO is what a command reads and writes. Zero fields mean: no input, output
// thrown away, an empty environment.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string // for NO_COLOR and TERM; AWS settings are the process's own
}

// Main runs the command with the arguments of the process and exits. What
// registry holds is added to what causeway.yaml says and wins over it; nil adds
// nothing. The first Ctrl-C cancels what runs, a second one ends the process.
func Main(registry *chain.Registry) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // from then on a signal kills, as everywhere
	code := Run(ctx, os.Args[1:], IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}, registry)
	stop()
	os.Exit(code)
}

// Run runs the command with args, which do not hold the program's name, and
// returns its exit code: 0 done, 1 failed or faults found, 2 used wrongly, 3
// the run waits for an answer, 130 cancelled. Several may run in one process.
func Run(ctx context.Context, args []string, o IO, registry *chain.Registry) int {
	a := &app{io: o.withDefaults(), registry: registry}
	root := a.command()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	return a.fail(cmd, err)
}

func (o IO) withDefaults() IO {
	if o.In == nil {
		o.In = eofReader{}
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Err == nil {
		o.Err = io.Discard
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	return o
}

type eofReader struct{}

func (eofReader) Read([]byte) (int, error) { return 0, io.EOF }

// Exit codes, in the words of docs/command.md.
const (
	exitFailed    = 1
	exitUsage     = 2
	exitWaiting   = 3
	exitCancelled = 130 // 128 + SIGINT, what shells expect
)

var (
	errTold    = errors.New("told")    // a failure whose report has been written
	errWaiting = errors.New("waiting") // a run that waits for an answer, which has been said
)

// fail reports err and returns the exit code for it.
func (a *app) fail(cmd *cobra.Command, err error) int {
	switch {
	case errors.Is(err, errTold):
		return exitFailed
	case errors.Is(err, errWaiting):
		return exitWaiting
	case cmd.Context().Err() != nil:
		fmt.Fprintln(a.io.Err, "causeway: cancelled")
		return exitCancelled
	case !a.started || isUsage(err):
		fmt.Fprintf(a.io.Err, "causeway: %v\nsee: %s --help\n", err, cmd.CommandPath())
		return exitUsage
	default:
		fmt.Fprintln(a.io.Err, a.explain(err))
		return exitFailed
	}
}
