package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/experiment"
	"github.com/spf13/cobra"
)

var logAccess = access{offline: "keep the log in a folder: --log file:experiments"}

// experimentFlags are what every command over an experiment takes.
type experimentFlags struct {
	log  string
	json bool
}

func (f *experimentFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.log, "log", "file:experiments", "the log: file:`dir` or s3://bucket/prefix")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON and nothing else")
}

func (a *app) experimentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "experiment",
		Short: "Which prompt, which model: plan, read and stop experiments, promote what won",
		Long: `experiment reads the log that an experiment's runs and its users have written, in
a folder or a bucket. Looking often does no harm: the intervals hold at every
look.`,
		Example: `  causeway experiment status tone.yaml --log s3://acme-logs/experiments
  causeway experiment report tone.yaml --html report.html
  causeway experiment stop tone.yaml --why "the support team asked for it"
  causeway experiment promote tone.yaml warm production
  causeway experiment plan tone.yaml --base 0.70 --delta 0.03`,
	}
	cmd.AddCommand(a.experimentStatus(), a.experimentReport(), a.experimentStop(), a.experimentPromote(), a.experimentPlan())
	a.group(cmd)
	return cmd
}

func (a *app) experimentStatus() *cobra.Command {
	var f experimentFlags
	cmd := &cobra.Command{
		Use:               "status FILE.yaml",
		Short:             "Say in one sentence what to do, and why",
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			report, err := a.analyze(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			if f.json {
				return writeJSON(a.io.Out, report.Verdict)
			}
			_, err = fmt.Fprintln(a.io.Out, report.Verdict.Sentence)
			return err
		}),
	}
	f.add(cmd)
	return cmd
}

func (a *app) experimentReport() *cobra.Command {
	var f experimentFlags
	var html string
	cmd := &cobra.Command{
		Use:               "report FILE.yaml",
		Short:             "Show the split, the guardrails, the metrics and the verdict",
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			report, err := a.analyze(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			if html != "" {
				if err := writeHTML(html, report); err != nil {
					return err
				}
			}
			if f.json {
				return writeJSON(a.io.Out, report)
			}
			return report.WriteText(a.io.Out)
		}),
	}
	f.add(cmd)
	cmd.Flags().StringVar(&html, "html", "", "also write a page to this `file`, with the intervals over time")
	return cmd
}

func writeHTML(path string, report *experiment.Report) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := report.WriteHTML(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (a *app) experimentStop() *cobra.Command {
	var f experimentFlags
	var why string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "stop FILE.yaml",
		Short: "Give everybody the control from now on",
		Long: `stop writes to the log that the experiment is over. Every process learns it with
its next look, and gives everybody the control. Outcomes still count.`,
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if why == "" {
				return usagef("say why: --why \"the support team asked for it\"")
			}
			return a.withLog(cmd.Context(), args[0], f, func(e *experiment.Experiment, log experiment.Log) error {
				action := "stopped"
				if dryRun {
					action = "would be stopped"
				} else if err := experiment.NewTracker(e, log, nil).Halt(cmd.Context(), why); err != nil {
					return err
				}
				if f.json {
					return writeJSON(a.io.Out, map[string]string{"experiment": e.Key, "action": action, "why": why})
				}
				_, err := fmt.Fprintf(a.io.Out, "%s %s: everybody gets %s\n", e.Key, action, e.Variants[0].Key)
				return err
			})
		}),
	}
	f.add(cmd)
	cmd.Flags().StringVar(&why, "why", "", "the reason, kept in the log")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be done, and do nothing")
	return cmd
}

// analyze reads the log of the experiment in file.
func (a *app) analyze(ctx context.Context, file string, f experimentFlags) (report *experiment.Report, err error) {
	err = a.withLog(ctx, file, f, func(e *experiment.Experiment, log experiment.Log) error {
		report, err = experiment.Analyze(e, log.Read(ctx, e.Key), nil)
		return err
	})
	return report, err
}

// withLog opens the log of the experiment in file for as long as do works with
// it.
func (a *app) withLog(ctx context.Context, file string, f experimentFlags, do func(*experiment.Experiment, experiment.Log) error) error {
	e, err := readExperiment(file)
	if err != nil {
		return err
	}
	at, err := project.ParseLocation(f.log, ".")
	if err != nil {
		return usagef("--log %v", err)
	}
	log, err := a.openLog(ctx, file, at)
	if err != nil {
		return err
	}
	if err := do(e, log); err != nil {
		_ = log.Close()
		return err
	}
	return log.Close()
}

func readExperiment(file string) (*experiment.Experiment, error) {
	body, err := readFile(file, nil)
	if err != nil {
		return nil, err
	}
	return experiment.ParseFile(body, file)
}

func (a *app) openLog(ctx context.Context, file string, at project.Location) (experiment.Log, error) {
	switch {
	case at.Dir != "":
		return experiment.NewFolderLog(at.Dir), nil
	case at.Bucket == "":
		return nil, usagef("--log is a folder or s3://bucket/prefix, not %s", at)
	}
	p, err := findProject(file)
	if err != nil {
		return nil, err
	}
	return newAccount().trialLog(ctx, p.Region, at)
}
