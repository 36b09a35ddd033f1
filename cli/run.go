package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/spf13/cobra"
)

type runFlags struct {
	inputs  inputFlags
	places  places
	session string
	resume  string
	timeout time.Duration
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
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.run(cmd.Context(), args[0], f)
		}),
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.inputs.set, "set", nil, "an input, `name=value`; as JSON where the chain declares another type than string")
	flags.StringArrayVar(&f.inputs.setFile, "set-file", nil, "an input from a file, `name=path`")
	flags.StringVar(&f.inputs.input, "input", "", "all inputs as a JSON object, from a `file` or - for stdin")
	flags.StringVar(&f.session, "session", "", "the conversation to read and continue, by any `id`")
	flags.StringVar(&f.resume, "resume", "", "go on with the run of this `id`, with the answer to its question in --set")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up after this `time`, such as 90s; 0 is never")
	flags.BoolVar(&f.stream, "stream", false, "show steps and text as they come, also into a pipe; with --json on stderr")
	flags.BoolVar(&f.json, "json", false, "print the result as JSON and nothing else")
	placesFlags(cmd, &f.places)
	return cmd
}

func placesFlags(cmd *cobra.Command, p *places) {
	cmd.Flags().StringVar(&p.emulator, "emulator", "", "answer from a `script` on this machine in place of Bedrock; auto needs no script")
	cmd.Flags().StringArrayVar(&p.faults, "fault", nil, "what goes wrong with --emulator, a `rule` such as throttle,first=2")
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
	p, here := a.printer(f)
	start, err := a.start(c, f, p)
	if err != nil {
		return err
	}
	w.tell()
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	result, err := start(ctx)
	for err == nil && result.Interrupt != nil && a.canAsk(f) {
		var answer chain.Values
		if answer, err = a.ask(ctx, result.Interrupt); err == nil {
			result, err = resume(c, result.RunID, answer, p)(ctx)
		}
	}
	if err == nil && result.Interrupt == nil && p != nil {
		p.Summary(result)
	}
	return a.report(w, c, f, here, result, w.cause(err))
}

// work is a run, or the rest of one.
type work func(context.Context) (*chain.Result, error)

// start is the work that the flags ask for.
func (a *app) start(c *chain.Chain, f runFlags, p *screen.Printer) (work, error) {
	if f.resume != "" {
		answer, err := f.inputs.answerOf()
		return resume(c, f.resume, answer, p), err
	}
	values, err := f.inputs.values(c, a.io.In)
	if err != nil {
		return nil, err
	}
	o := &chain.RunOptions{Session: f.session}
	return func(ctx context.Context) (*chain.Result, error) {
		if p == nil {
			return c.Run(ctx, values, o)
		}
		return follow(c.Stream(ctx, values, o), p)
	}, nil
}

// resume is the rest of the run that waits for answer, or that failed.
func resume(c *chain.Chain, runID string, answer chain.Values, p *screen.Printer) work {
	return func(ctx context.Context) (*chain.Result, error) {
		if p == nil {
			return c.Resume(ctx, runID, answer, nil)
		}
		return follow(c.StreamResume(ctx, runID, answer, nil), p)
	}
}

// follow shows the events of a run.
func follow(events iter.Seq2[chain.Event, error], p *screen.Printer) (*chain.Result, error) {
	defer p.Close()
	var result *chain.Result
	for event, err := range events {
		if err != nil {
			return result, err
		}
		if event.Result != nil {
			result = event.Result
		}
		p.Event(event)
	}
	return result, nil
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

// report prints what the run came to on stdout, unless it stands there.
func (a *app) report(w *workspace, c *chain.Chain, f runFlags, here bool, r *chain.Result, failed error) error {
	switch {
	case f.json:
		report := runReport{Chain: c.Name(), Scripted: w.emulator != nil, Result: r}
		if failed != nil {
			report.Error = failed.Error()
		}
		err := cmp.Or(writeJSON(a.io.Out, report), failed)
		if err == nil && r.Interrupt != nil {
			err = errWaiting
		}
		return err
	case failed != nil && here:
		return briefly(failed)
	case failed != nil:
		return failed
	case r.Interrupt != nil:
		return a.tellWaiting(w, r)
	case here:
		return nil
	}
	return writeValues(a.io.Out, c.Outputs(), r.Values)
}

// briefly leaves out of a step's failure what stands at the step already.
func briefly(failed error) error {
	if e, ok := errors.AsType[*chain.StepError](failed); ok {
		return fmt.Errorf("chain %s failed in step %s", e.Chain, e.Step)
	}
	return failed
}

// tellWaiting says what a run waits for and how to go on with it.
func (a *app) tellWaiting(w *workspace, r *chain.Result) error {
	i := r.Interrupt
	fmt.Fprintf(a.io.Err, "the run waits for an answer: %s\n", screen.Visible(i.Question, 1000))
	for _, line := range asked(i) {
		fmt.Fprintln(a.io.Err, "  "+line)
	}
	if w.project.Runs == "" {
		return errors.New("nothing keeps the run until then: add runs: .causeway/runs to causeway.yaml, or run it on a terminal")
	}
	var flags strings.Builder
	for _, name := range answerFields(i.Answer) {
		if slices.Contains(i.Answer.Required, name) {
			fmt.Fprintf(&flags, " --set %s=…", name)
		} else {
			fmt.Fprintf(&flags, " [--set %s=…]", name)
		}
	}
	if w.script != "" {
		flags.WriteString(" --emulator " + w.script)
	}
	fmt.Fprintf(a.io.Err, "to go on: causeway run %s --resume %s%s\n", w.file, r.RunID, &flags)
	return errWaiting
}

// tell says what somebody should know before anything runs: what is not real,
// and what is wide open.
func (w *workspace) tell() {
	a := w.app
	if slices.Contains(w.project.Tools, "http") && len(w.project.HTTP.Allow) == 0 {
		fmt.Fprintf(a.io.Err, "the tool http may reach every public host; bound it in %s: http: {allow: [api.example.com]}\n", project.FileName)
	}
	if w.emulator == nil {
		return
	}
	fmt.Fprintln(a.io.Err, a.errStyle().Yellow("scripted reply: ")+sourceOf(w.script)+" answers, no model is asked")
	for _, note := range w.notes {
		fmt.Fprintln(a.io.Err, note)
	}
	for _, name := range slices.Sorted(maps.Keys(w.project.Memory)) {
		if m := w.project.Memory[name]; m.InAWS() {
			fmt.Fprintf(a.io.Err, "memory %s is kept in this process and then forgotten\n", name)
		}
	}
}

// cause is err, or what it follows from: credentials that are not there show
// up as a fault of the chain, or of a step.
func (w *workspace) cause(err error) error {
	if err != nil && w.models.setup != nil {
		return w.models.setup
	}
	return err
}
