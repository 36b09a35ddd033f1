package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/spf13/cobra"
)

type runFlags struct {
	inputs  inputFlags
	places  places
	session string
	stream  bool
	json    bool
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run CHAIN.yaml",
		Short: "Run a chain",
		Long: `run runs one chain and prints what it comes to.

On a terminal it shows each step as it goes and the answer as it arrives.
Into a pipe it prints the answer alone, as plain text; --stream shows the steps
there too, and --json prints the whole result and nothing else.`,
		Example: `  causeway run support.yaml --set ticket="Where is order A-1001?"
  causeway run support.yaml --set-file ticket=mail.txt --session anna
  causeway run support.yaml --set ticket=hi --emulator replies.yaml`,
		Args: takes(1),
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.run(cmd.Context(), args[0], f)
		}),
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.inputs.set, "set", nil, "an input, `name=value`; as JSON where the chain declares another type than string")
	flags.StringArrayVar(&f.inputs.setFile, "set-file", nil, "an input from a file, `name=path`")
	flags.StringVar(&f.inputs.input, "input", "", "all inputs as a JSON object, from a `file` or - for stdin")
	flags.StringVar(&f.session, "session", "", "the conversation to read and continue, by any `id`")
	flags.BoolVar(&f.stream, "stream", false, "show steps and text as they come, also into a pipe; with --json on stderr")
	flags.BoolVar(&f.json, "json", false, "print the result as JSON and nothing else")
	placesFlags(cmd, &f.places)
	return cmd
}

func placesFlags(cmd *cobra.Command, p *places) {
	cmd.Flags().StringVar(&p.emulator, "emulator", "", "answer from a `script` on this machine in place of Bedrock; auto needs no script")
	cmd.Flags().StringVar(&p.store, "store", "", "where prompts are, in place of causeway.yaml's: s3://bucket/prefix or file:`dir`")
}

func (a *app) run(ctx context.Context, file string, f runFlags) error {
	w, err := a.open(file, f.places)
	if err != nil {
		return err
	}
	defer w.Close()
	c, err := w.load(ctx, file)
	if err != nil {
		return w.cause(err)
	}
	values, err := f.inputs.values(c, a.io.In)
	if err != nil {
		return err
	}
	if w.emulator != nil {
		fmt.Fprintln(a.io.Err, a.errStyle().Yellow("scripted reply: ")+w.source()+" answers, no model is asked")
	}
	o := &chain.RunOptions{Session: f.session}
	p, here := a.printer(f)
	var result *chain.Result
	if p == nil {
		result, err = c.Run(ctx, values, o)
	} else {
		result, err = follow(ctx, c, values, o, p)
	}
	return a.report(w, c, f, here, result, w.cause(err))
}

// printer shows the steps where a person sees them, nil when nobody does. here
// reports whether that is stdout, so that the answer stands there already.
func (a *app) printer(f runFlags) (p *screen.Printer, here bool) {
	out := func() *screen.Printer { return screen.New(a.io.Out, a.outStyle()) }
	err := func() *screen.Printer { return screen.New(a.io.Err, a.errStyle()) }
	switch {
	case f.json && f.stream:
		return err(), false
	case f.json:
		return nil, false
	case f.stream || screen.IsTerminal(a.io.Out):
		return out(), true
	case screen.IsTerminal(a.io.Err):
		return err(), false
	}
	return nil, false
}

// follow runs c and shows its events.
func follow(ctx context.Context, c *chain.Chain, values chain.Values, o *chain.RunOptions, p *screen.Printer) (*chain.Result, error) {
	defer p.Close()
	var result *chain.Result
	for event, err := range c.Stream(ctx, values, o) {
		if err != nil {
			return result, err
		}
		if event.Result != nil {
			result = event.Result
		}
		p.Event(event)
	}
	p.Summary(result)
	return result, nil
}

// report prints what the run came to on stdout, unless it stands there.
func (a *app) report(w *workspace, c *chain.Chain, f runFlags, here bool, r *chain.Result, failed error) error {
	switch {
	case f.json:
		report := runReport{Chain: c.Name(), Scripted: w.emulator != nil, Result: r}
		if failed != nil {
			report.Error = failed.Error()
		}
		return cmp.Or(writeJSON(a.io.Out, report), failed)
	case failed != nil || here:
		return failed
	}
	return writeValues(a.io.Out, c.Outputs(), r.Values)
}

// cause is err, or what it follows from: credentials that are not there show
// up as a fault of the chain, or of a step.
func (w *workspace) cause(err error) error {
	if err != nil && w.models.setup != nil {
		return w.models.setup
	}
	return err
}

// source names where scripted replies come from.
func (w *workspace) source() string {
	if w.script == auto {
		return "the emulator"
	}
	return w.script
}
